/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "qemu/option.h"
#include "unit.h"

/* The value of a key, or NULL. */
static const char *get(const char *text, const char *implied, const char *key)
{
	static char value[128];
	struct option option;
	int r;

	ck_assert_msg(option_init(&option, text, implied) == 0, "%s", text);
	r = option_get(&option, key, value, sizeof(value));
	option_done(&option);
	return r < 0 ? NULL : value;
}

START_TEST(a_first_value_belongs_to_the_implied_key)
{
	ck_assert_str_eq(get("tap,id=n0,ifname=t0", "type", "type"), "tap");
	ck_assert_str_eq(get("tap,id=n0,ifname=t0", "type", "ifname"), "t0");
	ck_assert_str_eq(get("id=n0,type=tap", "type", "type"), "tap");
	ck_assert_ptr_null(get("tap,id=n0", "type", "mac"));
	ck_assert_str_eq(get("my vm,debug-threads=on", "guest", "guest"), "my vm");
}
END_TEST

START_TEST(two_commas_are_one)
{
	ck_assert_str_eq(get("a,,b", "guest", "guest"), "a,b");
	ck_assert_str_eq(get("socket,path=/d/a,,b.sock,id=x", "backend", "path"), "/d/a,b.sock");
	ck_assert_str_eq(get("socket,path=/d/a,,,id=x", "backend", "path"), "/d/a,");
	ck_assert_str_eq(get("socket,path=/d/a,,,id=x", "backend", "id"), "x");
}
END_TEST

START_TEST(the_last_of_several_values_counts)
{
	ck_assert_str_eq(get("a=1,a=2,a=3", NULL, "a"), "3");
}
END_TEST

START_TEST(a_bare_word_is_a_boolean)
{
	struct option option;

	ck_assert_int_eq(option_init(&option, "socket,server,nowait,path=/x", "backend"), 0);
	ck_assert(option_get_bool(&option, "server", false));
	ck_assert(!option_get_bool(&option, "wait", true));
	ck_assert(option_get_bool(&option, "other", true));
	option_done(&option);
	ck_assert_int_eq(option_init(&option, "socket,server=on,wait=off", "backend"), 0);
	ck_assert(option_get_bool(&option, "server", false));
	ck_assert(!option_get_bool(&option, "wait", true));
	option_done(&option);
}
END_TEST

START_TEST(an_option_can_be_json)
{
	static const char text[] =
		"{\"driver\":\"virtio-net-pci\",\"mac\":\"52:54:00:aa:bb:cc\","
		"\"addr\":{\"type\":\"unix\",\"path\":\"/x\"},\"n\":5,\"on\":true}";

	ck_assert_str_eq(get(text, "driver", "driver"), "virtio-net-pci");
	ck_assert_str_eq(get(text, "driver", "addr.path"), "/x");
	ck_assert_str_eq(get(text, "driver", "n"), "5");
	ck_assert_str_eq(get(text, "driver", "on"), "on");
	ck_assert_ptr_null(get(text, "driver", "addr"));
	ck_assert_ptr_null(get(text, "driver", "addr.path.x"));
}
END_TEST

START_TEST(malformed_options_give_nothing)
{
	struct option option;

	ck_assert_int_lt(option_init(&option, "{\"driver\":", "driver"), 0);
	ck_assert_ptr_null(get("", "type", "type"));
	ck_assert_ptr_null(get(",,,,", "type", "id"));
	ck_assert_str_eq(get("=,id=x,=", "type", "id"), "x");
	ck_assert_str_eq(get("type=", "type", "type"), "");
}
END_TEST

START_TEST(a_value_that_does_not_fit_is_told)
{
	struct option option;
	char value[4];

	ck_assert_int_eq(option_init(&option, "a=x,a=abcd,b=abc,c=,,,,,,", NULL), 0);
	strcpy(value, "old");
	ck_assert_int_eq(option_get(&option, "a", value, sizeof(value)), -ENOSPC);
	ck_assert_str_eq(value, "old");
	ck_assert_int_eq(option_get(&option, "c", value, sizeof(value)), 3);
	ck_assert_str_eq(value, ",,,");
	ck_assert_int_eq(option_get(&option, "b", value, sizeof(value)), 3);
	option_done(&option);
}
END_TEST

int main(void)
{
	UNIT_RUN("option", a_first_value_belongs_to_the_implied_key, two_commas_are_one,
		the_last_of_several_values_counts, a_bare_word_is_a_boolean, an_option_can_be_json,
		malformed_options_give_nothing, a_value_that_does_not_fit_is_told);
}
