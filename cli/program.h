/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PROGRAM_H
#define QEMUVM_PROGRAM_H

#include <stddef.h>

/*
 * Runs another program, found by PATH, to its end, with input on its stdin and its stderr thrown
 * away. The first size - 1 bytes of what it prints go to ret_output, with a NUL behind them.
 * Returns its exit status, 128 and more for a signal, or a negative errno: -ENOENT where there is
 * no such program.
 */
int program_run(const char *const *arguments, const char *input, char *ret_output, size_t size);

#endif
