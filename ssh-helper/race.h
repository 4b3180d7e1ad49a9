/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RACE_H
#define QEMUVM_RACE_H

#include <stdbool.h>

#include "deadline.h"
#include "way.h"

/*
 * Several ways to one VM, tried with overlap (RFC 8305, section 5): each has a head start of
 * RACE_STAGGER_MS on the next, which starts at once where one fails. The first on which an ssh
 * server is heard wins: a forward takes every connection, whether or not anybody listens in the
 * guest, and one that was silent at first stays so. What the server said is left to ssh (MSG_PEEK).
 */
#define RACE_STAGGER_MS 250
/* A server that listens is heard after a round trip and what it takes to fork: 100 ms in an
 * emulated guest. */
#define RACE_SILENT_MS 1500

struct race_terms {
	struct deadline deadline;
	bool takes_silent; /* at the end a connection that stands wins, though nobody spoke */
	int hangup_fd;     /* the race ends when the other end of it is gone; -1: none */
	bool (*is_cancelled)(void); /* asked when a signal came; or NULL */
};

/*
 * A non-blocking CLOEXEC descriptor for the caller to close, or -ETIMEDOUT, -ECANCELED, -EPIPE
 * (hangup_fd), -ENOENT without any way, or the last one's error where all failed (errors are in
 * the ways).
 */
int race_run(struct ways *ways, const struct race_terms *terms);

#endif
