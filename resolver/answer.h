/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ANSWER_H
#define QEMUVM_ANSWER_H

#include "cache/cache.h"
#include "lookup.h"
#include "resolver.h"

/*
 * How struct resolver_answer comes out of what was found and claimed: whom to believe, and why
 * there is no address. Nobody is asked here.
 */

void answer_set(
	struct resolver_answer *answer, enum resolver_outcome outcome, enum reason reason);

/* No VM of that name was found that counts, or not everything could be looked at. */
void answer_not_found(struct resolver_answer *answer, enum reason reason);

/* Its host name, from the id of its VM. */
void answer_name_host(struct resolver_answer *answer);

/* The whole answer, once every source of the terms has returned. */
void answer_for(struct resolver_answer *answer, const struct resolver_question *question,
	struct lookup *lookup, const struct lookup_terms *terms);
/* What each of the sources knows, as if the others were not asked. */
void answer_each(struct resolver_claims ret_claims[static SOURCE_COUNT],
	const struct resolver_question *question, struct lookup *lookup,
	const struct lookup_terms *terms);
/* The same as answer_for() from what was answered a moment ago. */
void answer_from_entry(struct resolver_answer *answer, const struct resolver_question *question,
	const struct cache_entry *entry);

/* Why the agent did not answer, though what it said before may replace its answer; or 0. */
int answer_agent_error(const struct lookup *lookup);

#endif
