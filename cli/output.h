/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_OUTPUT_H
#define QEMUVM_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Text that others chose (guests, names of files, QEMU's arguments) on its way to a terminal or
 * a file. Control characters, what is no UTF-8, and the marks that turn the direction of writing
 * (Unicode TR 36) never reach it raw.
 */

/* For a person: what is unsafe, or not of the locale's character set, becomes \xNN, byte by byte.
 */
void output_text(FILE *stream, const char *text);
/* As a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void output_json(FILE *stream, const char *text);
/* As one word of a POSIX shell. */
void output_shell_word(FILE *stream, const char *text);

/* Flushes stdout: false, with a line on stderr, where not all of it could be written. */
bool output_finish(void);

#endif
