/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_FORWARD_H
#define QEMUVM_VM_FORWARD_H

#include "config/trust.h"
#include "qemu/vm.h"

/*
 * A forward of the VM's user-mode network that QEMU's monitor is asked for: on 127.0.0.1, on a port
 * that the kernel chooses, to a TCP port of the guest. It changes the VM, so whoever asks for one
 * removes it as soon as the connection is made, which outlives it (net/slirp.c,
 * hmp_hostfwd_remove()).
 */

/* 0, -ENOENT (no monitor that can be asked, or no user-mode network), -EREMOTEIO (QEMU did not),
 * -ETIMEDOUT and the like. */
int vm_forward_add(struct trust *trust, const struct vm *vm, uint16_t guest_port,
	struct vm_forward *ret_forward);
int vm_forward_remove(struct trust *trust, const struct vm *vm, const struct vm_forward *forward);

#endif
