/* SPDX-License-Identifier: MIT */
#include "monitor/vm_forward.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "monitor/monitor.h"
#include "monitor/monitor_text.h"
#include "monitor/vm_monitor.h"

/* How long a monitor may take that a person waits for; an idle one takes a millisecond. */
#define FORWARD_MS 1000
#define PAUSE_MS   5
/* What was added is owed to be removed: a monitor that is busy for so many times as long is given
 * up. */
#define REMOVE_TRIES 5
/* A command, with an address. */
#define LINE_SIZE 128
/* A row of `info usernet` has 90 characters. */
#define ROW_SIZE 256

/* The forward in a line of `info usernet` that was not there before. */
static int find_new(
	const char *before, const char *after, uint16_t guest_port, struct vm_forward *ret_forward)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	struct text rest = text_of(after), line;
	int r = -EREMOTEIO;

	if (vm == NULL)
		return -ENOMEM;
	while (r < 0 && text_take_line(&rest, &line)) {
		char row[ROW_SIZE];

		(void)snprintf(row, sizeof(row), "%.*s\n", (int)text_len(line), line.at);
		if (strstr(before, row) != NULL)
			continue;
		vm->forward_count = 0;
		monitor_read_usernet(vm, row);
		if (vm->forward_count > 0 && vm->forwards[0].guest_port == guest_port) {
			*ret_forward = vm->forwards[0];
			r = 0;
		}
	}
	free(vm);
	return r;
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
	char line[LINE_SIZE], *before = NULL;
	struct monitor monitor;
	int r = vm_has_user_network(vm) ? open_monitor(trust, vm, &monitor) : -ENOENT;

	if (r < 0)
		return r;
	/* The monitor is ours alone meanwhile, so what is new is what we asked for. */
	r = monitor_run(&monitor, "info usernet");
	if (r == 0) {
		before = strdup(monitor_reply(&monitor));
		r = before == NULL ? -ENOMEM : 0;
	}
	(void)snprintf(line, sizeof(line), "hostfwd_add tcp:127.0.0.1:0-:%u", guest_port);
	if (r == 0)
		r = monitor_run(&monitor, line);
	if (r == 0)
		r = monitor_run(&monitor, "info usernet");
	if (r == 0)
		r = find_new(before, monitor_reply(&monitor), guest_port, ret_forward);
	free(before);
	monitor_done(&monitor);
	return r;
}

int vm_forward_remove(struct trust *trust, const struct vm *vm, const struct vm_forward *forward)
{
	char line[LINE_SIZE], host[ADDRESS_TEXT_MAX];
	int r = -EAGAIN;

	(void)snprintf(line, sizeof(line), "hostfwd_remove tcp:%s:%u",
		address_format(&forward->host, host), forward->host_port);
	for (int i = 0; i < REMOVE_TRIES && (r == -EAGAIN || r == -ETIMEDOUT); i++) {
		struct monitor monitor;

		r = open_monitor(trust, vm, &monitor);
		if (r < 0)
			continue;
		r = monitor_run(&monitor, line);
		monitor_done(&monitor);
	}
	return r;
}
