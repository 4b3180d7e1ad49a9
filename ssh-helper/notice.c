/* SPDX-License-Identifier: MIT */
#include "notice.h"

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

void notice_show(struct notice *notice, int waited_s, const char *reason)
{
	char line[COLUMNS_MAX];

	if (!isatty(STDERR_FILENO))
		return;
	(void)snprintf(line, (size_t)columns(), "qemuvm: %s: waited %d s: %s", notice->host,
		waited_s, reason);
	fprintf(stderr, "\r\033[K%s", line);
	fflush(stderr);
	notice->is_shown = true;
}

void notice_end(struct notice *notice)
{
	if (!notice->is_shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	notice->is_shown = false;
}
