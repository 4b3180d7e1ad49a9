/* SPDX-License-Identifier: MIT */
#include "agent/agent_file.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>

/* A path with each character escaped, and the rest of a question. */
#define ARGUMENTS_SIZE 512

/* Decodes the base64 text in the reply of guest-file-read. */
static int decode(const struct json *json, int value, char *ret_text, size_t size)
{
	/* Three bytes become four, and a line's end may follow. */
	size_t encoded_size = size / 3 * 4 + 8;
	char *encoded = malloc(encoded_size);
	int len;

	if (encoded == NULL)
		return -ENOMEM;
	len = json_string(json, json_member(json, value, "buf-b64"), encoded, encoded_size);
	if (len >= 0)
		len = b64_pton(encoded, (unsigned char *)ret_text, size - 1);
	free(encoded);
	if (len < 0)
		return -EBADMSG;
	ret_text[len] = '\0';
	return len;
}

int agent_file_read(struct agent *agent, const char *path, char *ret_text, size_t size)
{
	char arguments[ARGUMENTS_SIZE], quoted[ARGUMENTS_SIZE - 32];
	const struct json *json;
	int64_t handle;
	int value, len = agent_quote(path, quoted, sizeof(quoted));

	if (len < 0)
		return len;
	(void)snprintf(arguments, sizeof(arguments), "{\"path\":%s,\"mode\":\"r\"}", quoted);
	value = agent_call(agent, "guest-file-open", arguments, &json);
	if (value < 0)
		return value == -EREMOTEIO ? -ENOENT : value;
	if (json_int(json, value, &handle) < 0)
		return -EBADMSG;
	(void)snprintf(arguments, sizeof(arguments), "{\"handle\":%" PRId64 ",\"count\":%zu}",
		handle, size - 1);
	value = agent_call(agent, "guest-file-read", arguments, &json);
	len = value < 0 ? value : decode(json, value, ret_text, size);
	(void)snprintf(arguments, sizeof(arguments), "{\"handle\":%" PRId64 "}", handle);
	(void)agent_call(agent, "guest-file-close", arguments, &json);
	return len;
}
