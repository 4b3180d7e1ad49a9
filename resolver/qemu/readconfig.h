/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_READCONFIG_H
#define QEMUVM_READCONFIG_H

#include <stddef.h>

/*
 * A file that QEMU was given by -readconfig (util/qemu-config.c, qemu_config_foreach()):
 *
 *   [chardev "qga0"]
 *     backend = "socket"
 *     path = "/run/web.qga"
 *
 * is what `-chardev id=qga0,backend=socket,path=/run/web.qga` is on the command line.
 */

/* A longer file is not read: systemd-vmspawn's and Incus's have 5 KiB. */
#define READCONFIG_MAX ((size_t)64 * 1024)
/* Room for what it becomes: every character may be a comma, which is written twice; a group's name
 * and the separators fit the brackets and quotes that they replace. */
#define READCONFIG_ARGUMENTS_MAX (2 * READCONFIG_MAX)

/*
 * Writes text[0..len) as arguments, each with a NUL behind it, to ret_arguments of `size` bytes.
 * What is malformed is skipped, as is what does not fit. Returns the length written.
 */
size_t readconfig_to_arguments(const char *text, size_t len, char *ret_arguments, size_t size);

#endif
