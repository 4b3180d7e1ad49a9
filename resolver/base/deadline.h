/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_DEADLINE_H
#define QEMUVM_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One budget of time, handed down through every call that may wait. It is a point on
 * CLOCK_MONOTONIC, so that a peer which sends a byte now and then cannot extend it and a clock
 * that is set cannot end it.
 */
struct deadline {
	int64_t at_ns;
};

/* Nanoseconds on CLOCK_MONOTONIC; no system call if the vDSO serves it. */
int64_t deadline_now_ns(void);

/* The point ms milliseconds from now. A negative ms is 0. */
struct deadline deadline_after_ms(int ms);

/* The earlier of the two. */
struct deadline deadline_earlier(struct deadline a, struct deadline b);

bool deadline_is_past(struct deadline deadline);

/* What is left, in milliseconds, rounded up (so that poll() does not spin); 0 once it is past. */
int deadline_left_ms(struct deadline deadline);

#endif
