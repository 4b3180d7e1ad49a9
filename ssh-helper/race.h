/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RACE_H
#define QEMUVM_RACE_H

#include <stdbool.h>

#include "base/deadline.h"
#include "target.h"

/*
 * Several targets of one VM, tried with overlap (RFC 8305, section 5): each has a head start of
 * RACE_STAGGER_MS on the next, which starts at once where one fails. The first on which an ssh
 * server is heard wins: a forward takes every connection, whether or not anybody listens in the
 * guest. What the server said is left to ssh (MSG_PEEK).
 *
 * A race has rounds, between which the targets may change. A connection that stands and is silent
 * is tried anew, since one that QEMU took for a guest that was not up never recovers, and is kept
 * beside the new one, since a server that is only slow would be made slower by who leaves it and
 * comes back; each time it is left twice as long.
 */
#define RACE_STAGGER_MS 250
/* A server that listens is heard after a round trip and what it takes to fork: 100 ms in an
 * emulated guest. */
#define RACE_SILENT_MS 1500
/* So many connections may stand beside a new one. */
#define RACE_KEPT_MAX     3
#define RACE_ATTEMPTS_MAX (TARGETS_MAX + 16)

/* One connection, or what becomes one. */
struct attempt {
	struct target target;
	int fd;
	bool is_connected;
	bool is_talking;       /* no banner so far: poll() would call it ready for ever */
	bool is_kept;          /* silent for too long; it may yet be heard */
	struct deadline until; /* once connected: when it is kept */
};

/* All zeros: before the first round. */
struct race {
	struct attempt attempts[RACE_ATTEMPTS_MAX];
	size_t count;
};

struct race_terms {
	struct deadline deadline;
	int silent_ms; /* how long a new connection may be silent: RACE_SILENT_MS but in tests */
	bool takes_silent; /* at the end a connection that stands wins, though nobody spoke */
	int hangup_fd;     /* the race ends when the other end of it is gone; -1: none */
	bool (*is_cancelled)(void); /* asked when a signal came; or NULL */
};

/*
 * One round. A non-blocking CLOEXEC descriptor for the caller to close, or -ETIMEDOUT, -ECANCELED,
 * -EPIPE (hangup_fd), -ENOENT without any target, or the last one's error where all failed (errors
 * are in the targets).
 */
int race_run(struct race *race, struct targets *targets, const struct race_terms *terms);

/* Does a connection stand on which nobody spoke? */
bool race_is_kept_waiting(const struct race *race);

/* Closes what is kept. */
void race_end(struct race *race);

#endif
