/* SPDX-License-Identifier: MIT */
#include "agent/agent_about.h"

#include <errno.h>
#include <string.h>

/* One member of a command's reply, and where it goes. */
struct topic {
	const char *command, *member;
	size_t offset;
};

/* Members of one reply stand together: the command is asked once for them. */
static const struct topic topics[] = {
	{"guest-info", "version", offsetof(struct agent_about, version)},
	{"guest-get-osinfo", "pretty-name", offsetof(struct agent_about, os)},
	{"guest-get-osinfo", "kernel-release", offsetof(struct agent_about, kernel)},
	{"guest-get-osinfo", "machine", offsetof(struct agent_about, machine)},
	{"guest-get-host-name", "host-name", offsetof(struct agent_about, host_name)},
};

#define TOPIC_COUNT (sizeof(topics) / sizeof(topics[0]))

static void read_member(
	const struct agent *agent, const struct topic *topic, struct agent_about *about)
{
	char text[AGENT_ABOUT_SIZE];
	int value;
	const struct json *json = agent_reply(agent, &value);

	if (json_string(json, json_member(json, value, topic->member), text, sizeof(text)) >= 0)
		memcpy((char *)about + topic->offset, text, sizeof(text));
}

static int ask(struct agent *agent, const char *command)
{
	int r = agent_ask(agent, command, NULL);

	return r == 0 ? agent_run(agent) : r;
}

static bool is_refusal(int error)
{
	return error == -EOPNOTSUPP || error == -EREMOTEIO;
}

int agent_about(struct agent *agent, struct agent_about *ret_about)
{
	int r = 0;

	memset(ret_about, 0, sizeof(*ret_about));
	for (size_t i = 0; i < TOPIC_COUNT; i++) {
		if (i == 0 || strcmp(topics[i].command, topics[i - 1].command) != 0)
			r = ask(agent, topics[i].command);
		if (r == 0)
			read_member(agent, &topics[i], ret_about);
		else if (!is_refusal(r))
			return r;
	}
	return 0;
}
