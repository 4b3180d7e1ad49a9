/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host_keys.h"
#include "unit.h"

#define ED25519 "AAAAC3NzaC1lZDI1NTE5AAAAIDoF4vXgN5hPTV6DUaVVnjHS7n9tVqJkOjTkmE0MRnZM"

static struct host_keys keys;

START_TEST(a_key_is_taken_without_its_comment)
{
	ck_assert_int_eq(host_keys_add(&keys, "ssh-ed25519 " ED25519 " root@\x1b[2Jweb\n"), 0);
	ck_assert_int_eq(host_keys_add(&keys, "ssh-ed25519 " ED25519 "\r\n"), 0);
	ck_assert_uint_eq(keys.count, 1);
	ck_assert_str_eq(keys.list[0], "ssh-ed25519 " ED25519);
	ck_assert(host_keys_has(&keys, ED25519));
	ck_assert(!host_keys_has(&keys, "AAAA"));
	host_keys_done(&keys);
	ck_assert_uint_eq(keys.count, 0);
}
END_TEST

START_TEST(a_line_that_is_not_a_public_key_is_refused)
{
	static const char *const lines[] = {"", "\n", "ssh-ed25519", "ssh-ed25519 ",
		"ssh-ed25519 AAAA", "ssh-rsa " ED25519, "ssh-ed25519  " ED25519,
		" ssh-ed25519 " ED25519, "@cert-authority ssh-ed25519 " ED25519,
		"*.vm ssh-ed25519 " ED25519, "ssh-ed25519 " ED25519 "!", "ssh-ed25519\t" ED25519,
		"# ssh-ed25519 " ED25519, "-----BEGIN OPENSSH PRIVATE KEY-----",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(host_keys_add(&keys, lines[i]) == -EINVAL, "%s", lines[i]);
	ck_assert_uint_eq(keys.count, 0);
}
END_TEST

START_TEST(keys_that_are_too_long_or_too_many_are_refused)
{
	static char line[4 * HOST_KEY_SIZE];

	memset(line, 'A', sizeof(line) - 1);
	memcpy(line, "ssh-ed25519 ", 12);
	ck_assert_int_eq(host_keys_add(&keys, line), -EINVAL);
	for (int i = 0; i < HOST_KEYS_MAX; i++) {
		snprintf(line, sizeof(line), "ssh-ed25519 %.66s%c%c", ED25519, 'A' + i, 'M');
		ck_assert_int_eq(host_keys_add(&keys, line), 0);
	}
	ck_assert_int_eq(host_keys_add(&keys, "ssh-ed25519 " ED25519), -E2BIG);
	host_keys_done(&keys);
}
END_TEST

int main(void)
{
	UNIT_RUN("host_keys", a_key_is_taken_without_its_comment,
		a_line_that_is_not_a_public_key_is_refused,
		keys_that_are_too_long_or_too_many_are_refused);
}
