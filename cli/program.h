/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PROGRAM_H
#define QEMUVM_PROGRAM_H

#include <stddef.h>

/*
 * Runs another program, found in PATH, until it ends, with input as its stdin; its stderr is
 * discarded. The first size - 1 bytes of its output and a NUL are stored in ret_output. Returns its
 * exit status, 128 or more for a signal, or a negative errno: -ENOENT if there is no such program.
 */
int program_run(const char *const *arguments, const char *input, char *ret_output, size_t size);

#endif
