/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <errno.h>
#include <unistd.h>

#include "find/connect.h"
#include "find/vm_process.h"
#include "source/agent_interfaces.h"

/*
 * The guest itself, through its agent: the only source that knows all its addresses, and the one
 * that may lie.
 */

static int connect_agent(void *context)
{
	const struct source_call *call = context;

	return connect_endpoint(&call->host->trust, &call->vm->agent);
}

static int accept_peer(void *context, const struct agent_peer *peer)
{
	const struct source_call *call = context;

	return vm_process_accept_peer(call->host, call->vm, peer);
}

static int drain_ms(const struct source_call *call)
{
	if (call->is_patient)
		return deadline_left_ms(call->deadline);
	return memory_of_agent(call->memory) == MEMORY_DOUBTFUL ? MEMORY_DOUBTFUL_DRAIN_MS
								: AGENT_DRAIN_MS;
}

static int queue_ms(const struct source_call *call)
{
	bool is_doubtful = !call->is_patient && memory_of_agent(call->memory) == MEMORY_DOUBTFUL;

	return is_doubtful ? MEMORY_DOUBTFUL_DRAIN_MS : 0;
}

static int begin(struct source_call *call)
{
	int fd = *call->agent_fd;
	struct agent_options options = {
		.deadline = call->deadline,
		.drain_ms = drain_ms(call),
		.queue_ms = queue_ms(call),
		/* The peer of a connection that is open already was seen when the VM was found. */
		.accept_peer = fd < 0 ? accept_peer : NULL,
		.connect = connect_agent,
		.context = call,
	};

	*call->agent_fd = -1;
	call->is_begun = true;
	/* Counted from before there is a connection, so a little short: MEMORY_LINGER_MS has room.
	 */
	call->linger_until = deadline_after_ms(MEMORY_LINGER_MS);
	agent_init(&call->agent, fd, &call->vm->agent, &options);
	return agent_ask(&call->agent, "guest-network-get-interfaces", NULL);
}

static int read_reply(struct source_call *call)
{
	int value = 0;
	const struct json *json = agent_reply(&call->agent, &value);
	int r = agent_read_interfaces(json, value, call->vm, call->candidates);

	return r == 0 ? -EADDRNOTAVAIL : r;
}

/* Is the agent busy or silent, so that what it said before may still be so? */
static bool is_out_of_reach(int error)
{
	return error == -EHOSTDOWN || error == -EBUSY || error == -ETIMEDOUT;
}

/* What it said lately stands in for an agent that says nothing now. */
static int stand_in(struct source_call *call, int error)
{
	int count = is_out_of_reach(error) ? memory_claim(call->memory, call->candidates) : 0;

	if (count == 0)
		return error;
	call->failure = error;
	return count;
}

/* A connection to the agent keeps others out: it is not held while somebody else holds the lock. */
static int wait_for_lock(struct source_call *call)
{
	if (*call->agent_fd >= 0)
		close(*call->agent_fd);
	*call->agent_fd = -1;
	call->wait = (struct agent_wait){
		.fd = -1,
		.until = deadline_earlier(call->deadline, deadline_after_ms(MEMORY_PAUSE_MS)),
	};
	return -EINPROGRESS;
}

/* Is more wanted of this guest than its addresses? */
static bool wants_session(const struct source_call *call)
{
	const struct agent_session *session = call->session;

	return session != NULL &&
	       (session->is_needed == NULL || session->is_needed(session->context, call->vm));
}

/* What makes a question unnecessary, or keeps us from it for now; 0: ask. */
static int recall(struct source_call *call)
{
	int r = memory_try_lock(call->memory);

	if (call->asks_nobody)
		return memory_claim(call->memory, call->candidates);
	switch (memory_of_agent(call->memory)) {
	case MEMORY_FRESH:
		if (!wants_session(call))
			return memory_claim(call->memory, call->candidates);
		break;
	case MEMORY_SILENT:
		if (!call->is_patient)
			return stand_in(call, call->memory->entry.agent_error);
		break;
	case MEMORY_DOUBTFUL:
	case MEMORY_NONE:
		break;
	}
	return r == -EAGAIN ? wait_for_lock(call) : 0;
}

/* Another look-up had to leave while the guest owed it a reply, so the agent spins until a client
 * stays for a while (agent.h): this one does. */
static int linger(struct source_call *call, int said)
{
	if (said > 0 && call->memory->entry.unanswered_ms != 0 &&
		!deadline_is_past(call->linger_until)) {
		call->said = said;
		call->is_lingering = true;
		call->wait = (struct agent_wait){.fd = -1, .until = call->linger_until};
		return -EINPROGRESS;
	}
	if (said > 0)
		memory_note_linger(call->memory);
	return said;
}

/* What else is wanted of an agent that has answered. */
static void run_session(struct source_call *call)
{
	if (!wants_session(call))
		return;
	call->agent.options.takes_refusals = true;
	call->session->run(call->session->context, call->vm, &call->agent);
	if (agent_owes_reply(&call->agent))
		memory_note_unanswered(call->memory);
}

/* The exchange is over. */
static int conclude(struct source_call *call, int r)
{
	if (r >= 0) {
		r = read_reply(call);
		run_session(call);
	} else if (agent_owes_reply(&call->agent)) {
		memory_note_unanswered(call->memory);
	}
	if (r >= 0 || !is_out_of_reach(r))
		return linger(call, r);
	memory_note_failure(call->memory, r);
	return stand_in(call, r);
}

static int ask_agent(struct source_call *call)
{
	int r = 0;

	if (call->vm->agent.kind == ENDPOINT_NONE)
		return 0;
	if (call->is_lingering)
		return deadline_is_past(call->linger_until) ? linger(call, call->said)
							    : -EINPROGRESS;
	if (!call->is_begun) {
		r = recall(call);
		if (r != 0 || call->asks_nobody)
			return r;
		r = begin(call);
		if (r < 0)
			return r;
	}
	r = agent_step(&call->agent, &call->wait);
	return r == -EINPROGRESS ? r : conclude(call, r);
}

static void shorten_timeout_of_agent(struct source_call *call)
{
	if (call->is_begun && !call->is_patient)
		agent_shorten_timeout(&call->agent, AGENT_DRAIN_PROVEN_MS, &call->wait);
}

static void leave_agent(struct source_call *call)
{
	if (call->is_begun)
		agent_done(&call->agent);
}

const struct source source_agent = {
	.id = SOURCE_AGENT,
	.waits = true,
	.ask = ask_agent,
	.shorten_timeout = shorten_timeout_of_agent,
	.leave = leave_agent,
};
