/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_file.h"
#include "unit.h"

static struct config config;
static struct config_problems problems;

static int parse(const char *text)
{
	config_init(&config);
	return config_parse(&config, text, strlen(text), &problems);
}

START_TEST(the_defaults_hold_without_a_file)
{
	config_init(&config);
	ck_assert_uint_eq(config.socket_count, 4);
	ck_assert_str_eq(config.sockets[1], "/run/qemuvm/%s.qga");
	ck_assert_uint_eq(config.prefix_count, 3);
	ck_assert_uint_eq(config.source_count, 3);
	ck_assert_int_eq(config.timeout_ms, 1000);
	ck_assert(config.routed);
	for (unsigned int i = 0; i < config.lease_count; i++)
		ck_assert(strncmp(config.leases[i], "/tmp", 4) != 0);
}
END_TEST

START_TEST(a_line_replaces_a_default_and_the_next_adds)
{
	ck_assert_int_eq(parse("socket = /a/%s /b/%s # two\n\n  # none\nsocket=/c/%s\n"
			       "prefix = x-, y-\nsources = neighbour agent\ntimeout_ms = 250\n"
			       "routed = no\r\n"),
		0);
	ck_assert_uint_eq(config.socket_count, 3);
	ck_assert_str_eq(config.sockets[0], "/a/%s");
	ck_assert_str_eq(config.sockets[2], "/c/%s");
	ck_assert_uint_eq(config.prefix_count, 2);
	ck_assert_str_eq(config.prefixes[1], "y-");
	ck_assert_uint_eq(config.source_count, 2);
	ck_assert_int_eq(config.sources[0], SOURCE_NEIGHBOUR);
	ck_assert_int_eq(config.timeout_ms, 250);
	ck_assert(!config.routed);
}
END_TEST

START_TEST(a_bad_line_is_told_with_its_number_and_left_out)
{
	static const char *const bad[] = {"nonsense", "unknown = 1", "timeout_ms = abc",
		"timeout_ms = 0", "timeout_ms = 60001", "timeout_ms = -5", "timeout_ms = 5 6",
		"timeout_ms =", "timeout_ms = 99999999999999999999", "routed = maybe",
		"socket = relative/%s", "socket = /no/name", "lease = relative", "sources = magic",
		"trusted_users = nobody-of-this-name", "= 5"};
	char text[128];

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		snprintf(text, sizeof(text), "# first\n%s\n", bad[i]);
		ck_assert_msg(parse(text) == 1, "%s", bad[i]);
		ck_assert_uint_eq(problems.problem[0].line, 2);
		ck_assert_uint_gt(strlen(problems.problem[0].text), 10);
		ck_assert_int_eq(config.timeout_ms, 1000);
		ck_assert(config.routed);
	}
}
END_TEST

START_TEST(what_a_problem_quotes_is_fit_for_a_terminal)
{
	parse("\x1b[31mred = 1\n");
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_ptr_null(strchr(problems.problem[0].text, '\x1b'));
}
END_TEST

START_TEST(too_many_values_and_problems_are_bounded)
{
	char *text = malloc(65536), *at = text;

	for (int i = 0; i < 100; i++)
		at += sprintf(at, "socket = /x%d/%%s\nbad line\n", i);
	ck_assert_int_eq(parse(text), 100 + 100 - CONFIG_SOCKETS_MAX);
	ck_assert_uint_eq(config.socket_count, CONFIG_SOCKETS_MAX);
	ck_assert_uint_eq(problems.count, CONFIG_PROBLEMS_MAX);
	free(text);
}
END_TEST

START_TEST(a_value_that_is_too_long_is_told)
{
	char text[1024];

	memset(text, 'a', sizeof(text));
	memcpy(text, "socket = /%s", 12);
	text[900] = '\0';
	ck_assert_int_eq(parse(text), 1);
}
END_TEST

