/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_NICS_H
#define QEMUVM_VM_NICS_H

#include "qemu/argv.h"
#include "qemu/vm.h"

/*
 * The network part of QEMU's command line (-nic, -net, -netdev, -device): vm->nics with their MACs,
 * given or counted as QEMU counts them, and what is behind each; vm->forwards of the user-mode
 * ones. What is malformed, or one more than struct vm holds, is skipped alone.
 */
void vm_nics_parse(struct vm *vm, const struct argv *argv);

/* What is behind a NIC, by the name of its type ("tap", "user"; net/net.c,
 * net_client_init_fun). */
enum vm_netdev vm_netdev_by_type(const char *type);

/*
 * A host forward as QEMU takes it (net/slirp.c, slirp_hostfwd()):
 * [tcp|udp]:[HOST]:PORT-[GUEST]:PORT, an IPv6 address in brackets. 0, or -EINVAL, also for one that
 * is not TCP.
 */
int vm_forward_parse(const char *text, struct vm_forward *ret_forward);

#endif
