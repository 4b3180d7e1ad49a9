/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_HOST_H
#define QEMUVM_HOST_H

#include "base/deadline.h"
#include "config/config.h"
#include "config/trust.h"
#include "host/netlink.h"
#include "host/proc.h"

/*
 * What one question knows of this computer: the configuration, whom it trusts, its time, and which
 * QEMU processes one walk over /proc saw. Everything that looks for VMs shares it, so that the
 * processes are walked once for a question, or for several that a program asks one after the other.
 */

/* A process that may be a QEMU. Whether it is one that counts, vm_process_open() tells. */
struct host_process {
	pid_t pid;
	uid_t owner;
};

struct host {
	const struct config *config; /* the caller's, which outlives this */
	struct trust trust;
	bool has_trust;
	struct deadline deadline;
	const char *proc_root; /* PROC_ROOT, but for tests */

	/* Of others' QEMUs a person wants to be told, by pid and user: set before anything is
	 * asked. */
	bool wants_strangers;
	/* Those of trusted users, and apart from them a few of others'. */
	struct host_process *processes, *strangers;
	size_t process_count, process_size, stranger_count;
	bool has_walked;

	struct netlink_neighbours neighbours; /* of this question, once somebody needs them */
};

/* Does no system call, so that a question which the cache answers costs none. */
void host_init(struct host *host, const struct config *config);
/* Begins a question: its time (0: timeout_ms of the configuration) and, once, whom to trust. */
void host_begin(struct host *host, int budget_ms);
void host_done(struct host *host);

/* Lets the next look at the processes be a walk again: what was seen is of a while ago. */
void host_forget(struct host *host);

/*
 * A look at each QEMU process of trusted users: one by one with its command line, which is the
 * scan's until the next call. The first scan walks, the others go through what it saw.
 */
struct host_scan {
	struct host *host;
	struct proc_walk walk;
	bool is_walking;
	size_t next;
	/* What host_scan_next() found; its pid is in the walk. */
	const char *cmdline;
	size_t cmdline_len;
};

/* 0, -ENOMEM, -EMFILE, -ENFILE. No /proc is a machine without processes. host_scan_end() may be
 * called after any of them. */
int host_scan_begin(struct host_scan *scan, struct host *host);
/* 1: the next one; 0: no more; -ETIMEDOUT, -ENOMEM, -EMFILE and the like: they cannot all be looked
 * at. */
int host_scan_next(struct host_scan *scan);
void host_scan_end(struct host_scan *scan);

#endif
