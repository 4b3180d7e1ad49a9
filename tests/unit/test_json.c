/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "unit.h"

static int parse(const char *text)
{
	struct json *json = NULL;
	int r = json_parse(text, strlen(text), &json);

	json_free(json);
	return r;
}

static struct json *view(const char *text)
{
	struct json *json;

	ck_assert_msg(json_parse(text, strlen(text), &json) == 0, "%s", text);
	return json;
}

START_TEST(well_formed_json_is_accepted)
{
	static const char *const good[] = {"{}", "[]", " [ ] ", "\"\"", "[0, -0, -1.5e+3, 1E2]",
		"[true, false, null]", "{\"a\":1,\"b\":[1,2,{\"c\":null}]}",
		"\t{\r\n\"a\" : \"\\u00e4\\n\\\"\"}", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"",
		"[[[[[[[[]]]]]]]]"};

	for (size_t i = 0; i < COUNT_OF(good); i++)
		ck_assert_msg(parse(good[i]) == 0, "%s", good[i]);
}
END_TEST

START_TEST(what_jsmn_would_let_pass_is_refused)
{
	static const char *const bad[] = {"", " ", "{\"return\"}", "{\"return\":}", "{\"a\",\"b\"}",
		"{\"a\":\"b\":\"c\"}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}",
		"{,}", "[,]", "[:]", "[1 2]", "[\"a\":1]", "{\"a\":1,}", "[1,]",
		"{\"a\":1}{\"b\":2}", "{} {}", "{\"a\":nan}", "{\"a\":1.2.3-+e}",
		"{\"a\":truefalse}", "{\"a\":truee}", "{\"a\":0x10}", "{\"a\":-}", "[01]", "[1.]",
		"[.5]", "[+1]", "[1e]", "{a:1}", "{'a':1}", "{1:2}", "{{}}", "{[]:1}",
		"{\"a\":1}garbage", "[", "]", "{\"a\":[}", "[1}", "\"", "\"\\x\"", "\"\\u12\"",
		"\"a\nb\"", "\"\x01\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
		"\"\xf5\x80\x80\x80\"", "\"\xc3\"", "\xef\xbb\xbf{}"};

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(parse(bad[i]) == -EBADMSG, "%s", bad[i]);
}
END_TEST

START_TEST(a_bare_word_or_number_is_no_text_of_ours)
{
	static const char *const roots[] = {
		"5", " 5 ", "5\n", "-1.5 ", "null", "null ", "\ttrue\n"};

	for (size_t i = 0; i < COUNT_OF(roots); i++)
		ck_assert_msg(parse(roots[i]) == -EBADMSG, "%s", roots[i]);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	struct json *json;

	ck_assert_int_eq(json_parse("{}\0{}", 5, &json), -EBADMSG);
	ck_assert_int_eq(json_parse("\"a\0b\"", 5, &json), -EBADMSG);
	ck_assert_int_eq(json_parse("{}\0", 3, &json), -EBADMSG);
}
END_TEST

START_TEST(a_key_that_comes_twice_is_refused)
{
	ck_assert_int_eq(parse("{\"a\":1,\"b\":2,\"a\":3}"), -EBADMSG);
	ck_assert_int_eq(parse("[{\"a\":{\"x\":1,\"x\":1}}]"), -EBADMSG);
	ck_assert_int_eq(parse("{\"a\":{\"a\":1}}"), 0);
}
END_TEST

START_TEST(nesting_behind_the_limit_is_refused)
{
	ck_assert_int_eq(parse("[[[[[[[[[]]]]]]]]]"), -E2BIG);
	ck_assert_int_eq(
		parse("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}"),
		-E2BIG);
	ck_assert_int_eq(parse("\"[[[[[[[[[[[[[[[[\""), 0);
}
END_TEST

/* The text `unit` over and over in 1 MiB, between two brackets. */
static char *repeat(const char *open, const char *unit, const char *close, size_t size)
{
	char *text = malloc(size + 256), *at = text;

	at += strlen(strcpy(at, open));
	while ((size_t)(at - text) < size)
		at += strlen(strcpy(at, unit));
	strcpy(at - 1, close);
	return text;
}

START_TEST(hostile_texts_take_no_time)
{
	static const char *const units[][3] = {{"", "[", "["}, {"[", "{},", "]"}, {"[", "1,", "]"},
		{"[", "[[[[[[]]]]]],", "]"}, {"", "{\"a\":", ""}, {"[", "\"\\u0041\",", "]"},
		{"\"", "aaaaaaaaaaaaaaaaaaaaaaaa", "\""}};

	for (size_t i = 0; i < COUNT_OF(units); i++) {
		char *text = repeat(units[i][0], units[i][1], units[i][2], 1024 * 1024);
		clock_t begin = clock();

		parse(text);
		ck_assert_msg(clock() - begin < CLOCKS_PER_SEC / 2, "%s", units[i][1]);
		free(text);
	}
}
END_TEST

