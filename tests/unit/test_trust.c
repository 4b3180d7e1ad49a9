/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_file.h"
#include "config/trust.h"
#include "unit.h"

/* A folder of the caller's, in which a test builds its paths. */
static char folder[32];
static struct trust trust;

static void begin(void)
{
	static struct config config;

	strcpy(folder, "/tmp/test_trust.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	config_init(&config);
	config.trusted_count = 1;
	strcpy(config.trusted_users[0], "4711");
	trust_init(&config, &trust);
}

START_TEST(users_are_looked_up_when_a_uid_is_unknown_without_them)
{
	static const char text[] = "trusted_users = 4711 root nobody no-such-user";
	static struct config config;

	config_init(&config);
	config_parse(&config, text, strlen(text), NULL);
	trust_init(&config, &trust);
	ck_assert(trust_has_uid(&trust, 0));
	ck_assert(trust_has_uid(&trust, geteuid()));
	ck_assert(trust_has_uid(&trust, 4711));
	ck_assert_ptr_eq(trust.unread, &config);
	ck_assert(!trust_has_uid(&trust, 4712));
	ck_assert_ptr_null(trust.unread);
	ck_assert(trust_has_uid(&trust, 65534));
	ck_assert_uint_le(trust.count, TRUST_UIDS_MAX);
}
END_TEST

static const char *in_folder(const char *name)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void make_file(const char *name)
{
	int fd = open(in_folder(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* 0, or the error. */
static int open_path(const char *path)
{
	int fd = trust_open_path(&trust, -1, path);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

START_TEST(root_the_caller_and_those_named_count)
{
	begin();
	ck_assert(trust_has_uid(&trust, 0));
	ck_assert(trust_has_uid(&trust, geteuid()));
	ck_assert(trust_has_uid(&trust, 4711));
	ck_assert(!trust_has_uid(&trust, 4712));
	end();
}
END_TEST

START_TEST(a_path_is_opened_part_by_part)
{
	begin();
	mkdir(in_folder("a"), 0755);
	make_file("a/file");
	ck_assert_int_eq(open_path(in_folder("a/file")), 0);
	ck_assert_int_eq(open_path(in_folder("a//./file")), 0);
	ck_assert_int_eq(open_path(in_folder("a/none")), -ENOENT);
	ck_assert_int_eq(open_path(in_folder("a/file/x")), -ENOTDIR);
	ck_assert_int_eq(open_path("relative"), -ENOENT);
	ck_assert_int_eq(open_path("/"), 0);
	end();
}
END_TEST

START_TEST(a_link_counts_where_only_trusted_users_write)
{
	begin();
	mkdir(in_folder("a"), 0755);
	make_file("a/file");
	ck_assert_int_eq(symlink("a/file", in_folder("link")), 0);
	ck_assert_int_eq(symlink(in_folder("a"), in_folder("folder")), 0);
	ck_assert_int_eq(open_path(in_folder("link")), 0);
	ck_assert_int_eq(open_path(in_folder("folder/file")), 0);
	end();
}
END_TEST

START_TEST(a_link_where_others_write_does_not_count)
{
	begin();
	mkdir(in_folder("a"), 0755);
	make_file("a/file");
	mkdir(in_folder("open"), 0700);
	chmod(in_folder("open"), 01777);
	make_file("open/file");
	ck_assert_int_eq(symlink("../a/file", in_folder("open/link")), 0);
	ck_assert_int_eq(open_path(in_folder("open/link")), -ELOOP);
	ck_assert_int_eq(open_path(in_folder("open/file")), 0);
	chmod(in_folder("open"), 0770);
	ck_assert_int_eq(open_path(in_folder("open/link")), -ELOOP);
	chmod(in_folder("open"), 0755);
	ck_assert_int_eq(open_path(in_folder("open/link")), 0);
	end();
}
END_TEST

START_TEST(links_do_not_go_round_for_ever)
{
	begin();
	ck_assert_int_eq(symlink("b", in_folder("a")), 0);
	ck_assert_int_eq(symlink("a", in_folder("b")), 0);
	ck_assert_int_eq(open_path(in_folder("a")), -ELOOP);
	ck_assert_int_eq(symlink("self/x", in_folder("self")), 0);
	ck_assert_int_eq(open_path(in_folder("self")), -ELOOP);
	end();
}
END_TEST

START_TEST(a_path_that_is_too_long_is_told)
{
	char path[2000];

	begin();
	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(open_path(path), -ENAMETOOLONG);
	end();
}
END_TEST

START_TEST(no_descriptor_is_left_open)
{
	int before, after;

	begin();
	make_file("file");
	before = dup(0);
	for (int i = 0; i < 50; i++) {
		open_path(in_folder("file"));
		open_path(in_folder("none/none"));
	}
	after = dup(0);
	ck_assert_int_eq(after, before + 1);
	close(before);
	close(after);
	end();
}
END_TEST

START_TEST(control_groups_tell_who_started_it)
{
	static const char *const supporting[] = {"0::/machine.slice/machine-qemu-web.scope\n",
		"0::/system.slice/microvm@web.service", "0::/qemu.slice/100.scope\n",
		"0::/user.slice/user-4711.slice/user@4711.service/app.slice/vm.service\n",
		"1:name=systemd:/system.slice/x.service\n0::/\n"};
	static const char *const against[] = {"0::/user.slice\n",
		"0::/user.slice/user-4712.slice/session-3.scope\n",
		"1:name=systemd:/system.slice/x.service\n0::/user.slice/user-4712.slice\n"};
	static const char *const silent[] = {"", "0::/\n", "0::/lxc.payload.web\n", "0::\n",
		"0::/init.scope\n", "0::/machine.slice/libpod-1.scope\n",
		"0::/system.slice/docker-1.scope\n", "0::/system.slice/cron.service\n",
		"0::/system.slice/containerd.service/x\n", "0::/system.slice/x.scope\n", "12:cpu:/docker/abc\n0::/x/system.slice\n", "0::/.slice\n",
		"0::/user.slice\n", "0::/user.slice/user-4712.slice/session-3.scope\n",
		"0::/user.slice/user-4711x.slice/session-3.scope\n",
		"0::/user.slice/user-.slice/session-3.scope\n",
		"1:name=systemd:/system.slice/x.service\n0::/user.slice/user-4712.slice\n"};

	begin();
	for (size_t i = 0; i < COUNT_OF(supporting); i++)
		ck_assert_msg(trust_judge_cgroup(&trust, supporting[i]) > 0, "%s", supporting[i]);
	for (size_t i = 0; i < COUNT_OF(against); i++)
		ck_assert_msg(trust_judge_cgroup(&trust, against[i]) < 0, "%s", against[i]);
	for (size_t i = 0; i < COUNT_OF(silent); i++)
		ck_assert_msg(trust_judge_cgroup(&trust, silent[i]) <= 0, "%s", silent[i]);
	end();
}
END_TEST

static int open_users_file(const char *name)
{
	int fd = trust_open_users_file(&trust, -1, in_folder(name));

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

START_TEST(a_users_file_is_one_that_nobody_else_can_write)
{
	begin();
	make_file("file");
	ck_assert_int_eq(open_users_file("file"), 0);
	ck_assert_int_eq(chmod(in_folder("file"), 0620), 0);
	ck_assert_int_eq(open_users_file("file"), -EPERM);
	ck_assert_int_eq(chmod(in_folder("file"), 0602), 0);
	ck_assert_int_eq(open_users_file("file"), -EPERM);
	ck_assert_int_eq(open_users_file("."), -EINVAL);
	ck_assert_int_eq(open_users_file("none"), -ENOENT);
	end();
}
END_TEST

static int open_system_file(const char *path)
{
	int fd = trust_open_system_file(path);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

START_TEST(a_system_file_has_none_but_system_directories_above_it)
{
	begin();
	make_file("file");
	ck_assert_int_eq(open_system_file("/etc/passwd"), 0);
	ck_assert_int_eq(open_system_file("/etc"), -EINVAL);
	ck_assert_int_eq(open_system_file("/dev/null"), -EPERM);
	/* The folder is below /tmp, where everybody can write. */
	ck_assert_int_eq(open_system_file(in_folder("file")), -EPERM);
	end();
}
END_TEST

START_TEST(a_system_file_is_of_a_system_user_and_closed_to_others)
{
	if (geteuid() != 0)
		return;
	begin();
	strcpy(folder, "/run/test_trust.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	make_file("file");
	ck_assert_int_eq(open_system_file(in_folder("file")), 0);
	ck_assert_int_eq(symlink("file", in_folder("link")), 0);
	ck_assert_int_eq(open_system_file(in_folder("link")), 0);
	ck_assert_int_eq(symlink("/tmp/file", in_folder("out")), 0);
	ck_assert_int_eq(open_system_file(in_folder("out")), -EPERM);
	ck_assert_int_eq(chown(in_folder("file"), 999, 999), 0);
	ck_assert_int_eq(open_system_file(in_folder("file")), 0);
	ck_assert_int_eq(chmod(in_folder("file"), 0664), 0);
	ck_assert_int_eq(open_system_file(in_folder("file")), 0);
	ck_assert_int_eq(chown(in_folder("file"), 999, 1000), 0);
	ck_assert_int_eq(open_system_file(in_folder("file")), -EPERM);
	ck_assert_int_eq(chown(in_folder("file"), 1000, 0), 0);
	ck_assert_int_eq(open_system_file(in_folder("file")), -EPERM);
	ck_assert_int_eq(chown(in_folder("file"), 0, 0), 0);
	ck_assert_int_eq(chmod(folder, 0777), 0);
	ck_assert_int_eq(open_system_file(in_folder("file")), -EPERM);
	end();
}
END_TEST

START_TEST(a_path_may_begin_at_another_root)
{
	int root_fd, fd;

	begin();
	make_file("file");
	ck_assert_int_eq(symlink("/file", in_folder("link")), 0);
	root_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = trust_open_path(&trust, root_fd, "/file");
	ck_assert_int_ge(fd, 0);
	close(fd);
	fd = trust_open_path(&trust, root_fd, "/link");
	ck_assert_int_ge(fd, 0);
	close(fd);
	close(root_fd);
	end();
}
END_TEST

int main(void)
{
	UNIT_RUN("trust", users_are_looked_up_when_a_uid_is_unknown_without_them,
		root_the_caller_and_those_named_count, a_path_is_opened_part_by_part,
		a_link_counts_where_only_trusted_users_write,
		a_link_where_others_write_does_not_count, links_do_not_go_round_for_ever,
		 control_groups_tell_who_started_it,
		a_users_file_is_one_that_nobody_else_can_write,
		a_system_file_has_none_but_system_directories_above_it,
		a_system_file_is_of_a_system_user_and_closed_to_others,
		a_path_may_begin_at_another_root, a_path_that_is_too_long_is_told,
		no_descriptor_is_left_open);
}
