/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_STATUS_LINE_H
#define QEMUVM_STATUS_LINE_H

#include <stdbool.h>

/* One line on a terminal that tells a person what the helper is waiting for. */
struct status_line {
	const char *host;
	bool is_shown;
};

/* Shows or updates the line; does nothing if stderr is no terminal. reason must be safe for a
 * terminal. */
void status_line_show(struct status_line *line, int waited_s, const char *reason);

/* Erases it. */
void status_line_clear(struct status_line *line);

#endif
