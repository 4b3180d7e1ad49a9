/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_NOTICE_H
#define QEMUVM_NOTICE_H

#include <stdbool.h>

/* The one line on a terminal that tells a person what is waited for. */
struct notice {
	const char *host;
	bool is_shown;
};

/* Shows or renews it; nothing where stderr is no terminal. reason is fit for one. */
void notice_show(struct notice *notice, int waited_s, const char *reason);

/* Takes it off. */
void notice_end(struct notice *notice);

#endif
