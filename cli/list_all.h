/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LIST_ALL_H
#define QEMUVM_LIST_ALL_H

#include <stdbool.h>
#include <stdio.h>

#include "base/name.h"
#include "resolver.h"

/* The answers for all VMs, sorted by id. */
struct answer_list {
	struct resolver_answer *list; /* to be freed */
	int count;
};

enum list_all_cache {
	LIST_ALL_CACHE_USED,
	LIST_ALL_CACHE_UNUSED, /* the present state */
	LIST_ALL_CACHE_ONLY,   /* no guest and no monitor is asked */
};

/*
 * Asks all VMs at the same time; on a terminal, a person who has to wait sees the progress. 0 or a
 * negative errno that has been reported.
 */
int list_all(struct host *host, enum list_all_cache cache, struct answer_list *ret_answers);

/*
 * What a VM is called among the hosts of other networks, in lists that programs read: "web", and
 * "web.vm" only if its name is that of another host, since it has a dot or is "localhost". False if
 * no host can be called so: it begins with '-' (an option), or a label is empty or too long.
 */
bool list_all_name(const struct resolver_answer *answer, char ret_name[static NAME_HOST_SIZE]);

/*
 * Asks all VMs and prints the answers into a string; counting_only leaves those out that are
 * listed, but have no name here. *text is the string of the last call, or NULL, and is replaced; it
 * is to be freed. 1 if the string has changed, 0 if not, or a negative errno that has been
 * reported.
 */
typedef void list_all_print_fn(FILE *stream, const struct answer_list *answers);
int list_all_refresh(list_all_print_fn *print, bool counting_only, char **text);

#endif
