/* SPDX-License-Identifier: MIT */
#include "source/source_agent.h"

#include <errno.h>
#include <unistd.h>

#include "find/connect.h"
#include "find/vm_process.h"
#include "source/agent_interfaces.h"

static int connect_agent(void *context)
{
	const struct source_agent *source = context;

	return connect_endpoint(&source->call.host->trust, &source->call.vm->agent);
}

static int accept_peer(void *context, const struct agent_peer *peer)
{
	const struct source_agent *source = context;

	return vm_process_accept_peer(source->call.host, source->call.vm, peer);
}

static int begin_question(struct source_agent *source)
{
	bool is_doubtful = !source->wait_for_boot &&
			   agent_memory_state(source->memory) == AGENT_MEMORY_DOUBTFUL;
	int fd = *source->agent_fd;
	struct agent_options options = {
		.deadline = source->call.deadline,
		.drain_ms = AGENT_DRAIN_MS,
		/* The peer of a connection that is open already was seen when the VM was found. */
		.accept_peer = fd < 0 ? accept_peer : NULL,
		.connect = connect_agent,
		.context = source,
	};

	if (source->wait_for_boot)
		options.drain_ms = deadline_left_ms(source->call.deadline);
	else if (is_doubtful)
		options.drain_ms = options.queue_ms = AGENT_MEMORY_DOUBTFUL_DRAIN_MS;
	*source->agent_fd = -1;
	source->is_begun = true;
	/* Counted from before there is a connection, so a little short: AGENT_MEMORY_LINGER_MS has
	 * room. */
	source->linger_until = deadline_after_ms(AGENT_MEMORY_LINGER_MS);
	agent_init(&source->agent, fd, &source->call.vm->agent, &options);
	return agent_ask(&source->agent, "guest-network-get-interfaces", NULL);
}

/* Is the agent busy or silent, so that what it said before may still be so? */
static bool is_out_of_reach(int error)
{
	return error == -EHOSTDOWN || error == -EBUSY || error == -ETIMEDOUT;
}

/* The last claims again: their number, or 0. */
static int claim_again(struct source_agent *source)
{
	const struct cache_agent *last = agent_memory_claims(source->memory);

	if (last == NULL)
		return 0;
	for (unsigned int i = 0; i < last->count; i++)
		candidates_add(source->call.candidates, &last->claims[i].address,
			last->claims[i].has_mac ? &last->claims[i].mac : NULL);
	return (int)last->count;
}

/* What it said lately replaces the answer of an agent that says nothing now. */
static int claim_remembered(struct source_agent *source, int error)
{
	int count = is_out_of_reach(error) ? claim_again(source) : 0;

	if (count == 0)
		return error;
	source->error = error;
	return count;
}

static bool needs_session(const struct source_agent *source)
{
	const struct agent_session *session = source->session;

	return session != NULL && (session->is_needed == NULL ||
					  session->is_needed(session->context, source->call.vm));
}

/* What makes a question unnecessary, or keeps us from it for now; 0: ask. */
static int recall(struct source_agent *source)
{
	int r = agent_memory_try_lock(source->memory);
	enum agent_memory_state state = agent_memory_state(source->memory);

	if (source->cached_only || (state == AGENT_MEMORY_FRESH && !needs_session(source)))
		return claim_again(source);
	if (state == AGENT_MEMORY_SILENT && !source->wait_for_boot)
		return claim_remembered(source, source->memory->entry.agent_error);
	if (r != -EAGAIN)
		return 0;
	/* A connection to the agent keeps others out: it is not held while somebody else has the
	 * lock. */
	if (*source->agent_fd >= 0)
		close(*source->agent_fd);
	*source->agent_fd = -1;
	source->wait = (struct agent_wait){
		.fd = -1,
		.until = deadline_earlier(
			source->call.deadline, deadline_after_ms(AGENT_MEMORY_PAUSE_MS)),
	};
	return -EINPROGRESS;
}

/* Another lookup had to leave while the guest owed it a reply, so the agent spins until a client
 * stays for a while (agent.h): this one does. */
static int linger(struct source_agent *source, int result)
{
	bool is_spinning = result > 0 && source->memory->entry.unanswered_ms != 0;

	if (is_spinning && !deadline_is_past(source->linger_until)) {
		source->result = result;
		source->is_lingering = true;
		source->wait = (struct agent_wait){.fd = -1, .until = source->linger_until};
		return -EINPROGRESS;
	}
	if (result > 0)
		agent_memory_note_linger(source->memory);
	return result;
}

/* The exchange is over, with a reply or an error. */
static int end_question(struct source_agent *source, int r)
{
	const struct source_call *call = &source->call;

	if (r >= 0) {
		int value = 0;
		const struct json *json = agent_reply(&source->agent, &value);

		r = agent_read_interfaces(json, value, call->vm, call->candidates);
		if (r == 0)
			r = -EADDRNOTAVAIL;
		if (needs_session(source)) {
			source->agent.options.takes_refusals = true;
			source->session->run(source->session->context, call->vm, &source->agent);
		}
	}
	if (agent_owes_reply(&source->agent))
		agent_memory_note_unanswered(source->memory);
	if (r >= 0 || !is_out_of_reach(r))
		return linger(source, r);
	agent_memory_note_failure(source->memory, r);
	return claim_remembered(source, r);
}

int source_agent_step(struct source_agent *source)
{
	int r = 0;

	if (source->call.vm->agent.kind == ENDPOINT_NONE)
		return 0;
	if (source->is_lingering)
		return deadline_is_past(source->linger_until) ? linger(source, source->result)
							      : -EINPROGRESS;
	if (!source->is_begun) {
		r = recall(source);
		if (r != 0 || source->cached_only)
			return r;
		r = begin_question(source);
		if (r < 0)
			return r;
	}
	r = agent_step(&source->agent, &source->wait);
	return r == -EINPROGRESS ? r : end_question(source, r);
}

void source_agent_shorten_timeout(struct source_agent *source)
{
	if (source->is_begun && !source->wait_for_boot)
		agent_shorten_timeout(&source->agent, AGENT_DRAIN_PROVEN_MS, &source->wait);
}

void source_agent_remember(struct source_agent *source)
{
	const struct candidates *candidates = source->call.candidates;
	struct cache_claim claims[CACHE_CLAIMS_MAX];
	unsigned int count = 0;

	/* A guest that boots has no address yet, which will soon be otherwise. */
	if (candidates_any(candidates))
		for (size_t i = 0; i < candidates->count && count < CACHE_CLAIMS_MAX; i++) {
			const struct candidate *candidate = &candidates->list[i];

			/* What may come to count again in the next seconds is kept, too. */
			if (candidate->verdict == CANDIDATE_COUNTS ||
				candidate->verdict == CANDIDATE_LINK_LOCAL_LAST ||
				candidate->verdict == CANDIDATE_ROUTED_LAST)
				claims[count++] = (struct cache_claim){
					candidate->address, candidate->mac, candidate->has_mac};
		}
	agent_memory_note_claims(source->memory, claims, count);
}

void source_agent_done(struct source_agent *source)
{
	if (source->is_begun)
		agent_done(&source->agent);
}
