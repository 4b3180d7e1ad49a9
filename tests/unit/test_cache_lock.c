/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/cache_lock.h"
#include "unit.h"

static char folder[] = "/tmp/qemuvm-lock-XXXXXX";
static int directory_fd, one, other;

static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	directory_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	one = cache_lock_open(directory_fd);
	other = cache_lock_open(directory_fd);
	ck_assert_int_ge(one, 0);
	ck_assert_int_ge(other, 0);
}

static void end(void)
{
	unlinkat(directory_fd, "turns", 0);
	close(one);
	close(other);
	close(directory_fd);
	rmdir(folder);
}

START_TEST(a_lock_has_one_holder_at_a_time)
{
	begin();
	ck_assert_int_eq(cache_lock_try(one, "seven"), 0);
	ck_assert_int_eq(cache_lock_try(other, "seven"), -EAGAIN);
	ck_assert_int_eq(cache_lock_try(other, "eight"), 0);
	ck_assert_int_eq(cache_lock_try(other, ""), 0);
	cache_lock_release(one, "seven");
	ck_assert_int_eq(cache_lock_try(other, "seven"), 0);
	end();
}
END_TEST

START_TEST(a_lock_ends_with_its_holder_not_with_another_close)
{
	pid_t child;
	int status;

	begin();
	child = fork();
	if (child == 0) {
		int own = cache_lock_open(directory_fd);

		_exit(cache_lock_try(own, "seven") == 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(cache_lock_try(one, "seven"), 0);
	/* A lock of POSIX's would be given away by any close(). */
	close(cache_lock_open(directory_fd));
	ck_assert_int_eq(cache_lock_try(other, "seven"), -EAGAIN);
	end();
}
END_TEST

START_TEST(a_forked_child_does_not_keep_a_released_lock)
{
	int pipe_fds[2];
	pid_t child;
	char byte;

	begin();
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(cache_lock_try(one, "seven"), 0);
	child = fork();
	if (child == 0) {
		close(pipe_fds[1]);
		_exit(read(pipe_fds[0], &byte, 1) == 0 ? 0 : 1);
	}
	cache_lock_release(one, "seven");
	ck_assert_int_eq(cache_lock_try(other, "seven"), 0);
	close(pipe_fds[1]);
	close(pipe_fds[0]);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	end();
}
END_TEST

/* Each is an offset in the file, which a system of 32 bits takes only with large files. */
START_TEST(every_name_can_be_locked)
{
	char name[16];

	begin();
	for (int i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "vm-%d", i);
		ck_assert_int_eq(cache_lock_try(one, name), 0);
		ck_assert_int_eq(cache_lock_try(other, name), -EAGAIN);
	}
	end();
}
END_TEST

int main(void)
{
	UNIT_RUN("cache_lock", a_lock_has_one_holder_at_a_time,
		a_lock_ends_with_its_holder_not_with_another_close,
		a_forked_child_does_not_keep_a_released_lock, every_name_can_be_locked);
}
