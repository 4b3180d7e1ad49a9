/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_TERMINAL_H
#define QEMUVM_TERMINAL_H

/* The colours of stdout. If it is no terminal, nothing is coloured. */

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

#endif
