/* SPDX-License-Identifier: MIT */
/*
 * ask_agent SOCKET [BUDGET_MS [DRAIN_MS [serial]]]: asks the agent there for its guest's
 * interfaces through resolver/agent/agent.c. Prints a line "ADDRESS MAC" for each address ("-": no
 * MAC), or the name of the errno, and at last "MS ms". Exit 0 where the agent answered. `serial`:
 * the agent is on an isa-serial port.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/agent.h"
#include "source/agent_interfaces.h"

#define BUDGET_MS 1000

static int connect_to(void *context)
{
	const struct endpoint *endpoint = context;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	memcpy(name.sun_path, endpoint->path, endpoint->path_len);
	if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static void print_candidates(const struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++) {
		const struct candidate *candidate = &candidates->list[i];
		char address[ADDRESS_TEXT_MAX], mac[MAC_TEXT_MAX];

		printf("%s %s\n", address_format(&candidate->address, address),
			candidate->has_mac ? mac_format(&candidate->mac, mac) : "-");
	}
}

static int ask(struct agent *agent)
{
	static struct candidates candidates;
	static const struct vm vm;
	const struct json *json;
	int value;
	int r = agent_ask(agent, "guest-network-get-interfaces", NULL);

	if (r == 0)
		r = agent_run(agent);
	if (r < 0)
		return r;
	json = agent_reply(agent, &value);
	r = agent_read_interfaces(json, value, &vm, &candidates);
	if (r >= 0)
		print_candidates(&candidates);
	return r;
}

int main(int argc, char **argv)
{
	struct endpoint endpoint;
	struct agent_options options = {
		.deadline = deadline_after_ms(argc > 2 ? atoi(argv[2]) : BUDGET_MS),
		.drain_ms = argc > 3 ? atoi(argv[3]) : AGENT_DRAIN_MS,
		.connect = connect_to,
		.context = &endpoint,
	};
	int64_t begin_ns = deadline_now_ns();
	struct agent agent;
	int r;

	if (argc < 2 || endpoint_set_path(&endpoint, argv[1]) < 0) {
		fprintf(stderr, "usage: ask_agent SOCKET [BUDGET_MS [DRAIN_MS [serial]]]\n");
		return 2;
	}
	endpoint.is_serial = argc > 4 && strcmp(argv[4], "serial") == 0;
	agent_init(&agent, -1, &endpoint, &options);
	r = ask(&agent);
	agent_done(&agent);
	if (r < 0)
		printf("%s\n", strerrorname_np(-r));
	printf("%lld ms\n", (long long)((deadline_now_ns() - begin_ns) / 1000000));
	return r < 0;
}
