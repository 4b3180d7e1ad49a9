/* SPDX-License-Identifier: MIT */
#include "monitor/vm_monitor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "find/connect.h"
#include "monitor/monitor.h"
#include "monitor/monitor_text.h"
#include "qemu/vm_argv.h"

/* The cid comes before the NICs, since it is asked only if neither is known. */
enum topic { TOPIC_NAME, TOPIC_UUID, TOPIC_CID, TOPIC_NICS, TOPIC_FORWARDS, TOPIC_COUNT };

static const struct {
	const char *command_line;
	void (*read)(struct vm *vm, const char *text);
} topics[TOPIC_COUNT] = {
	[TOPIC_NAME] = {"info name", monitor_read_name},
	[TOPIC_UUID] = {"info uuid", monitor_read_uuid},
	[TOPIC_CID] = {"info qtree", monitor_read_qtree},
	[TOPIC_NICS] = {"info network", monitor_read_network},
	[TOPIC_FORWARDS] = {"info usernet", monitor_read_usernet},
};

/* The first topic from that one on of which the VM's arguments leave something open. */
static unsigned int next_topic(const struct vm *vm, unsigned int topic)
{
	for (; topic < TOPIC_COUNT; topic++) {
		bool is_open = false;

		switch ((enum topic)topic) {
		case TOPIC_NAME:
		case TOPIC_UUID:
			is_open = !vm->is_named;
			break;
		case TOPIC_CID:
			is_open = !vm_has_macs(vm) && vm->vsock_cid == 0;
			break;
		case TOPIC_NICS:
			is_open = !vm_has_macs(vm);
			break;
		case TOPIC_FORWARDS:
			is_open = vm->forward_count == 0 && vm_has_user_network(vm);
			break;
		case TOPIC_COUNT:
			break;
		}
		if (is_open)
			break;
	}
	return topic;
}

/* The kernel says whose monitor this is, but not who listens on TCP. */
int vm_monitor_open(struct trust *trust, const struct vm *vm)
{
	struct agent_peer peer;
	int fd, r;

	if (vm->pid == 0 || vm->monitor.kind != ENDPOINT_UNIX)
		return -ENOENT;
	fd = connect_endpoint(trust, &vm->monitor);
	if (fd < 0)
		return fd;
	r = connect_peer(fd, &peer);
	if (r == 0 && (peer.pid != vm->pid || !trust_has_uid(trust, peer.uid)))
		r = -EPERM;
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

/* One VM's monitor, and how far the questions to it are. */
struct query {
	struct vm *vm;
	struct monitor monitor;
	unsigned int topic;
	bool is_asked;
};

/* Asks and reads as far as it can without waiting. False: the query is over, and its monitor
 * closed. */
static bool query_step(struct query *query, short *ret_events)
{
	for (;;) {
		int r = 0;

		if (query->is_asked) {
			r = monitor_step(&query->monitor, ret_events);
			if (r == -EINPROGRESS)
				return true;
			if (r < 0)
				break;
			topics[query->topic++].read(query->vm, monitor_reply(&query->monitor));
		}
		query->topic = next_topic(query->vm, query->topic);
		if (query->topic == TOPIC_COUNT ||
			monitor_ask(&query->monitor, topics[query->topic].command_line) < 0)
			break;
		query->is_asked = true;
	}
	monitor_done(&query->monitor);
	return false;
}

void vm_monitor_query(struct trust *trust, struct vm *const *vms, size_t count)
{
	struct deadline deadline = deadline_after_ms(MONITOR_MS);
	struct query *queries = calloc(count > 0 ? count : 1, sizeof(*queries));
	struct pollfd *pollfds = calloc(count > 0 ? count : 1, sizeof(*pollfds));
	size_t left = count;

	for (size_t i = 0; queries != NULL && pollfds != NULL && i < count; i++) {
		bool is_open = next_topic(vms[i], 0) < TOPIC_COUNT;

		queries[i].vm = vms[i];
		pollfds[i].fd = is_open ? vm_monitor_open(trust, vms[i]) : -1;
		if (pollfds[i].fd >= 0)
			monitor_init(&queries[i].monitor, pollfds[i].fd, vms[i]->monitor_protocol,
				deadline);
	}
	while (queries != NULL && pollfds != NULL && left > 0) {
		left = 0;
		for (size_t i = 0; i < count; i++) {
			if (pollfds[i].fd < 0)
				continue;
			if (query_step(&queries[i], &pollfds[i].events))
				left++;
			else
				pollfds[i].fd = -1;
		}
		if (left > 0)
			poll(pollfds, (nfds_t)count, deadline_left_ms(deadline));
	}
	free(queries);
	free(pollfds);
}

int vm_monitor_agent_port(struct trust *trust, const struct vm *vm)
{
	struct monitor monitor;
	int r = vm_monitor_open(trust, vm);

	if (r < 0)
		return r;
	monitor_init(&monitor, r, vm->monitor_protocol, deadline_after_ms(MONITOR_MS));
	r = monitor_run(&monitor, "info qtree");
	if (r == 0)
		r = monitor_read_port(monitor_reply(&monitor), VM_ARGV_AGENT_PORT);
	monitor_done(&monitor);
	return r;
}
