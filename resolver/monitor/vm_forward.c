/* SPDX-License-Identifier: MIT */
#include "monitor/vm_forward.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/monitor.h"
#include "monitor/monitor_text.h"
#include "monitor/vm_monitor.h"

/* How long a monitor may take that a person waits for; an idle one takes a millisecond. */
#define FORWARD_MS 1000
#define PAUSE_MS   5
/* What was added is owed to be removed: a monitor that is busy for so many times as long is given
 * up. */
#define REMOVE_TRIES 5
/* A row of `info usernet` has 90 characters. */
#define LINE_SIZE 256

/* Is the line one of the text's? */
static bool has_line(const char *text, const char *line, size_t len)
{
	for (; *text != '\0'; text += strcspn(text, "\n") + 1) {
		if (strncmp(text, line, len) == 0)
			return true;
		if (text[strcspn(text, "\n")] == '\0')
			return false;
	}
	return false;
}

/* The forward in a line of `info usernet` that was not there before. */
static int find_new(
	const char *before, const char *after, uint16_t guest_port, struct vm_forward *ret_forward)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	int r = vm == NULL ? -ENOMEM : -EREMOTEIO;

	for (size_t len; vm != NULL && *after != '\0'; after += len) {
		char line[LINE_SIZE];

		len = strcspn(after, "\n");
		len += after[len] == '\n';
		if (len >= sizeof(line) || has_line(before, after, len))
			continue;
		memcpy(line, after, len);
		line[len] = '\0';
		monitor_read_usernet(vm, line);
	}
	for (unsigned int i = 0; r == -EREMOTEIO && i < vm->forward_count; i++)
		if (vm->forwards[i].guest_port == guest_port) {
			*ret_forward = vm->forwards[i];
			r = 0;
		}
	free(vm);
	return r;
}

/* The monitor is ours alone meanwhile, so what is new is what we asked for. */
static int add(struct monitor *monitor, uint16_t guest_port, struct vm_forward *ret_forward)
{
	char line[LINE_SIZE], *before = NULL;
	int r = monitor_run(monitor, "info usernet");

	if (r == 0) {
		before = strdup(monitor_reply(monitor));
		r = before == NULL ? -ENOMEM : 0;
	}
	(void)snprintf(line, sizeof(line), "hostfwd_add tcp:127.0.0.1:0-:%u", guest_port);
	if (r == 0)
		r = monitor_run(monitor, line);
	if (r == 0)
		r = monitor_run(monitor, "info usernet");
	if (r == 0)
		r = find_new(before, monitor_reply(monitor), guest_port, ret_forward);
	free(before);
	return r;
}

static bool has_user_network(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].netdev == VM_NETDEV_USER)
			return true;
	return false;
}

/* Others may be at the monitor: it serves one at a time. */
static int open_monitor(struct trust *trust, const struct vm *vm, struct monitor *ret_monitor)
{
	struct deadline deadline = deadline_after_ms(FORWARD_MS);
	int fd = vm_monitor_open(trust, vm);

	while (fd == -EAGAIN && !deadline_is_past(deadline)) {
		poll(NULL, 0, PAUSE_MS);
		fd = vm_monitor_open(trust, vm);
	}
	if (fd < 0)
		return fd;
	monitor_init(ret_monitor, fd, vm->monitor_protocol, deadline);
	return 0;
}

int vm_forward_add(struct trust *trust, const struct vm *vm, uint16_t guest_port,
	struct vm_forward *ret_forward)
{
	struct monitor monitor;
	int r = has_user_network(vm) ? open_monitor(trust, vm, &monitor) : -ENOENT;

	if (r < 0)
		return r;
	r = add(&monitor, guest_port, ret_forward);
	monitor_done(&monitor);
	return r;
}

static int remove_once(struct trust *trust, const struct vm *vm, const struct vm_forward *forward)
{
	char line[LINE_SIZE], host[ADDRESS_TEXT_MAX];
	struct monitor monitor;
	int r = open_monitor(trust, vm, &monitor);

	if (r < 0)
		return r;
	(void)snprintf(line, sizeof(line), "hostfwd_remove tcp:%s:%u",
		address_format(&forward->host, host), forward->host_port);
	r = monitor_run(&monitor, line);
	monitor_done(&monitor);
	return r;
}

int vm_forward_remove(struct trust *trust, const struct vm *vm, const struct vm_forward *forward)
{
	int r = remove_once(trust, vm, forward);

	for (int i = 1; i < REMOVE_TRIES && (r == -EAGAIN || r == -ETIMEDOUT); i++)
		r = remove_once(trust, vm, forward);
	return r;
}
