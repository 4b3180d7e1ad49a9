/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_ARGV_H
#define QEMUVM_VM_ARGV_H

#include <stddef.h>

#include "vm.h"

/* Arguments that are looked at; QEMU with 4,000 of them exists. */
#define VM_ARGV_MAX 8192

/*
 * Reads QEMU's command line, as /proc/PID/cmdline holds it (arguments parted by NULs; the last
 * one may lack its NUL), into *vm: names, agent, monitor, NICs with their MACs and what is behind
 * them, forwards, vsock cid. vm->has_argv is set. What vm held before stays where the command line tells
 * nothing, and a vm->agent that is set already is not replaced (but learns whether it is_serial).
 * cwd is QEMU's working directory, before which relative paths are put, or NULL where it cannot be read (relative paths
 * are then left out).
 *
 * Options that are malformed, or of more items than struct vm holds, are skipped one by one: the process may rewrite what is
 * read here. 0, or -EBADMSG if there is no argument at all.
 */
int vm_argv_parse(struct vm *vm, const char *cmdline, size_t len, const char *cwd);

#endif
