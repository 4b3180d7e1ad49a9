/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/proc.h"
#include "unit.h"

START_TEST(a_process_tells_its_start_and_command_line)
{
	char *cmdline;
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

START_TEST(a_process_tells_its_users_folder_and_root)
{
	static char own[PATH_MAX], seen[PATH_MAX], text[2048];
	struct proc_status status;
	uid_t owner;
	int fd = proc_open(getpid());

	ck_assert_int_eq(proc_owner(fd, &owner), 0);
	ck_assert_uint_eq(owner, geteuid());
	ck_assert_int_eq(proc_status(fd, &status), 0);
	ck_assert_uint_eq(status.uids[0], getuid());
	ck_assert_uint_eq(status.uids[1], geteuid());
	ck_assert_uint_eq(status.uids[3], geteuid());
	ck_assert(!status.has_pid_namespace);
	ck_assert(!proc_has_user_namespace(fd));
	ck_assert_int_eq(proc_cwd(fd, seen, sizeof(seen)), 0);
	ck_assert_str_eq(seen, getcwd(own, sizeof(own)));
	ck_assert_int_eq(proc_cwd(fd, seen, 1), -ENAMETOOLONG);
	ck_assert_int_eq(proc_cgroup(fd, text, sizeof(text)), 0);
	ck_assert(!proc_has_other_root(fd));
	ck_assert(proc_shares_network(fd));
	ck_assert_int_eq(proc_kind(fd), PROC_OTHER);
	close(fd);
}
END_TEST

START_TEST(a_socket_is_known_by_its_descriptor)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int proc_fd = proc_open(getpid()), fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char path[128];

	snprintf(name.sun_path, sizeof(name.sun_path), "/tmp/test proc %d.sock", (int)getpid());
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	ck_assert_int_gt(proc_socket_path(proc_fd, fd, path, sizeof(path)), 0);
	ck_assert_str_eq(path, name.sun_path);
	ck_assert_int_eq(proc_socket_path(proc_fd, proc_fd, path, sizeof(path)), -ENOENT);
	ck_assert_int_eq(proc_socket_path(proc_fd, 9999, path, sizeof(path)), -ENOENT);
	unlink(name.sun_path);
	close(fd);
	close(proc_fd);
}
END_TEST

/* A tree with one process: the folder of its pid, what it executes, and its command line. */
static void make_process(const char *pid, const char *exe, const char *cmdline)
{
	char path[64];
	FILE *file;

	ck_assert_int_eq(mkdir(pid, 0755), 0);
	snprintf(path, sizeof(path), "%s/exe", pid);
	ck_assert_int_eq(symlink(exe, path), 0);
	snprintf(path, sizeof(path), "%s/cmdline", pid);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(cmdline, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_walk_visits_qemus_and_passes_everything_else_over)
{
	char folder[] = "/tmp/test_proc.XXXXXX", command[64];
	struct proc_walk walk;
	const char *cmdline;
	pid_t sum = 0;
	int r;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	make_process("100", "/usr/bin/qemu-system-x86_64", "qemu-system-x86_64");
	make_process("20", "/usr/libexec/qemu-kvm (deleted)", "any-name-at-all");
	make_process("300", "/usr/bin/sleep", "qemu-system-x86_64");
	make_process("400", "/usr/bin/qemu-img", "qemu-img");
	make_process("500x", "/usr/bin/qemu-system-x86_64", "qemu-system-x86_64");
	make_process("0", "/usr/bin/qemu-system-x86_64", "qemu-system-x86_64");
	make_process("self", "/usr/bin/qemu-system-x86_64", "qemu-system-x86_64");
	ck_assert_int_eq(mkdir("600", 0755), 0);
	ck_assert_int_eq(proc_walk_begin(&walk, folder), 0);
	while ((r = proc_walk_next(&walk)) > 0) {
		ck_assert_int_eq(walk.kind, PROC_QEMU);
		ck_assert_uint_eq(walk.owner, geteuid());
		r = proc_walk_cmdline(&walk, &cmdline);
		ck_assert_int_gt(r, 0);
		ck_assert_uint_eq((size_t)r, strlen(cmdline));
		sum += walk.pid;
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(sum, 120);
	ck_assert_int_eq(proc_walk_seek(&walk, 20), 1);
	ck_assert_int_eq(proc_walk_seek(&walk, 300), 0);
	ck_assert_int_eq(proc_walk_seek(&walk, 999), 0);
	proc_walk_end(&walk);
	ck_assert_int_eq(proc_walk_begin(&walk, "/nonexistent"), -ESRCH);
	proc_walk_end(&walk);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void)
{
	UNIT_RUN("proc", a_process_tells_its_start_and_command_line,
		a_name_with_parentheses_does_not_mislead,
		a_process_that_ends_is_gone_for_its_descriptor_too,
		qemu_is_known_by_the_last_part_of_its_path,
		a_process_tells_its_users_folder_and_root, a_socket_is_known_by_its_descriptor,
		a_walk_visits_qemus_and_passes_everything_else_over);
}
