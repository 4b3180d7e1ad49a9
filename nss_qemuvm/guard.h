/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_GUARD_H
#define QEMUVM_GUARD_H

/*
 * Protects the calling thread while the module works in it: a thread that is cancelled meanwhile
 * would leak descriptors and memory, and the caller's errno must not change.
 */
struct guard {
	int caller_errno;
	int caller_cancel;
};

struct guard guard_enter(void);
void guard_leave(const struct guard *guard);

#endif
