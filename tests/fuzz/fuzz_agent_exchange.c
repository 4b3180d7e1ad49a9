/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the other end of an exchange with an agent, and the client's whole state machine
 * against them. The first byte has flags; the rest is what is sent, in pieces that end with 0xFE,
 * with a step of the client after each. '@' stands for the id of the question that was asked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/agent.h"
#include "fuzz.h"

#define TAKES_REFUSALS 1 /* and more than one question is asked */
#define IS_SERIAL      2
#define NEVER_READS    4
/* Much longer than any input takes. */
#define DEADLINE_MS   10000
#define QUESTIONS_MAX 3

struct input {
	const uint8_t *at, *end;
};

/* Reads what the client has sent, as an agent that listens does. */
static void drain(int fd)
{
	char buffer[AGENT_REQUEST_MAX];

	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
}

/* Sends the next piece; false at the end. What the socket does not take is lost. */
static bool send_piece(int fd, struct input *input, const char *id)
{
	const uint8_t *end;

	if (input->at == input->end)
		return false;
	end = memchr(input->at, 0xfe, (size_t)(input->end - input->at));
	if (end == NULL)
		end = input->end;
	while (input->at < end) {
		const uint8_t *mark = memchr(input->at, '@', (size_t)(end - input->at));
		size_t len = (size_t)((mark != NULL ? mark : end) - input->at);

		(void)!send(fd, input->at, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (mark != NULL)
			(void)!send(fd, id, strlen(id), MSG_DONTWAIT | MSG_NOSIGNAL);
		input->at += len + (mark != NULL);
	}
	input->at += input->at < input->end;
	return true;
}

/* One question: what agent_step() said in the end. */
static int exchange(struct agent *agent, int *fd, struct input *input, bool reads)
{
	struct agent_wait wait = {.fd = -1};
	int r = agent_ask(agent, "guest-network-get-interfaces", NULL);

	if (r < 0)
		return r;
	while ((r = agent_step(agent, &wait)) == -EINPROGRESS) {
		if (wait.fd != agent->fd || wait.events == 0)
			abort();
		if (reads)
			drain(*fd);
		if (agent->state == AGENT_READING ? send_piece(*fd, input, agent->id) : reads)
			continue;
		close(*fd);
		*fd = -1;
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const uint8_t flags = len > 0 ? bytes[0] : 0;
	struct input input = {bytes + (len > 0), bytes + len};
	struct endpoint endpoint = {.kind = ENDPOINT_UNIX, .is_serial = (flags & IS_SERIAL) != 0};
	struct agent_options options = {.deadline = deadline_after_ms(DEADLINE_MS),
		.drain_ms = DEADLINE_MS,
		.takes_refusals = (flags & TAKES_REFUSALS) != 0};
	static struct agent agent;
	int fds[2], value;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	agent_init(&agent, fds[0], &endpoint, &options);
	for (int i = 0; i < (options.takes_refusals ? QUESTIONS_MAX : 1); i++) {
		int r = exchange(&agent, &fds[1], &input, (flags & NEVER_READS) == 0);
		bool is_refused = r == -EOPNOTSUPP || r == -EREMOTEIO;

		if (r == -EINPROGRESS || r > 0 || (r == 0) != (agent_reply(&agent, &value) != NULL))
			abort();
		if (r < 0 && !(is_refused && options.takes_refusals)) {
			if (agent.fd != -1 || agent_ask(&agent, "guest-x", NULL) != -ENOTCONN)
				abort();
			break;
		}
		if (agent_owes_reply(&agent))
			abort();
	}
	agent_done(&agent);
	agent_done(&agent);
	if (fds[1] >= 0)
		close(fds[1]);
	return 0;
}
