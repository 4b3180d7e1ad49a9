/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LOOKUP_H
#define QEMUVM_LOOKUP_H

#include "base/deadline.h"
#include "find/host.h"
#include "find/vm_found.h"
#include "source/candidate.h"
#include "source/memory.h"
#include "source/source.h"

/*
 * One VM whose sources are asked, or many of them side by side: the poll loop.
 *
 * A guest that is believed most is asked first, and what the host knows is gathered only where it
 * does not answer at once. Who has to wait is driven together, so that the time taken is the
 * slowest agent's, not the sum.
 */
struct lookup {
	struct vm_found *found; /* the caller's */
	struct source_call calls[SOURCE_COUNT];
	/* What each source said last: see source.h; -EINPROGRESS while it is asked. */
	int said[SOURCE_COUNT];
	struct candidates candidates[SOURCE_COUNT];
	/* The caller's to begin (memory_init(), memory_set_vm()), and to leave unless the terms
	 * say otherwise. */
	struct memory memory;
	struct deadline deadline;  /* its own: see the terms */
	struct deadline gather_at; /* when what the host knows is asked for, if not before */
	bool is_gathered, is_over;
};

struct lookup_terms {
	struct host *host;
	struct deadline deadline;
	int budget_ms; /* of each look-up, from when it is begun; 0: all have the deadline */
	bool is_patient, asks_nobody; /* see struct source_call */
	const struct agent_session *session;
	size_t at_once_max; /* look-ups under way at the same time; 0: all */
	bool leaves_memory; /* as soon as each look-up is over, not when all are */
	/* Called about every 100 ms while agents are waited for; may be NULL. */
	void (*show_progress)(void *context, size_t answered, size_t count);
	void *context;
};

/*
 * Asks the sources of the configuration for each of count look-ups, whose `found` is set, and
 * judges what was claimed: said and candidates are filled in. Connections are closed. 0 or -ENOMEM.
 */
int lookup_run(struct lookup **lookups, size_t count, const struct lookup_terms *terms);

#endif
