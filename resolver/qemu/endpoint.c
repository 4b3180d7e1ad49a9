/* SPDX-License-Identifier: MIT */
#include "qemu/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *endpoint_format(const struct endpoint *endpoint, char text[static ENDPOINT_PATH_SIZE])
{
	char host[ADDRESS_TEXT_MAX];

	text[0] = '\0';
	if (endpoint->kind == ENDPOINT_UNIX && endpoint->path[0] == '\0')
		snprintf(text, ENDPOINT_PATH_SIZE, "@%.*s", ENDPOINT_SUN_PATH_SIZE - 1,
			endpoint->path + 1);
	else if (endpoint->kind == ENDPOINT_UNIX)
		memcpy(text, endpoint->path, ENDPOINT_PATH_SIZE);
	else if (endpoint->kind == ENDPOINT_TCP)
		snprintf(text, ENDPOINT_PATH_SIZE, "%s:%u", address_format(&endpoint->host, host),
			endpoint->port);
	return text;
}

int endpoint_set_path(struct endpoint *endpoint, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof(endpoint->path))
		return -ENAMETOOLONG;
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->kind = ENDPOINT_UNIX;
	memcpy(endpoint->path, path, len + 1);
	endpoint->path_len = (uint16_t)len;
	return 0;
}
