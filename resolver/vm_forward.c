/* SPDX-License-Identifier: MIT */
#include "vm_forward.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor.h"
#include "monitor_text.h"
#include "vm_monitor.h"

/* How long a monitor may take that a person waits for; an idle one takes a millisecond. */
#define FORWARD_MS 500
#define LINE_SIZE  96

static int converse(struct monitor *monitor, const char *line)
{
	int r = monitor_ask(monitor, line);
	short events;

	while (r == 0 && (r = monitor_step(monitor, &events)) == -EINPROGRESS) {
		struct pollfd pollfd = {.fd = monitor->fd, .events = events};

		poll(&pollfd, 1, deadline_left_ms(monitor->deadline));
		r = 0;
	}
	return r;
}

/* The forwards there are, as the forwards of *ret_vm; nothing else of it is touched. */
static int list_forwards(struct monitor *monitor, struct vm *ret_vm)
{
	int r = converse(monitor, "info usernet");

	ret_vm->forward_count = 0;
	if (r == 0)
		monitor_read_usernet(ret_vm, monitor_reply(monitor));
	return r;
}

static bool is_among(const struct vm_forward *forward, const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->forward_count; i++)
		if (vm->forwards[i].host_port == forward->host_port &&
			address_equals(&vm->forwards[i].host, &forward->host))
			return true;
	return false;
}

/* The forward to the port that was not there before. */
static int find_new(const struct vm *before, const struct vm *after, uint16_t guest_port,
	struct vm_forward *ret_forward)
{
	for (unsigned int i = 0; i < after->forward_count; i++)
		if (after->forwards[i].guest_port == guest_port &&
			!is_among(&after->forwards[i], before)) {
			*ret_forward = after->forwards[i];
			return 0;
		}
	return -EREMOTEIO;
}

static int add(struct monitor *monitor, uint16_t guest_port, struct vm *vms,
	struct vm_forward *ret_forward)
{
	char line[LINE_SIZE];
	int r = list_forwards(monitor, &vms[0]);

	(void)snprintf(line, sizeof(line), "hostfwd_add tcp:127.0.0.1:0-:%u", guest_port);
	if (r == 0)
		r = converse(monitor, line);
	if (r == 0)
		r = list_forwards(monitor, &vms[1]);
	return r == 0 ? find_new(&vms[0], &vms[1], guest_port, ret_forward) : r;
}

static bool has_user_network(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].netdev == VM_NETDEV_USER)
			return true;
	return false;
}

static int open_monitor(const struct trust *trust, const struct vm *vm, struct monitor *ret_monitor)
{
	int fd = vm_monitor_open(trust, vm);

	if (fd < 0)
		return fd;
	monitor_init(ret_monitor, fd, vm->monitor_protocol, deadline_after_ms(FORWARD_MS));
	return 0;
}

int vm_forward_add(const struct trust *trust, const struct vm *vm, uint16_t guest_port,
	struct vm_forward *ret_forward)
{
	struct vm *vms = calloc(2, sizeof(*vms));
	struct monitor monitor;
	int r = vms == NULL ? -ENOMEM : has_user_network(vm) ? 0 : -ENOENT;

	if (r == 0)
		r = open_monitor(trust, vm, &monitor);
	if (r == 0) {
		r = add(&monitor, guest_port, vms, ret_forward);
		monitor_done(&monitor);
	}
	free(vms);
	return r;
}

int vm_forward_remove(
	const struct trust *trust, const struct vm *vm, const struct vm_forward *forward)
{
	char line[LINE_SIZE], host[ADDRESS_TEXT_MAX];
	struct monitor monitor;
	int r = open_monitor(trust, vm, &monitor);

	if (r < 0)
		return r;
	(void)snprintf(line, sizeof(line), "hostfwd_remove tcp:%s:%u",
		address_format(&forward->host, host), forward->host_port);
	r = converse(&monitor, line);
	monitor_done(&monitor);
	return r;
}
