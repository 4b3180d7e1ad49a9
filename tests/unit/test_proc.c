/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "unit.h"

START_TEST(a_process_tells_its_start_and_command_line)
{
	char *cmdline, path[512];
	uint64_t ticks = 0;
	size_t len;
	int fd = proc_open(getpid());

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(proc_start_time(fd, &ticks), 0);
	ck_assert_uint_gt(ticks, 0);
	ck_assert_int_eq(proc_cmdline(fd, &cmdline, &len), 0);
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(cmdline[len], '\0');
	ck_assert_ptr_nonnull(strstr(cmdline, "test_proc"));
	free(cmdline);
	ck_assert_int_eq(proc_exe(fd, path, sizeof(path)), 0);
	ck_assert_ptr_nonnull(strstr(path, "test_proc"));
	ck_assert_int_eq(proc_exe(fd, path, 4), -ENAMETOOLONG);
	close(fd);
}
END_TEST

START_TEST(a_name_with_parentheses_does_not_mislead)
{
	uint64_t before, after;
	int fd = proc_open(getpid());

	ck_assert_int_eq(proc_start_time(fd, &before), 0);
	prctl(PR_SET_NAME, "x) R 1 2 (y");
	ck_assert_int_eq(proc_start_time(fd, &after), 0);
	ck_assert_uint_eq(before, after);
	close(fd);
}
END_TEST

START_TEST(a_process_that_ends_is_gone_for_its_descriptor_too)
{
	pid_t child = fork();
	uint64_t ticks;
	int fd;

	if (child == 0) {
		pause();
		_exit(0);
	}
	fd = proc_open(child);
	ck_assert_int_ge(fd, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	ck_assert_int_eq(proc_start_time(fd, &ticks), -ESRCH);
	close(fd);
	ck_assert_int_eq(proc_open(child), -ESRCH);
	ck_assert_int_eq(proc_open(0), -ESRCH);
	ck_assert_int_eq(proc_open(-1), -ESRCH);
}
END_TEST

START_TEST(qemu_is_known_by_the_last_part_of_its_path)
{
	static const char *const qemu[] = {"/usr/bin/qemu-system-x86_64", "qemu-system-aarch64",
		"/usr/libexec/qemu-kvm", "/usr/bin/kvm", "/usr/bin/qemu-system-x86_64 (deleted)",
		"/nix/store/x/bin/.qemu-system-x86_64-wrapped"};
	static const char *const other[] = {"/usr/bin/vim", "qemu-img", "/usr/bin/qemu-ga",
		"/opt/qemu-system-x86_64/bash", "", "qemu-system-", "kvm2", "(deleted)"};

	for (size_t i = 0; i < COUNT_OF(qemu); i++)
		ck_assert_msg(proc_path_is_qemu(qemu[i]), "%s", qemu[i]);
	for (size_t i = 0; i < COUNT_OF(other); i++)
		ck_assert_msg(!proc_path_is_qemu(other[i]), "%s", other[i]);
}
END_TEST

int main(void)
{
	UNIT_RUN("proc", a_process_tells_its_start_and_command_line,
		a_name_with_parentheses_does_not_mislead,
		a_process_that_ends_is_gone_for_its_descriptor_too,
		qemu_is_known_by_the_last_part_of_its_path);
}
