/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

static void add(struct targets *targets, const struct target *target)
{
	if (targets->count < TARGETS_MAX)
		targets->list[targets->count++] = *target;
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

void targets_add_forward(struct targets *targets, const struct vm_forward *forward)
{
	add(targets, &(struct target){.kind = TARGET_FORWARD,
			     .address = host_of(forward),
			     .port = forward->host_port});
}

void targets_gather(
	const struct resolver_answer *answer, uint16_t port, struct targets *ret_targets)
{
	ret_targets->count = 0;
	ret_targets->winner = NULL;
	for (size_t i = 0; i < answer->address_count; i++)
		add(ret_targets, &(struct target){.kind = TARGET_ADDRESS,
					 .address = answer->addresses[i],
					 .port = port});
	for (unsigned int i = 0; i < answer->vm.forward_count; i++)
		if (answer->vm.forwards[i].guest_port == port)
			targets_add_forward(ret_targets, &answer->vm.forwards[i]);
	if (answer->vm.vsock_cid != 0)
		add(ret_targets,
			&(struct target){
				.kind = TARGET_VSOCK, .port = port, .cid = answer->vm.vsock_cid});
}

static socklen_t name_of(const struct target *target, struct sockaddr_storage *ret_name)
{
	const struct sockaddr_vm vsock = {
		.svm_family = AF_VSOCK, .svm_port = target->port, .svm_cid = target->cid};

	if (target->kind != TARGET_VSOCK)
		return address_to_sockaddr(&target->address, target->port, ret_name);
	memset(ret_name, 0, sizeof(*ret_name));
	memcpy(ret_name, &vsock, sizeof(vsock));
	return sizeof(vsock);
}

int target_connect(const struct target *target)
{
	struct sockaddr_storage name;
	socklen_t len = name_of(target, &name);
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

const char *target_format(const struct target *target, char text[static TARGET_TEXT_SIZE])
{
	char address[ADDRESS_TEXT_MAX];

	if (target->kind == TARGET_VSOCK)
		(void)snprintf(
			text, TARGET_TEXT_SIZE, "vsock cid %u port %u", target->cid, target->port);
	else
		(void)snprintf(text, TARGET_TEXT_SIZE, "%s port %u%s",
			address_format(&target->address, address), target->port,
			target->kind == TARGET_FORWARD ? " (forward)" : "");
	return text;
}

const char *target_error_text(const struct target *target)
{
	switch (target->error) {
	case 0:
		return "not tried";
	case -EINPROGRESS:
		return strerror(ETIMEDOUT);
	case -EAGAIN:
		return "no ssh server answers there yet";
	default:
		return strerror(-target->error);
	}
}
