/* SPDX-License-Identifier: MIT */
#include "find/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* QEMU processes that are remembered: more than one host was seen to run. */
#define PROCESSES_MAX 8192
/* Strangers' that a person is told of; they take nobody else's place. */
#define STRANGERS_MAX 64

void host_init(struct host *host, const struct config *config)
{
	memset(host, 0, sizeof(*host));
	host->config = config;
	host->proc_root = PROC_ROOT;
}

void host_begin(struct host *host, int budget_ms)
{
	host->deadline = deadline_after_ms(budget_ms > 0 ? budget_ms : host->config->timeout_ms);
	netlink_forget_neighbours(&host->neighbours);
	if (!host->has_trust)
		trust_init(host->config, &host->trust);
	host->has_trust = true;
}

void host_forget(struct host *host)
{
	free(host->processes);
	free(host->strangers);
	host->processes = host->strangers = NULL;
	host->process_count = host->process_size = host->stranger_count = 0;
	host->has_walked = false;
}

void host_done(struct host *host)
{
	netlink_forget_neighbours(&host->neighbours);
	host_forget(host);
}

int host_scan_begin(struct host_scan *scan, struct host *host)
{
	int r;

	*scan = (struct host_scan){.host = host, .is_walking = !host->has_walked};
	if (scan->is_walking)
		host_forget(host);
	r = proc_walk_begin(&scan->walk, host->proc_root);
	return r == -ESRCH ? 0 : r;
}

static int remember_process(struct host *host, const struct proc_walk *walk)
{
	struct host_process *grown;

	if (host->process_count == host->process_size) {
		size_t size = host->process_size == 0 ? 64 : host->process_size * 2;

		if (size > PROCESSES_MAX)
			return 0;
		grown = realloc(host->processes, size * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		host->processes = grown;
		host->process_size = size;
	}
	host->processes[host->process_count++] = (struct host_process){walk->pid, walk->owner};
	return 0;
}

/* One whose executable is hidden is taken for a QEMU by its comm, which any process can set. */
static void remember_stranger(struct host *host, struct proc_walk *walk)
{
	if (!host->wants_strangers || host->stranger_count == STRANGERS_MAX ||
		(walk->kind == PROC_HIDDEN && !proc_walk_has_comm(walk, "qemu-system-")))
		return;
	if (host->strangers == NULL)
		host->strangers = malloc(STRANGERS_MAX * sizeof(host->strangers[0]));
	if (host->strangers != NULL)
		host->strangers[host->stranger_count++] =
			(struct host_process){walk->pid, walk->owner};
}

/* The next process of a trusted user, by the walk or by what an earlier one saw. */
static int next_process(struct host_scan *scan)
{
	struct host *host = scan->host;
	struct proc_walk *walk = &scan->walk;
	int r;

	for (;;) {
		if (deadline_is_past(host->deadline))
			return -ETIMEDOUT;
		if (scan->is_walking) {
			r = proc_walk_next(walk);
			host->has_walked = r == 0;
			if (r <= 0)
				return r;
		} else if (scan->next == host->process_count) {
			return 0;
		} else if (proc_walk_seek(walk, host->processes[scan->next++].pid) == 0) {
			continue;
		}
		if (trust_has_uid(&host->trust, walk->owner))
			return 1;
		if (scan->is_walking)
			remember_stranger(host, walk);
	}
}

int host_scan_next(struct host_scan *scan)
{
	int r;

	if (scan->walk.directory == NULL)
		return 0;
	while ((r = next_process(scan)) > 0) {
		r = proc_walk_cmdline(&scan->walk, &scan->cmdline);
		if (r < 0)
			return r;
		/* What cannot be read of a QEMU, vm_process_open() will tell. */
		if (r == 0 && scan->walk.kind != PROC_QEMU)
			continue;
		scan->cmdline_len = (size_t)r;
		if (scan->is_walking && remember_process(scan->host, &scan->walk) < 0)
			return -ENOMEM;
		return 1;
	}
	return r;
}

void host_scan_end(struct host_scan *scan)
{
	proc_walk_end(&scan->walk);
}
