/* SPDX-License-Identifier: MIT */
#include "base/deadline.h"

#include <limits.h>
#include <time.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

int64_t deadline_now_ns(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct deadline deadline_after_ms(int ms)
{
	return (struct deadline){deadline_now_ns() + (ms > 0 ? ms : 0) * NS_PER_MS};
}

struct deadline deadline_earlier(struct deadline a, struct deadline b)
{
	return a.at_ns < b.at_ns ? a : b;
}

bool deadline_is_past(struct deadline deadline)
{
	return deadline.at_ns <= deadline_now_ns();
}

int deadline_left_ms(struct deadline deadline)
{
	int64_t left = deadline.at_ns - deadline_now_ns();

	if (left <= 0)
		return 0;
	left = (left + NS_PER_MS - 1) / NS_PER_MS;
	return left < INT_MAX ? (int)left : INT_MAX;
}