START_TEST(an_object_of_too_many_members_is_refused)
{
	char *text = malloc(8192), *at = text;

	at += sprintf(at, "{");
	for (int i = 0; i <= JSON_MEMBERS_MAX; i++)
		at += sprintf(at, "%s\"k%d\":0", i > 0 ? "," : "", i);
	sprintf(at, "}");
	ck_assert_int_eq(parse(text), -E2BIG);
	free(text);
}
END_TEST

START_TEST(members_and_elements_are_found)
{
	struct json *json = view("{\"a\": [1, {\"x\": [2]}, \"z\"], \"b\": {\"c\": true}}");
	int list = json_member(json, JSON_ROOT, "a"), node;
	int64_t value;

	ck_assert(json_kind(json, list) == JSON_ARRAY);
	node = json_first(json, list);
	ck_assert_int_eq(json_int(json, node, &value), 0);
	ck_assert_int_eq(value, 1);
	node = json_next(json, list, node);
	ck_assert(json_kind(json, node) == JSON_OBJECT);
	node = json_next(json, list, node);
	ck_assert(json_string_equals(json, node, "z"));
	ck_assert_int_eq(json_next(json, list, node), -ENOENT);
	ck_assert(json_kind(json, json_member(json, json_member(json, JSON_ROOT, "b"), "c")) ==
		  JSON_TRUE);
	ck_assert_int_eq(json_member(json, JSON_ROOT, "c"), -ENOENT);
	ck_assert_int_eq(json_member(json, list, "a"), -ENOENT);
	ck_assert_int_eq(json_member(json, -1, "a"), -ENOENT);
	json_free(json);
}
END_TEST

START_TEST(a_key_with_an_escape_is_not_found)
{
	struct json *json = view("{\"\\u0064\": 1}");

	ck_assert_int_eq(json_member(json, JSON_ROOT, "d"), -ENOENT);
	json_free(json);
}
END_TEST

START_TEST(empty_containers_have_no_first)
{
	struct json *json = view("{\"a\": [], \"b\": {}, \"c\": 1}");

	ck_assert_int_eq(json_first(json, json_member(json, JSON_ROOT, "a")), -ENOENT);
	ck_assert_int_eq(json_first(json, json_member(json, JSON_ROOT, "b")), -ENOENT);
	ck_assert_int_eq(json_first(json, json_member(json, JSON_ROOT, "c")), -ENOENT);
	json_free(json);
}
END_TEST

START_TEST(strings_are_decoded_within_their_space)
{
	struct json *json =
		view("[\"\\u00e4\\ud83d\\ude00\\n\", \"abc\", \"\\u0000\", \"\\ud83d\"]");
	int node = json_first(json, JSON_ROOT);
	char text[8];

	ck_assert_int_eq(json_string(json, node, text, sizeof(text)), 7);
	ck_assert_str_eq(text, "\xc3\xa4\xf0\x9f\x98\x80\n");
	ck_assert_int_eq(json_string(json, node, text, 7), -ENOSPC);
	node = json_next(json, JSON_ROOT, node);
	for (size_t size = 0; size <= 3; size++)
		ck_assert_int_eq(json_string(json, node, text, size), -ENOSPC);
	ck_assert_int_eq(json_string(json, node, text, 4), 3);
	node = json_next(json, JSON_ROOT, node);
	ck_assert_int_eq(json_string(json, node, text, sizeof(text)), -EBADMSG);
	node = json_next(json, JSON_ROOT, node);
	ck_assert_int_eq(json_string(json, node, text, sizeof(text)), -EBADMSG);
	json_free(json);
}
END_TEST

START_TEST(integers_are_whole_and_fit)
{
	struct json *json = view("[9223372036854775807, 9223372036854775808, 1.0, 1e3, \"5\", -0]");
	int node = json_first(json, JSON_ROOT);
	int64_t value;

	ck_assert_int_eq(json_int(json, node, &value), 0);
	ck_assert(value == INT64_MAX);
	node = json_next(json, JSON_ROOT, node);
	ck_assert_int_eq(json_int(json, node, &value), -ERANGE);
	for (int i = 0; i < 3; i++) {
		node = json_next(json, JSON_ROOT, node);
		ck_assert_int_eq(json_int(json, node, &value), -EINVAL);
	}
	node = json_next(json, JSON_ROOT, node);
	ck_assert_int_eq(json_int(json, node, &value), 0);
	json_free(json);
}
END_TEST

int main(void)
{
	UNIT_RUN("json", well_formed_json_is_accepted, what_jsmn_would_let_pass_is_refused,
		a_bare_word_or_number_is_no_text_of_ours, a_nul_byte_is_refused,
		a_key_that_comes_twice_is_refused, nesting_behind_the_limit_is_refused,
		hostile_texts_take_no_time, an_object_of_too_many_members_is_refused,
		members_and_elements_are_found, a_key_with_an_escape_is_not_found,
		empty_containers_have_no_first, strings_are_decoded_within_their_space,
		integers_are_whole_and_fit);
}
