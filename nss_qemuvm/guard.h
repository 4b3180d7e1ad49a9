/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_GUARD_H
#define QEMUVM_GUARD_H

/*
 * Around whatever works in a stranger's thread: a thread that is cancelled in here would leave
 * descriptors and memory behind, and errno is the caller's own.
 */
struct guard {
	int caller_errno;
	int caller_cancel;
};

struct guard guard_enter(void);
void guard_leave(const struct guard *guard);

#endif
