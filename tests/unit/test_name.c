/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "base/name.h"
#include "unit.h"

START_TEST(names_under_the_domain_are_ours)
{
	static const char *const ours[] = {"web.vm", "WEB.VM", "web.Vm.", ".vm", "a.b.vm", "..vm"};
	static const char *const foreign[] = {"", ".", "vm", "web", "web.vm.org", "webvm",
		"web.vmx", "web.vm..", "127.0.0.1", "::1", "web.v"};

	for (size_t i = 0; i < COUNT_OF(ours); i++)
		ck_assert_msg(name_is_ours(ours[i]), "%s", ours[i]);
	for (size_t i = 0; i < COUNT_OF(foreign); i++)
		ck_assert_msg(!name_is_ours(foreign[i]), "%s", foreign[i]);
}
END_TEST

START_TEST(the_domain_and_one_dot_behind_it_are_taken_off)
{
	char name[NAME_VM_SIZE];

	ck_assert_int_eq(name_from_host("Web.vm", name), 0);
	ck_assert_str_eq(name, "Web");
	ck_assert_int_eq(name_from_host("ubuntu-24.04.vm.", name), 0);
	ck_assert_str_eq(name, "ubuntu-24.04");
	ck_assert_int_eq(name_from_typed("web_1", name), 0);
	ck_assert_str_eq(name, "web_1");
	ck_assert_int_eq(name_from_typed("web.vm", name), 0);
	ck_assert_str_eq(name, "web");
}
END_TEST

START_TEST(what_could_leave_a_folder_or_is_no_host_name_is_refused)
{
	static const char *const bad[] = {".vm", "..vm", "...vm", "a..b.vm", ".a.vm", "a/b.vm",
		"../a.vm", "a b.vm", "a\nb.vm", "\xc3\xa4.vm", "a%s.vm", "a;b.vm", "-\x01.vm"};
	char name[NAME_VM_SIZE] = "untouched";

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(name_from_host(bad[i], name) == -EINVAL, "%s", bad[i]);
	ck_assert_str_eq(name, "untouched");
	ck_assert_int_eq(name_from_typed("", name), -EINVAL);
	ck_assert_int_eq(name_from_typed("..", name), -EINVAL);
}
END_TEST

START_TEST(labels_and_names_have_their_length)
{
	char host[400], name[NAME_VM_SIZE];
	size_t len = 0;

	memset(host, 'a', 63);
	strcpy(host + 63, ".vm");
	ck_assert_int_eq(name_from_host(host, name), 0);
	memset(host, 'a', 64);
	strcpy(host + 64, ".vm");
	ck_assert_int_eq(name_from_host(host, name), -EINVAL);

	/* 50 characters in a label, up to 253 in all. */
	for (len = 0; len + 3 < NAME_HOST_MAX; len++)
		host[len] = len % 51 == 50 ? '.' : 'a';
	strcpy(host + len, ".vm");
	ck_assert_uint_eq(strlen(host), NAME_HOST_MAX);
	ck_assert_int_eq(name_from_host(host, name), 0);
	ck_assert_uint_eq(strlen(name), NAME_VM_MAX);
	strcpy(host + len, "a.vm");
	ck_assert_int_eq(name_from_host(host, name), -EINVAL);
}
END_TEST

START_TEST(a_name_is_spelled_as_a_host_name_can_hold_it)
{
	char name[NAME_VM_SIZE], longer[400];

	ck_assert_uint_eq(name_spell("My VM,1", name), 7);
	ck_assert_str_eq(name, "My-VM-1");
	name_spell("b\xc3\xbcro\x1b[31m", name);
	ck_assert_str_eq(name, "b-ro--31m");
	ck_assert_uint_eq(name_spell("", name), 0);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_uint_eq(name_spell(longer, name), NAME_VM_MAX);
}
END_TEST

START_TEST(case_and_what_cannot_be_typed_do_not_count)
{
	ck_assert(name_matches("web", "WEB"));
	ck_assert(name_matches("my-vm", "My VM"));
	ck_assert(name_matches("ubuntu-24-04", "ubuntu-24.04"));
	ck_assert(name_matches("ubuntu-24.04", "ubuntu-24.04"));
	ck_assert(name_matches("b-ro", "b\xc3\xbcro"));
	ck_assert(!name_matches("my.vm", "my-vm"));
	ck_assert(!name_matches("my-vm", "my_vm"));
	ck_assert(!name_matches("web", "web2"));
	ck_assert(!name_matches("web2", "web"));
	ck_assert(!name_matches("w-b", "web"));
}
END_TEST

START_TEST(a_known_prefix_may_be_left_out)
{
	static const char *const prefixes[] = {"qemu-vm-", "vm-"};

	ck_assert(name_matches_prefixed("web", "qemu-vm-web", prefixes, 2));
	ck_assert(name_matches_prefixed("web", "VM-Web", prefixes, 2));
	ck_assert(!name_matches_prefixed("web", "web", prefixes, 2));
	ck_assert(!name_matches_prefixed("web", "lima-web", prefixes, 2));
	ck_assert(!name_matches_prefixed("web", "vm-web", prefixes, 0));
	ck_assert(!name_matches_prefixed("x", "vm-", prefixes, 2));
}
END_TEST

int main(void)
{
	UNIT_RUN("name", names_under_the_domain_are_ours,
		the_domain_and_one_dot_behind_it_are_taken_off,
		what_could_leave_a_folder_or_is_no_host_name_is_refused,
		labels_and_names_have_their_length, a_name_is_spelled_as_a_host_name_can_hold_it,
		case_and_what_cannot_be_typed_do_not_count, a_known_prefix_may_be_left_out);
}
