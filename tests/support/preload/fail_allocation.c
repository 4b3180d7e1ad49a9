/* SPDX-License-Identifier: MIT */
/* Lets one allocation of a program fail: the nth after fail_allocation(n). */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
bool fail_allocation(unsigned int nth);

static unsigned int left; /* 0: none is to fail */

/* 0: none any more. True if the one that was to fail before has failed. */
bool fail_allocation(unsigned int nth)
{
	bool has_failed = left == 0;

	left = nth;
	return has_failed;
}

static bool fails(void)
{
	if (left == 0 || --left > 0)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
