/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_CHARDEV_H
#define QEMUVM_VM_CHARDEV_H

#include "qemu/argv.h"
#include "qemu/vm.h"

/*
 * QEMU's character devices, as far as a client can connect to them: sockets on which QEMU listens.
 * ret_endpoint's path is as the arguments have it, so it may be relative to QEMU's working
 * directory. Both return 0, -ENOENT (no such chardev), or -EOPNOTSUPP (of another kind, or one on
 * which QEMU is the client).
 */

/* The -chardev of that id. */
int vm_chardev_by_id(const struct argv *argv, const char *id, struct endpoint *ret_endpoint);

/* A device as -serial, -monitor and -qmp take it: "unix:/path,server=on", "tcp::4444,server",
 * "chardev:ID" (chardev/char.c, qemu_chr_parse_compat()). */
int vm_chardev_by_device(
	const struct argv *argv, const char *device, struct endpoint *ret_endpoint);

#endif
