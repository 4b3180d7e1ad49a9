/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LOOKUP_H
#define QEMUVM_LOOKUP_H

#include "base/deadline.h"
#include "find/host.h"
#include "find/vm_found.h"
#include "cache/agent_memory.h"
#include "source/candidate.h"
#include "source/source_agent.h"

/*
 * One VM whose sources are asked, or many of them side by side: the poll loop.
 *
 * The guest is asked first, and what the host knows is gathered only if it does not answer at once.
 * All agents are waited for together, so that the time taken is the slowest one's, not the sum.
 */
struct lookup {
	struct vm_found *found; /* the caller's */
	struct source_agent agent;
	/* What each source returned last: see source.h; of the agent -EINPROGRESS while it is
	 * waited for. */
	int results[SOURCE_COUNT];
	struct candidates candidates[SOURCE_COUNT];
	/* The caller's to begin (agent_memory_init(), agent_memory_set_vm()), and to leave unless
	 * the terms are otherwise. */
	struct agent_memory memory;
	struct deadline deadline;  /* its own: see the terms */
	struct deadline gather_at; /* when the host's sources are asked, if not before */
	bool is_gathered, is_over;
};

struct lookup_terms {
	struct host *host; /* its deadline is that of all lookups */
	int budget_ms;     /* of each lookup, from when it is begun; 0: all have the deadline */
	/* The sources that are asked, the most believed first; all of them, even if the first one
	 * suffices, with wants_all. */
	const enum source_id *sources;
	unsigned int source_count;
	bool wants_all;
	bool wait_for_boot, cached_only;     /* see struct source_agent */
	const struct agent_session *session; /* or NULL */
	size_t at_once_max; /* lookups under way at the same time; 0: all */
	bool leaves_memory; /* as soon as each lookup is over, not when all are */
	/* Called about every 100 ms while agents are waited for; may be NULL. */
	void (*show_progress)(void *context, size_t answered, size_t count);
	void *context;
};

/* Is it one of those that are asked? */
bool lookup_has_source(const struct lookup_terms *terms, enum source_id source);

/*
 * Asks the sources for each of count lookups, whose `found` is set, and judges what was claimed:
 * results and candidates are filled in. Connections are closed. 0 or -ENOMEM.
 */
int lookup_run(struct lookup **lookups, size_t count, const struct lookup_terms *terms);

#endif
