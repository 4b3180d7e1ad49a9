/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LIST_ALL_H
#define QEMUVM_LIST_ALL_H

#include <stdio.h>

#include "resolver.h"

/*
 * All VMs, asked together; on a terminal a person who has to wait sees how far it is. Returns their
 * number, or a negative errno, told on stderr. The array is the caller's, to be freed.
 */
int list_all(struct host *host, struct resolver_answer **ret_answers);

/* The same without what agents said before. */
int list_all_now(struct host *host, struct resolver_answer **ret_answers);

/* The same from what the host knows and agents said before: no guest and no monitor is asked. */
int list_all_known(struct host *host, struct resolver_answer **ret_answers);

/* Prints what there is of all VMs. */
struct list_all_form {
	void (*print)(const void *context, FILE *stream, const struct resolver_answer *answers,
		int count);
	const void *context;
};

/* All VMs that there are now, asked as by list_all(), as a text: the caller's to free. NULL: it cannot be told,
 * which was said. */
char *list_all_render(struct host *host, const struct list_all_form *form);

#endif
