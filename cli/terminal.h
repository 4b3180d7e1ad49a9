/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_TERMINAL_H
#define QEMUVM_TERMINAL_H

#include <stdbool.h>

/*
 * The width of stdout, and its colours. If stdout is no terminal, nothing is cut or coloured.
 */

/* In columns; 0: no terminal, or not known. */
int terminal_width(void);

enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_STRONG, /* headings, names */
	TERMINAL_GOOD,
	TERMINAL_DOUBTFUL,
	TERMINAL_BAD,
};

/* The escape sequence that begins a style; TERMINAL_PLAIN ends it. "" if there is no colour: no
 * terminal, NO_COLOR is set (no-color.org), or TERM is dumb. */
const char *terminal_style(enum terminal_style style);

/* Does the locale's character set hold all of Unicode? */
bool terminal_is_utf8(void);

#endif
