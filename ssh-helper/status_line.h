/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_STATUS_LINE_H
#define QEMUVM_STATUS_LINE_H

#include <stdbool.h>

/* The one line on a terminal that tells a person what is waited for. */
struct status_line {
	const char *host;
	bool is_shown;
};

/* Shows or renews it; nothing where stderr is no terminal. reason is fit for one. */
void status_line_show(struct status_line *line, int waited_s, const char *reason);

/* Takes it off. */
void status_line_clear(struct status_line *line);

#endif
