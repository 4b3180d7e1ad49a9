/* SPDX-License-Identifier: MIT */
#include "status_line.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* If the terminal does not know its width. */
#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX     400

void status_line_show(struct status_line *line, int waited_s, const char *reason)
{
	size_t columns = COLUMNS_DEFAULT;
	char text[COLUMNS_MAX];
	struct winsize size;

	if (!isatty(STDERR_FILENO))
		return;
	/* A line that is wider than the terminal wraps, and could not be erased. */
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
	(void)snprintf(text, columns, "qemuvm: %s: waited %d s: %s", line->host, waited_s, reason);
	fprintf(stderr, "\r\033[K%s", text);
	fflush(stderr);
	line->is_shown = true;
}

void status_line_clear(struct status_line *line)
{
	if (!line->is_shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	line->is_shown = false;
}
