/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RACE_H
#define QEMUVM_RACE_H

#include <stdbool.h>

#include "base/deadline.h"
#include "target.h"

/*
 * Connects to several targets of one VM with overlap (RFC 8305, section 5): each target has a head
 * start of RACE_STAGGER_MS over the next, which starts at once if one fails. The first connection
 * on which an ssh server speaks wins, because a forward accepts every connection, whether or not
 * anybody listens in the guest. The banner is peeked at (MSG_PEEK) and left for ssh to read.
 *
 * A race has rounds, between which the targets may change. A connection that was accepted but stays
 * silent is tried again: one that QEMU accepted before the guest was up never recovers. The old
 * connection is kept beside the new one, because a server that is only slow becomes slower if
 * clients leave and come back. The time until the next try doubles.
 */
#define RACE_STAGGER_MS 250
/* A server that listens speaks after a round trip and a fork: 100 ms in an emulated guest. */
#define RACE_SILENT_MS 1500
/* Silent connections that are kept for one target. */
#define RACE_KEPT_MAX     3
#define RACE_ATTEMPTS_MAX (TARGETS_MAX + 16)

/* One connection, or the attempt to make one. */
struct attempt {
	struct target target;
	int fd;
	bool is_connected;
	bool is_talking;       /* sent something else than a banner: poll() would always return */
	bool is_kept;          /* silent for too long, but may still speak */
	struct deadline until; /* if connected: when is_kept is set */
};

/* All zeros before the first round. Between rounds it holds the connections that were accepted and
 * are silent. */
struct race {
	struct attempt attempts[RACE_ATTEMPTS_MAX];
	size_t count;
};

struct race_terms {
	struct deadline deadline;
	int silent_ms; /* how long a new connection may be silent: RACE_SILENT_MS but in tests */
	bool takes_silent; /* at the deadline, an address that accepted but did not speak wins */
	int hangup_fd;     /* the race ends when its peer hangs up; -1: none */
	bool (*is_cancelled)(void); /* checked after a signal; or NULL */
};

/*
 * One round. A non-blocking CLOEXEC descriptor that the caller must close, or -ETIMEDOUT,
 * -ECANCELED, -EPIPE (hangup_fd), -ENOENT (no target), or the last target's error if all failed.
 * The error of each target is in the target.
 */
int race_run(struct race *race, struct targets *targets, const struct race_terms *terms);

/* Closes all connections. */
void race_end(struct race *race);

#endif
