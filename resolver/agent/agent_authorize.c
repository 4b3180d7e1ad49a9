/* SPDX-License-Identifier: MIT */
#include "agent/agent_authorize.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A user's name, each character escaped: those of Linux have 32, of Windows 20. */
#define USER_SIZE 256

int agent_authorize(struct agent *agent, const char *user, const char *line)
{
	char quoted_user[USER_SIZE], quoted_line[AGENT_REQUEST_MAX], *arguments;
	int r = agent_quote(user, quoted_user, sizeof(quoted_user));
	const struct json *json;

	if (r >= 0)
		r = agent_quote(line, quoted_line, sizeof(quoted_line));
	if (r < 0)
		return r;
	if (asprintf(&arguments, "{\"username\":%s,\"keys\":[%s]}", quoted_user, quoted_line) < 0)
		return -ENOMEM;
	r = agent_call(agent, "guest-ssh-add-authorized-keys", arguments, &json);
	free(arguments);
	return r < 0 ? r : 0;
}
