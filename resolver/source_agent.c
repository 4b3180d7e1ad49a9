/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <errno.h>

#include "endpoint.h"
#include "vm_identify.h"

/*
 * The guest itself, through its agent: the only source that knows all its addresses, and the one
 * that may lie.
 */

static int connect_agent(void *context)
{
	const struct source_call *call = context;

	return endpoint_connect(call->trust, &call->vm->agent);
}

static int accept_peer(void *context, const struct agent_peer *peer)
{
	const struct source_call *call = context;

	return vm_identify_peer(call->trust, call->config, call->vm, peer);
}

static int drain_ms(const struct source_call *call)
{
	if (call->is_patient)
		return deadline_left_ms(call->deadline);
	return call->has_proof ? AGENT_DRAIN_PROVEN_MS : AGENT_DRAIN_MS;
}

static int begin(struct source_call *call)
{
	int fd = *call->agent_fd;
	struct agent_options options = {
		.deadline = call->deadline,
		.drain_ms = drain_ms(call),
		.queue_ms = call->has_proof ? AGENT_DRAIN_PROVEN_MS : 0,
		/* The peer of a connection that is open already was seen when the VM was found. */
		.accept_peer = fd < 0 ? accept_peer : NULL,
		.connect = connect_agent,
		.context = call,
	};

	*call->agent_fd = -1;
	call->is_begun = true;
	agent_init(&call->agent, fd, &call->vm->agent, &options);
	return agent_ask(&call->agent, "guest-network-get-interfaces", NULL);
}

static int read_reply(struct source_call *call)
{
	int value;
	const struct json *json = agent_reply(&call->agent, &value);
	int r = agent_read_interfaces(json, value, call->vm, call->candidates);

	return r == 0 ? -EADDRNOTAVAIL : r;
}

static int ask_agent(struct source_call *call)
{
	int r;

	if (call->vm->agent.kind == VM_ENDPOINT_NONE)
		return 0;
	if (!call->is_begun) {
		r = begin(call);
		if (r < 0)
			return r;
	}
	r = agent_step(&call->agent, &call->wait);
	return r < 0 ? r : read_reply(call);
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
	.leave = leave_agent,
};
