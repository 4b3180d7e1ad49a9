/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_OUTPUT_H
#define QEMUVM_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Text that comes from others (guests, file names, QEMU's arguments), written to a terminal or a
 * file. Control characters, invalid UTF-8 and the marks that change the direction of writing
 * (Unicode TR 36) are never written raw.
 */

/* For a person: unsafe characters, and characters outside the locale's character set, become \xNN,
 * byte by byte. */
void output_text(FILE *stream, const char *text);
/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void output_json(FILE *stream, const char *text);
/* One word for a POSIX shell. */
void output_shell_word(FILE *stream, const char *text);

/* Flushes stdout. False if it could not be written, which has been reported. */
bool output_finish(void);

#endif
