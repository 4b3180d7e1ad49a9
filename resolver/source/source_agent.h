/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_SOURCE_AGENT_H
#define QEMUVM_SOURCE_AGENT_H

#include "agent/agent.h"
#include "cache/agent_memory.h"
#include "source/source.h"

/*
 * The guest itself, through its agent: the only source that knows all its addresses, the one that
 * may lie, and the one that has to be waited for. It claims in steps, as the agent's client does.
 */
struct source_agent {
	/* What the source is told. */
	struct source_call call;
	struct agent_memory *memory;         /* what is remembered of the agent */
	const struct agent_session *session; /* what else is wanted of it, or NULL */
	bool wait_for_boot; /* a person waits for this VM: be patient */
	bool cached_only;   /* only what is remembered of a guest counts */
	/* A connection that was opened while the VM was looked for, or -1. The source that uses it
	 * sets it to -1. Whose it still is at the end closes it. */
	int *agent_fd;

	/* What it tells. */
	int error;              /* why it claims what the agent said earlier, or 0 */
	struct agent_wait wait; /* with -EINPROGRESS */
	bool is_begun;          /* the agent was asked, or is being asked */

	/* What it keeps from one step to the next. */
	struct agent agent;
	int result;                   /* while the connection lingers */
	struct deadline linger_until; /* until then */
	bool is_lingering;
};

/* The next step: as claim() of struct source, or -EINPROGRESS: source->wait is what for; call again
 * when that has happened or its time is over. */
int source_agent_step(struct source_agent *source);
/* The host already proves an address: be less patient. */
void source_agent_shorten_timeout(struct source_agent *source);
/* Keeps its claims, which are judged by now, if the agent itself made them. */
void source_agent_remember(struct source_agent *source);
/* Ends what is under way. Called once. */
void source_agent_done(struct source_agent *source);

#endif
