/* SPDX-License-Identifier: MIT */
#include "qemu/vm_chardev.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

/* A numeric address; a name that needs a lookup is not. */
#define HOST_TEXT_SIZE INET6_ADDRSTRLEN

/*
 * -chardev has two grammars: keys on one level, and, in JSON, QAPI's nested ChardevBackend
 * (qapi/char.json). A key of the first and its path in the second.
 */
static int chardev_get(const struct option *option, const char *key, const char *json_key,
	char *ret_value, size_t size)
{
	return option_get(option, option->json != NULL ? json_key : key, ret_value, size);
}

static bool chardev_get_bool(
	const struct option *option, const char *key, const char *json_key, bool otherwise)
{
	return option_get_bool(option, option->json != NULL ? json_key : key, otherwise);
}

static int chardev_set_tcp(struct endpoint *endpoint, const char *host, struct text port)
{
	static const uint8_t any[16] = {0};
	struct address address;
	uint64_t number;

	if (text_number(port, 10, UINT16_MAX, &number) < 0 || number == 0)
		return -EOPNOTSUPP;
	if (*host == '\0' || strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (address_from_text(text_of(host), &address) < 0)
		return -EOPNOTSUPP;
	/* If it listens on any address, it can be reached on the loopback. */
	if (memcmp(address.bytes, any, sizeof(any)) == 0)
		(void)address_from_text(
			text_of(address.family == AF_INET ? "127.0.0.1" : "::1"), &address);
	endpoint->kind = ENDPOINT_TCP;
	endpoint->host = address;
	endpoint->port = (uint16_t)number;
	return 0;
}

/* A socket that QEMU listens on; in QAPI that is the default. */
static int chardev_read_socket(const struct option *option, struct endpoint *endpoint)
{
	char path[ENDPOINT_PATH_SIZE], host[HOST_TEXT_SIZE] = "", text[16];
	bool is_abstract, is_tight;
	uint64_t fd;
	int len, r;

	if (!chardev_get_bool(option, "server", "backend.data.server", option->json != NULL) ||
		chardev_get_bool(option, "telnet", "backend.data.telnet", false) ||
		chardev_get_bool(option, "websocket", "backend.data.websocket", false))
		return -EOPNOTSUPP;
	len = chardev_get(option, "path", "backend.data.addr.data.path", path, sizeof(path));
	is_abstract =
		chardev_get_bool(option, "abstract", "backend.data.addr.data.abstract", false);
	if (len > 0 && !is_abstract && endpoint_set_path(endpoint, path) == 0)
		return 0;
	if (len > 0 && is_abstract && len + 1 <= ENDPOINT_SUN_PATH_SIZE) {
		/* Padded to the whole of sun_path if it is not "tight", which is the default. */
		is_tight = chardev_get_bool(option, "tight", "backend.data.addr.data.tight", true);
		endpoint->kind = ENDPOINT_UNIX;
		memset(endpoint->path, 0, ENDPOINT_SUN_PATH_SIZE);
		memcpy(endpoint->path + 1, path, (size_t)len);
		endpoint->path_len = (uint16_t)(is_tight ? len + 1 : ENDPOINT_SUN_PATH_SIZE);
		return 0;
	}
	/* A name is that of a descriptor that came through the monitor. */
	if (chardev_get(option, "fd", "backend.data.addr.data.str", text, sizeof(text)) > 0 &&
		text_number(text_of(text), 10, INT16_MAX, &fd) == 0) {
		*endpoint = (struct endpoint){.kind = ENDPOINT_FD, .fd = (int)fd};
		return 0;
	}
	r = chardev_get(option, "host", "backend.data.addr.data.host", host, sizeof(host));
	if (r < 0 && r != -ENOENT)
		return -EOPNOTSUPP;
	if (chardev_get(option, "port", "backend.data.addr.data.port", text, sizeof(text)) <= 0)
		return -EOPNOTSUPP;
	return chardev_set_tcp(endpoint, host, text_of(text));
}

int vm_chardev_by_id(const struct argv *argv, const char *id, struct endpoint *ret_endpoint)
{
	struct endpoint endpoint = {0};
	struct option option;
	char backend[16];
	int r = -EOPNOTSUPP;

	if (!argv_option_by_id(argv, "chardev", "backend", id, &option))
		return -ENOENT;
	if (chardev_get(&option, "backend", "backend.type", backend, sizeof(backend)) >= 0 &&
		strcmp(backend, "socket") == 0)
		r = chardev_read_socket(&option, &endpoint);
	option_done(&option);
	if (r == 0)
		*ret_endpoint = endpoint;
	return r;
}

int vm_chardev_by_device(const struct argv *argv, const char *device, struct endpoint *ret_endpoint)
{
	struct text rest, place, host_text;
	struct endpoint endpoint = {0};
	char host[HOST_TEXT_SIZE];
	struct option option;
	int r = -EOPNOTSUPP;

	/* The same device shared with a monitor. */
	if (strncmp(device, "mon:", 4) == 0)
		device += 4;
	if (strncmp(device, "chardev:", 8) == 0)
		return vm_chardev_by_id(argv, device + 8, ret_endpoint);
	rest = text_of(device);
	if (text_take(&rest, "tcp:")) {
		/* "tcp:HOST:PORT,server=on" */
		if (!text_take_field(&rest, ',', &place) ||
			!text_take_field(&place, ':', &host_text) ||
			text_copy(host_text, host, sizeof(host)) < 0 || rest.at == rest.end ||
			option_init(&option, rest.at, NULL) < 0)
			return -EOPNOTSUPP;
		if (option_get_bool(&option, "server", false))
			r = chardev_set_tcp(&endpoint, host, place);
		option_done(&option);
	} else if (strncmp(device, "unix:", 5) == 0 && device[5] != '{' &&
		   option_init(&option, device + 5, "path") == 0) {
		/* "unix:PATH,server=on": an option whose bare first value is the path. */
		r = chardev_read_socket(&option, &endpoint);
		option_done(&option);
	}
	if (r == 0)
		*ret_endpoint = endpoint;
	return r;
}
