/* SPDX-License-Identifier: MIT */
#include "way.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

static void add(struct ways *ways, const struct way *way)
{
	if (ways->count < WAYS_MAX)
		ways->list[ways->count++] = *way;
}

static bool is_unspecified(const struct address *address)
{
	static const uint8_t zeros[sizeof(address->bytes)];

	return memcmp(address->bytes, zeros, sizeof(zeros)) == 0;
}

/* One that listens on every address listens on loopback, too. */
static struct address host_of(const struct vm_forward *forward)
{
	struct address host = forward->host;

	if (!is_unspecified(&host))
		return host;
	if (host.family == AF_INET)
		host.bytes[0] = 127;
	host.bytes[address_len(host.family) - 1] = 1;
	return host;
}

void ways_add_forward(struct ways *ways, const struct vm_forward *forward)
{
	add(ways, &(struct way){.kind = WAY_FORWARD,
			  .address = host_of(forward),
			  .port = forward->host_port});
}

void ways_gather(const struct resolver_answer *answer, uint16_t port, struct ways *ret_ways)
{
	ret_ways->count = 0;
	ret_ways->winner = NULL;
	for (size_t i = 0; i < answer->address_count; i++)
		add(ret_ways, &(struct way){.kind = WAY_ADDRESS,
				      .address = answer->addresses[i],
				      .port = port});
	for (unsigned int i = 0; i < answer->forward_count; i++)
		if (answer->forwards[i].guest_port == port)
			ways_add_forward(ret_ways, &answer->forwards[i]);
	if (answer->vsock_cid != 0)
		add(ret_ways,
			&(struct way){.kind = WAY_VSOCK, .port = port, .cid = answer->vsock_cid});
}

static socklen_t name_of(const struct way *way, struct sockaddr_storage *ret_name)
{
	const struct sockaddr_vm vsock = {
		.svm_family = AF_VSOCK, .svm_port = way->port, .svm_cid = way->cid};

	if (way->kind != WAY_VSOCK)
		return address_to_sockaddr(&way->address, way->port, ret_name);
	memset(ret_name, 0, sizeof(*ret_name));
	memcpy(ret_name, &vsock, sizeof(vsock));
	return sizeof(vsock);
}

int way_connect(const struct way *way)
{
	struct sockaddr_storage name;
	socklen_t len = name_of(way, &name);
	int fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&name, len) == 0 || errno == EINPROGRESS)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

const char *way_format(const struct way *way, char text[static WAY_TEXT_SIZE])
{
	char address[ADDRESS_TEXT_MAX];

	if (way->kind == WAY_VSOCK)
		(void)snprintf(text, WAY_TEXT_SIZE, "vsock cid %u port %u", way->cid, way->port);
	else
		(void)snprintf(text, WAY_TEXT_SIZE, "%s port %u%s",
			address_format(&way->address, address), way->port,
			way->kind == WAY_FORWARD ? " (forward)" : "");
	return text;
}

const char *way_error_text(const struct way *way)
{
	switch (way->error) {
	case 0:
		return "not tried";
	case -EINPROGRESS:
		return strerror(ETIMEDOUT);
	case -EAGAIN:
		return "no ssh server answers there yet";
	default:
		return strerror(-way->error);
	}
}
