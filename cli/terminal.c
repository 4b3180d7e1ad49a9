/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *terminal_style(enum terminal_style style)
{
	/* ECMA-48, 8.3.117 (SGR). */
	static const char *const sequences[] = {
		[TERMINAL_PLAIN] = "\033[0m",
		[TERMINAL_STRONG] = "\033[1m",
		[TERMINAL_GOOD] = "\033[32m",
		[TERMINAL_DOUBTFUL] = "\033[33m",
		[TERMINAL_BAD] = "\033[31m",
	};
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	bool has_colour = isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == '\0') &&
			  term != NULL && strcmp(term, "dumb") != 0;

	return has_colour ? sequences[style] : "";
}
