/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_ARGV_H
#define QEMUVM_VM_ARGV_H

#include "qemu/argv.h"
#include "qemu/vm.h"

/* The virtio-serial port on which the guest agent listens (qga/main.c,
 * QGA_VIRTIO_PATH_DEFAULT). Others may have the same chardev id: Lima's agent is "qga0". */
#define VM_ARGV_AGENT_PORT "org.qemu.guest_agent.0"

/*
 * Reads QEMU's command line into *vm: names, NICs and what is behind them, forwards, the agent's
 * socket, a monitor, the vsock cid. vm->has_argv is set; vm->id is left as it is.
 *
 * Where vm->agent is known already, it stays, and only whether it is on a serial port is read.
 * Paths are as they are there: relative to QEMU's working directory, in its file system.
 *
 * An option that is malformed, or one more than struct vm holds, is skipped alone: the process can
 * rewrite what is read here.
 */
void vm_argv_parse(struct vm *vm, const struct argv *argv);

/* The names alone, for a first look at many processes: vm->names. */
void vm_argv_parse_names(struct vm *vm, const struct argv *argv);

#endif
