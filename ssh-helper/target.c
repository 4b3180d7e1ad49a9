/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

static void targets_add(struct targets *targets, const struct target *target)
{
	if (targets->count < TARGETS_MAX)
		targets->list[targets->count++] = *target;
}

void targets_add_forward(struct targets *targets, const struct vm_forward *forward)
{
	const struct target target = {
		.kind = TARGET_FORWARD,
		.address = vm_forward_address(forward),
		.port = forward->host_port,
	};

	targets_add(targets, &target);
}

void targets_gather(
	const struct resolver_answer *answer, uint16_t port, struct targets *ret_targets)
{
	struct target target = {.kind = TARGET_ADDRESS, .port = port};

	ret_targets->count = 0;
	ret_targets->winner = NULL;
	for (size_t i = 0; i < answer->address_count; i++) {
		target.address = answer->addresses[i];
		targets_add(ret_targets, &target);
	}
	for (unsigned int i = 0; i < answer->vm.forward_count; i++)
		if (answer->vm.forwards[i].guest_port == port)
			targets_add_forward(ret_targets, &answer->vm.forwards[i]);
	target = (struct target){.kind = TARGET_VSOCK, .port = port, .cid = answer->vm.vsock_cid};
	if (target.cid != 0)
		targets_add(ret_targets, &target);
}

bool target_equals(const struct target *a, const struct target *b)
{
	return a->kind == b->kind && a->port == b->port && a->cid == b->cid &&
	       (a->kind == TARGET_VSOCK || address_equals(&a->address, &b->address));
}

int target_connect(const struct target *target)
{
	struct sockaddr_storage name = {.ss_family = AF_VSOCK};
	struct sockaddr_vm vsock = {
		.svm_family = AF_VSOCK, .svm_port = target->port, .svm_cid = target->cid};
	socklen_t len = sizeof(vsock);
	int fd, error;

	if (target->kind == TARGET_VSOCK)
		memcpy(&name, &vsock, sizeof(vsock));
	else
		len = address_to_sockaddr(&target->address, target->port, &name);
	fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&name, len) == 0 || errno == EINPROGRESS)
		return fd;
	error = errno;
	close(fd);
	return -error;
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
