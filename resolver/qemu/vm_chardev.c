/* SPDX-License-Identifier: MIT */
#include "qemu/vm_chardev.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A numeric address; a name that needs a look-up is none. */
#define HOST_TEXT_SIZE INET6_ADDRSTRLEN

/*
 * -chardev has two grammars: keys on one level, and, in JSON, QAPI's nested ChardevBackend
 * (qapi/char.json). A key of the first and its path in the second.
 */
static int get(const struct option *option, const char *key, const char *json_key, char *ret_value,
	size_t size)
{
	return option_get(option, option->json != NULL ? json_key : key, ret_value, size);
}

static bool get_bool(
	const struct option *option, const char *key, const char *json_key, bool otherwise)
{
	return option_get_bool(option, option->json != NULL ? json_key : key, otherwise);
}

/* Padded to the whole of sun_path where it is not "tight", which is the default. */
static int set_abstract(struct vm_endpoint *endpoint, const char *name, bool is_tight)
{
	size_t len = strlen(name);

	if (len + 1 > VM_SUN_PATH_SIZE)
		return -EOPNOTSUPP;
	endpoint->kind = VM_ENDPOINT_UNIX;
	memset(endpoint->path, 0, VM_SUN_PATH_SIZE);
	memcpy(endpoint->path + 1, name, len);
	endpoint->path_len = (uint16_t)(is_tight ? len + 1 : VM_SUN_PATH_SIZE);
	return 0;
}

static int read_unix(const struct option *option, struct vm_endpoint *endpoint)
{
	char path[VM_PATH_SIZE];
	bool is_tight = get_bool(option, "tight", "backend.data.addr.data.tight", true);

	if (get(option, "path", "backend.data.addr.data.path", path, sizeof(path)) <= 0)
		return -EOPNOTSUPP;
	if (get_bool(option, "abstract", "backend.data.addr.data.abstract", false))
		return set_abstract(endpoint, path, is_tight);
	return vm_endpoint_set_path(endpoint, path) < 0 ? -EOPNOTSUPP : 0;
}

static int read_fd(const struct option *option, struct vm_endpoint *endpoint)
{
	char text[16], *end;
	long fd;

	if (get(option, "fd", "backend.data.addr.data.str", text, sizeof(text)) <= 0)
		return -EOPNOTSUPP;
	fd = strtol(text, &end, 10);
	/* A name is that of a descriptor that came through the monitor. */
	if (*end != '\0' || fd < 0 || fd > INT16_MAX)
		return -EOPNOTSUPP;
	*endpoint = (struct vm_endpoint){.kind = VM_ENDPOINT_FD, .fd = (int)fd};
	return 0;
}

/* Where it listens on any address, it can be reached on the loopback. */
static int host_to_connect(const char *text, struct address *ret_host)
{
	static const uint8_t any[16] = {0};

	if (*text == '\0' || strcmp(text, "localhost") == 0)
		text = "127.0.0.1";
	if (address_parse(text, ret_host) < 0)
		return -EOPNOTSUPP;
	if (memcmp(ret_host->bytes, any, address_len(ret_host->family)) == 0)
		return address_parse(ret_host->family == AF_INET ? "127.0.0.1" : "::1", ret_host);
	return 0;
}

static int set_tcp(struct vm_endpoint *endpoint, const char *host, const char *port)
{
	unsigned long number;
	char *end;

	number = strtoul(port, &end, 10);
	if (*port < '0' || *port > '9' || *end != '\0' || number == 0 || number > UINT16_MAX)
		return -EOPNOTSUPP;
	if (host_to_connect(host, &endpoint->host) < 0)
		return -EOPNOTSUPP;
	endpoint->kind = VM_ENDPOINT_TCP;
	endpoint->port = (uint16_t)number;
	return 0;
}

static int read_tcp(const struct option *option, struct vm_endpoint *endpoint)
{
	char host[HOST_TEXT_SIZE] = "", port[8];
	int r = get(option, "host", "backend.data.addr.data.host", host, sizeof(host));

	if (r < 0 && r != -ENOENT)
		return -EOPNOTSUPP;
	if (get(option, "port", "backend.data.addr.data.port", port, sizeof(port)) <= 0)
		return -EOPNOTSUPP;
	return set_tcp(endpoint, host, port);
}

/* A socket that QEMU listens on; in QAPI that is the default. */
static int read_socket(const struct option *option, struct vm_endpoint *endpoint)
{
	if (!get_bool(option, "server", "backend.data.server", option->json != NULL) ||
		get_bool(option, "telnet", "backend.data.telnet", false) ||
		get_bool(option, "websocket", "backend.data.websocket", false))
		return -EOPNOTSUPP;
	if (read_unix(option, endpoint) == 0 || read_fd(option, endpoint) == 0)
		return 0;
	return read_tcp(option, endpoint);
}

int vm_chardev_by_id(const struct argv *argv, const char *id, struct vm_endpoint *ret_endpoint)
{
	struct vm_endpoint endpoint = {0};
	struct option option;
	char backend[16];
	int r = -EOPNOTSUPP;

	if (!argv_option_by_id(argv, "chardev", "backend", id, &option))
		return -ENOENT;
	if (get(&option, "backend", "backend.type", backend, sizeof(backend)) >= 0 &&
		strcmp(backend, "socket") == 0)
		r = read_socket(&option, &endpoint);
	option_done(&option);
	if (r == 0)
		*ret_endpoint = endpoint;
	return r;
}

/* "unix:PATH,server=on": the rest is an option whose bare first value is the path. */
static int read_unix_device(const char *rest, struct vm_endpoint *endpoint)
{
	struct option option;
	int r;

	if (*rest == '{' || option_init(&option, rest, "path") < 0)
		return -EOPNOTSUPP;
	r = read_socket(&option, endpoint);
	option_done(&option);
	return r;
}

/* "tcp:HOST:PORT,server=on" */
static int read_tcp_device(const char *rest, struct vm_endpoint *endpoint)
{
	const char *colon = strchr(rest, ':'), *comma = strchrnul(rest, ',');
	char host[HOST_TEXT_SIZE], port[8];
	struct option option;
	bool is_server;

	if (colon == NULL || colon > comma || (size_t)(colon - rest) >= sizeof(host) ||
		(size_t)(comma - colon) > sizeof(port))
		return -EOPNOTSUPP;
	memcpy(host, rest, (size_t)(colon - rest));
	host[colon - rest] = '\0';
	memcpy(port, colon + 1, (size_t)(comma - colon) - 1);
	port[comma - colon - 1] = '\0';
	if (*comma == '\0' || option_init(&option, comma + 1, NULL) < 0)
		return -EOPNOTSUPP;
	is_server = option_get_bool(&option, "server", false);
	option_done(&option);
	return is_server ? set_tcp(endpoint, host, port) : -EOPNOTSUPP;
}

int vm_chardev_by_device(
	const struct argv *argv, const char *device, struct vm_endpoint *ret_endpoint)
{
	struct vm_endpoint endpoint = {0};
	int r = -EOPNOTSUPP;

	/* The same device shared with a monitor. */
	if (strncmp(device, "mon:", 4) == 0)
		device += 4;
	if (strncmp(device, "chardev:", 8) == 0)
		return vm_chardev_by_id(argv, device + 8, ret_endpoint);
	if (strncmp(device, "unix:", 5) == 0)
		r = read_unix_device(device + 5, &endpoint);
	else if (strncmp(device, "tcp:", 4) == 0)
		r = read_tcp_device(device + 4, &endpoint);
	if (r == 0)
		*ret_endpoint = endpoint;
	return r;
}
