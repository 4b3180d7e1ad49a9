/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ANSWER_H
#define QEMUVM_ANSWER_H

#include "cache/cache.h"
#include "lookup.h"
#include "resolver.h"

/*
 * How struct resolver_answer comes out of what was found and said: whom to believe, and why there
 * is no address. Nobody is asked here.
 */

void answer_set(struct resolver_answer *answer, enum resolver_outcome outcome,
	enum resolver_reason reason, int error);

/* There is no VM of that name that counts: error is vm_find_by_name()'s. */
void answer_not_found(struct resolver_answer *answer, int error);
/* -ENOMEM, -EMFILE and the like: what keeps this process from looking. */
bool answer_is_out_of_resources(int error);

/* Its host name, from the id of its VM. */
void answer_name_host(struct resolver_answer *answer);

/* The whole answer, once every source has said what it says. */
void answer_for(struct resolver_answer *answer, struct lookup *lookup, const struct config *config,
	const struct resolver_question *question);
/* The same from what was answered a moment ago. */
void answer_from_entry(struct resolver_answer *answer, const struct cache_entry *entry,
	const struct resolver_question *question);

/* Why the agent did not answer, though what it said before may stand in; or 0. The reason for an
 * error of source_agent. */
int answer_error_of_agent(const struct lookup *lookup);
enum resolver_reason answer_reason_of_agent(int said);

#endif