START_TEST(a_list_is_replaced_by_the_first_value_that_is_taken)
{
	char text[1024];

	ck_assert_int_eq(parse("socket = relative/%s\nsocket = /good/%s\n"), 1);
	ck_assert_uint_eq(config.socket_count, 1);
	ck_assert_int_eq(parse("sources = moon neighbour\n"), 1);
	ck_assert_uint_eq(config.source_count, 1);
	/* With none that is, the default stays. */
	memset(text, 'a', sizeof(text));
	memcpy(text, "socket = /%s", 12);
	text[900] = '\0';
	parse(text);
	ck_assert_uint_gt(config.socket_count, 1);
	/* Not so of users: the default would trust more than was asked for. */
	ck_assert_int_eq(parse("trusted_users = a-name-that-is-longer-than-any-user-has\n"), 1);
	ck_assert_uint_eq(config.trusted_count, 0);
	ck_assert_int_eq(parse("trusted_users = nobody-of-this-name\n"), 1);
	ck_assert_uint_eq(config.trusted_count, 1);
}
END_TEST

START_TEST(users_are_named_or_numbered)
{
	ck_assert_int_eq(parse("trusted_users = root, 4711 nobody\n"), 0);
	ck_assert_uint_eq(config.trusted_count, 3);
	ck_assert_str_eq(config.trusted_users[0], "root");
	ck_assert_str_eq(config.trusted_users[1], "4711");
	ck_assert_str_eq(config.trusted_users[2], "nobody");
}
END_TEST

START_TEST(a_path_is_made_from_a_template)
{
	char path[CONFIG_PATH_SIZE];

	ck_assert_int_eq(config_socket_path("/run/user/%U/q/%s.qga", "web", 1000, path), 0);
	ck_assert_str_eq(path, "/run/user/1000/q/web.qga");
	ck_assert_int_eq(config_socket_path("/%s/%s", "a", 0, path), 0);
	ck_assert_str_eq(path, "/a/a");
	ck_assert_int_eq(config_socket_path("/%d/%s", "%s", 0, path), 0);
	ck_assert_str_eq(path, "/%d/%s");
}
END_TEST

START_TEST(no_name_leads_out_of_the_template)
{
	static const char *const bad[] = {"", ".", "..", "../x", "a/b", "/"};
	char path[CONFIG_PATH_SIZE], name[300];

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_int_eq(config_socket_path("/run/%s.qga", bad[i], 0, path), -EINVAL);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(config_socket_path("/run/%s.qga", name, 0, path), -ENAMETOOLONG);
}
END_TEST

START_TEST(a_file_that_was_named_must_be_there)
{
	char folder[] = "/tmp/test_config.XXXXXX", path[64];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/conf", folder);
	setenv("QEMUVM_CONFIG", path, 1);
	ck_assert_int_eq(config_load(&config, &problems), 1);
	ck_assert_uint_eq(problems.problem[0].line, 0);
	ck_assert_int_eq(config.timeout_ms, 1000);

	/* Opening a FIFO would wait for a writer. */
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(config_load(&config, &problems), 1);
	unlink(path);
	rmdir(folder);
}
END_TEST

START_TEST(the_identity_changes_with_the_file)
{
	char path[] = "/tmp/test_config.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	uint64_t first;

	ck_assert_int_ge(fd, 0);
	setenv("QEMUVM_CONFIG", path, 1);
	ck_assert_int_eq(config_load(&config, &problems), 0);
	first = config.identity;
	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(config_identity(), first);
	ck_assert_int_eq(write(fd, "wait_s = 7\n", 11), 11);
	ck_assert_uint_ne(config_identity(), first);
	ck_assert_int_eq(config_load(&config, &problems), 0);
	ck_assert_uint_eq(config_identity(), config.identity);
	unlink(path);
	ck_assert_uint_eq(config_identity(), 0);
	close(fd);
}
END_TEST

int main(void)
{
	UNIT_RUN("config", the_defaults_hold_without_a_file,
		a_line_replaces_a_default_and_the_next_adds,
		a_bad_line_is_told_with_its_number_and_left_out,
		what_a_problem_quotes_is_fit_for_a_terminal,
		too_many_values_and_problems_are_bounded, a_value_that_is_too_long_is_told,
		a_list_is_replaced_by_the_first_value_that_is_taken, users_are_named_or_numbered,
		a_path_is_made_from_a_template, no_name_leads_out_of_the_template,
		a_file_that_was_named_must_be_there, the_identity_changes_with_the_file);
}
