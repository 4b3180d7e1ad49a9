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

/* A question, who needs it, and who reads the answer. */
struct topic {
	const char *command_line;
	bool (*is_open)(const struct vm *vm);
	void (*read)(struct vm *vm, const char *text);
};

static bool has_no_nic(const struct vm *vm)
{
	return !vm_has_macs(vm);
}

static bool has_no_name(const struct vm *vm)
{
	return !vm->is_named;
}

/* One behind a user-mode network, to which no forward leads that is told. */
static bool has_no_way_in(const struct vm *vm)
{
	if (vm->forward_count > 0)
		return false;
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].netdev == VM_NETDEV_USER)
			return true;
	return false;
}

static bool has_no_nic_or_cid(const struct vm *vm)
{
	return has_no_nic(vm) && vm->vsock_cid == 0;
}

/* The cid comes before the NICs, since it is asked only where none of these is known. */
static const struct topic topics[] = {
	{"info name", has_no_name, monitor_read_name},
	{"info uuid", has_no_name, monitor_read_uuid},
	{"info qtree", has_no_nic_or_cid, monitor_read_qtree},
	{"info network", has_no_nic, monitor_read_network},
	{"info usernet", has_no_way_in, monitor_read_usernet},
};

#define TOPIC_COUNT (sizeof(topics) / sizeof(topics[0]))

/* One VM's monitor, and how far the questions to it are. */
struct interview {
	struct vm *vm;
	struct monitor monitor;
	size_t topic;
	bool is_over;
};

/* Whose monitor this is says the kernel, which knows nothing of who listens on TCP. */
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

/* The next question that is still open, or the end. */
static void ask_next(struct interview *interview)
{
	for (; interview->topic < TOPIC_COUNT; interview->topic++)
		if (topics[interview->topic].is_open(interview->vm) &&
			monitor_ask(&interview->monitor, topics[interview->topic].command_line) ==
				0)
			return;
	interview->is_over = true;
	monitor_done(&interview->monitor);
}

static void go_on(struct interview *interview, struct pollfd *pollfd)
{
	int r = 0;

	while (r == 0 && !interview->is_over) {
		r = monitor_step(&interview->monitor, &pollfd->events);
		if (r == 0) {
			topics[interview->topic++].read(
				interview->vm, monitor_reply(&interview->monitor));
			ask_next(interview);
		}
	}
	pollfd->fd = interview->monitor.fd;
	if (r < 0 && r != -EINPROGRESS)
		interview->is_over = true;
	if (interview->is_over)
		pollfd->fd = -1;
}

static bool needs_interview(const struct vm *vm)
{
	for (size_t i = 0; i < TOPIC_COUNT; i++)
		if (topics[i].is_open(vm))
			return true;
	return false;
}

static void begin(
	struct interview *interview, struct trust *trust, struct vm *vm, struct deadline deadline)
{
	int fd = needs_interview(vm) ? vm_monitor_open(trust, vm) : -ENOENT;

	interview->vm = vm;
	if (fd < 0) {
		interview->is_over = true;
		return;
	}
	monitor_init(&interview->monitor, fd, vm->monitor_protocol, deadline);
	ask_next(interview);
}

static void run(struct interview *interviews, struct pollfd *pollfds, size_t count,
	struct deadline deadline)
{
	size_t left;

	do {
		left = 0;
		for (size_t i = 0; i < count; i++) {
			pollfds[i].fd = -1;
			if (!interviews[i].is_over)
				go_on(&interviews[i], &pollfds[i]);
			left += !interviews[i].is_over;
		}
		if (left > 0)
			poll(pollfds, (nfds_t)count, deadline_left_ms(deadline));
	} while (left > 0);
}

void vm_monitor_query(struct trust *trust, struct vm *const *vms, size_t count)
{
	struct deadline deadline = deadline_after_ms(MONITOR_MS);
	struct interview *interviews = calloc(count > 0 ? count : 1, sizeof(*interviews));
	struct pollfd *pollfds = calloc(count > 0 ? count : 1, sizeof(*pollfds));

	if (interviews != NULL && pollfds != NULL) {
		for (size_t i = 0; i < count; i++)
			begin(&interviews[i], trust, vms[i], deadline);
		run(interviews, pollfds, count, deadline);
	}
	free(interviews);
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
