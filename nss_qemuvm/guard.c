/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <errno.h>
#include <pthread.h>

struct guard guard_enter(void)
{
	struct guard guard = {.caller_errno = errno};

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &guard.caller_cancel);
	return guard;
}

void guard_leave(const struct guard *guard)
{
	int ignored;

	pthread_setcancelstate(guard->caller_cancel, &ignored);
	errno = guard->caller_errno;
}
