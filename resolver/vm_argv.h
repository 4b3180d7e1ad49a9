/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_ARGV_H
#define QEMUVM_VM_ARGV_H

#include <stddef.h>

#include "vm.h"

/* Arguments that are looked at; QEMU with 4,000 of them exists. */
#define VM_ARGV_MAX 8192

/*
 * Reads QEMU's command line into *vm: the NICs with their MACs and what is behind them, and whether
 * vm->agent is on a serial port. cmdline is as /proc/PID/cmdline holds it: len bytes, arguments
 * parted by NULs, with a NUL behind the last one. vm->has_argv is set.
 *
 * An option that is malformed, or one more than struct vm holds, is skipped alone: the process can
 * rewrite what is read here.
 */
void vm_argv_parse(struct vm *vm, const char *cmdline, size_t len);

#endif
