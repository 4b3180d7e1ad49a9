/* SPDX-License-Identifier: MIT */
#include "status_line.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Where the terminal does not tell how wide it is. */
#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX     400

/* A line that is longer than the terminal is wide could not be taken off. */
static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

void status_line_show(struct status_line *line, int waited_s, const char *reason)
{
	char text[COLUMNS_MAX];

	if (!isatty(STDERR_FILENO))
		return;
	(void)snprintf(text, (size_t)columns(), "qemuvm: %s: waited %d s: %s", line->host, waited_s,
		reason);
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
