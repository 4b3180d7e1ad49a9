/* SPDX-License-Identifier: MIT */
#include "agent/agent_file.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>

/* A path within a question, with every '\' written twice. */
#define ARGUMENTS_SIZE 512

/* Asks, and waits for the answer: the node of its "return", which may be 0 for none. */
static int converse(struct agent *agent, const char *command, const char *arguments)
{
	int value = 0, r = agent_ask(agent, command, arguments);

	if (r == 0)
		r = agent_run(agent);
	if (r < 0)
		return r;
	(void)agent_reply(agent, &value);
	return value;
}

static int open_file(struct agent *agent, const char *path, int64_t *ret_handle)
{
	char arguments[ARGUMENTS_SIZE];
	int value;

	(void)snprintf(arguments, sizeof(arguments), "{\"path\":\"%s\",\"mode\":\"r\"}", path);
	value = converse(agent, "guest-file-open", arguments);
	if (value == -EREMOTEIO)
		return -ENOENT;
	if (value < 0)
		return value;
	return json_int(agent_reply(agent, &value), value, ret_handle) < 0 ? -EBADMSG : 0;
}

/* The text of base64 that the agent gave, decoded. */
static int decode(const struct json *json, int value, char *ret_text, size_t size)
{
	/* Three bytes become four, and a line's end may follow. */
	size_t encoded_size = size / 3 * 4 + 8;
	char *encoded = malloc(encoded_size);
	int len = -ENOMEM;

	if (encoded == NULL)
		return len;
	len = json_string(json, json_member(json, value, "buf-b64"), encoded, encoded_size);
	if (len >= 0)
		len = b64_pton(encoded, (unsigned char *)ret_text, size - 1);
	free(encoded);
	return len < 0 ? -EBADMSG : len;
}

static int read_file(struct agent *agent, int64_t handle, char *ret_text, size_t size)
{
	char arguments[ARGUMENTS_SIZE];
	int value, len;

	(void)snprintf(arguments, sizeof(arguments), "{\"handle\":%" PRId64 ",\"count\":%zu}",
		handle, size - 1);
	value = converse(agent, "guest-file-read", arguments);
	if (value < 0)
		return value;
	len = decode(agent_reply(agent, &value), value, ret_text, size);
	if (len >= 0)
		ret_text[len] = '\0';
	return len;
}

int agent_file_read(struct agent *agent, const char *path, char *ret_text, size_t size)
{
	char arguments[ARGUMENTS_SIZE];
	int64_t handle;
	int r = open_file(agent, path, &handle), len;

	if (r < 0)
		return r;
	len = read_file(agent, handle, ret_text, size);
	(void)snprintf(arguments, sizeof(arguments), "{\"handle\":%" PRId64 "}", handle);
	(void)converse(agent, "guest-file-close", arguments);
	return len;
}
