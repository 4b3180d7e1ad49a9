/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RACE_H
#define QEMUVM_RACE_H

#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "candidate.h"
#include "deadline.h"

/*
 * Several ways to one VM, tried with overlap (RFC 8305, section 5): each has a head start of
 * RACE_STAGGER_MS on the next, which starts at once where one fails. The first that stands wins.
 */
#define RACE_STAGGER_MS 250

struct race_entrant {
	struct address address;
	int error; /* 0: not tried; -EINPROGRESS: still under way at the end; else why not */
};

struct race {
	struct race_entrant entrants[ANSWER_ADDRESSES_MAX];
	size_t count;
};

/*
 * Connects to one of the entrants, in their order. A non-blocking CLOEXEC descriptor for the caller
 * to close, or -ETIMEDOUT, or the last entrant's error where all failed (errors are in
 * race->entrants), or -ENOENT without any.
 */
int race_run(struct race *race, uint16_t port, struct deadline deadline);

#endif
