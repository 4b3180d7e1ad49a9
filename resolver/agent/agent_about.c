/* SPDX-License-Identifier: MIT */
#include "agent/agent_about.h"

#include <errno.h>
#include <string.h>

/* A member of a command's reply, and where it goes. Members of one reply follow each other: the
 * command is asked once for them. */
static const struct {
	const char *command, *member;
	size_t offset;
} topics[] = {
	{"guest-info", "version", offsetof(struct agent_about, version)},
	{"guest-get-osinfo", "pretty-name", offsetof(struct agent_about, os)},
	{"guest-get-osinfo", "kernel-release", offsetof(struct agent_about, kernel)},
	{"guest-get-osinfo", "machine", offsetof(struct agent_about, machine)},
	{"guest-get-host-name", "host-name", offsetof(struct agent_about, host_name)},
};

int agent_about(struct agent *agent, struct agent_about *ret_about)
{
	const struct json *json;
	int value = -ENOENT;

	memset(ret_about, 0, sizeof(*ret_about));
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		char text[AGENT_ABOUT_SIZE];

		if (i == 0 || strcmp(topics[i].command, topics[i - 1].command) != 0)
			value = agent_call(agent, topics[i].command, NULL, &json);
		if (value == -EOPNOTSUPP || value == -EREMOTEIO)
			continue;
		if (value < 0)
			return value;
		if (json_string(json, json_member(json, value, topics[i].member), text,
			    sizeof(text)) >= 0)
			memcpy((char *)ret_about + topics[i].offset, text, sizeof(text));
	}
	return 0;
}
