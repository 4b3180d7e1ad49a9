/* SPDX-License-Identifier: MIT */
#include "agent/agent_authorize.h"

#include <errno.h>
#include <string.h>

/* Appends text as what stands between the quotes of a JSON string. */
static int append_escaped(char request[static AGENT_REQUEST_MAX], const char *text)
{
	size_t len = strlen(request);

	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return -EINVAL;
		if (AGENT_REQUEST_MAX - len < 3)
			return -E2BIG;
		if (*text == '"' || *text == '\\')
			request[len++] = '\\';
		request[len++] = *text;
	}
	request[len] = '\0';
	return 0;
}

static int append(char request[static AGENT_REQUEST_MAX], const char *json)
{
	size_t len = strlen(request), size = strlen(json) + 1;

	if (AGENT_REQUEST_MAX - len < size)
		return -E2BIG;
	memcpy(request + len, json, size);
	return 0;
}

static int write_arguments(
	char request[static AGENT_REQUEST_MAX], const char *user, const char *line)
{
	int r;

	request[0] = '\0';
	r = append(request, "{\"username\":\"");
	if (r == 0)
		r = append_escaped(request, user);
	if (r == 0)
		r = append(request, "\",\"keys\":[\"");
	if (r == 0)
		r = append_escaped(request, line);
	if (r == 0)
		r = append(request, "\"]}");
	return r;
}

int agent_authorize(struct agent *agent, const char *user, const char *line)
{
	char arguments[AGENT_REQUEST_MAX];
	int r = write_arguments(arguments, user, line);

	if (r == 0)
		r = agent_ask(agent, "guest-ssh-add-authorized-keys", arguments);
	return r == 0 ? agent_run(agent) : r;
}
