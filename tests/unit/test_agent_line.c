/* SPDX-License-Identifier: MIT */
/*
 * Lines of an agent, without a connection: a text is read line by line until one is the reply.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/agent_line.h"

#define ID    "2858667779046079068"
#define STRAY "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error, stray\"}}\n"
#define SYNC  "\xff{\"return\": " ID "}\n"

struct outcome {
	int r;          /* what ended the reading, or AGENT_LINE_FOREIGN */
	char value[64]; /* the text of "return" */
};

static void copy_value(const struct json *json, char value[static 64])
{
	struct text raw = json_raw(json, json_member(json, JSON_ROOT, "return"));

	snprintf(value, 64, "%.*s", (int)text_len(raw), raw.at);
}

static struct outcome hear_bytes(const char *text, size_t len)
{
	struct outcome outcome = {.r = AGENT_LINE_FOREIGN};
	bool is_synced = false;

	while (outcome.r == AGENT_LINE_FOREIGN || outcome.r == AGENT_LINE_SYNC) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end != NULL ? (size_t)(end - text) : 0;
		struct json *json = NULL;

		if (end == NULL)
			return outcome;
		is_synced = is_synced || outcome.r == AGENT_LINE_SYNC;
		outcome.r = agent_line_read(text, line_len, ID, is_synced, &json);
		if (outcome.r == AGENT_LINE_REPLY)
			copy_value(json, outcome.value);
		is_synced = is_synced || outcome.r == AGENT_LINE_SYNC;
		json_free(json);
		text += line_len + 1;
		len -= line_len + 1;
	}
	return outcome;
}

static struct outcome hear(const char *text)
{
	return hear_bytes(text, strlen(text));
}

/* What comes before a good reply does not keep it from being found, nor is it taken for one. */
static void assert_skipped(const char *text)
{
	static const char good[] = "{\"return\": 1, \"id\": \"" ID "\"}\n";
	char whole[1024];
	struct outcome outcome;

	snprintf(whole, sizeof(whole), "%s%s", text, good);
	outcome = hear(whole);
	ck_assert_int_eq(outcome.r, AGENT_LINE_REPLY);
	ck_assert_str_eq(outcome.value, "1");
}

static void assert_refused(const char *text)
{
	ck_assert_int_eq(hear(text).r, -EBADMSG);
}

/* Agents of all ages. */

START_TEST(an_agent_that_repeats_no_id_is_known_by_its_sync)
{
	struct outcome outcome = hear(STRAY SYNC "{\"return\": 7}\n");

	ck_assert_int_eq(outcome.r, AGENT_LINE_REPLY);
	ck_assert_str_eq(outcome.value, "7");
}
END_TEST

START_TEST(an_agent_that_refuses_an_id_is_recognised)
{
	ck_assert_int_eq(
		hear(SYNC "{\"error\": {\"class\": \"GenericError\", \"desc\": \"QMP input "
			  "object member 'id' is unexpected\"}}\n")
			.r,
		AGENT_LINE_REFUSES_ID);
}
END_TEST

START_TEST(a_blocked_sync_does_not_hide_the_reply)
{
	assert_skipped(STRAY "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Command "
			     "guest-sync-delimited has been disabled\"}}\n");
}
END_TEST

START_TEST(an_unknown_or_disabled_command_is_not_supported)
{
	ck_assert_int_eq(
		hear(SYNC "{\"id\": \"" ID "\", \"error\": {\"class\": \"CommandNotFound\", "
			  "\"desc\": \"no\"}}\n")
			.r,
		-EOPNOTSUPP);
	ck_assert_int_eq(hear(SYNC "{\"error\": {\"class\": \"CommandDisabled\", "
				   "\"desc\": \"no\"}}\n")
				 .r,
		-EOPNOTSUPP);
	ck_assert_int_eq(
		hear(SYNC "{\"error\": {\"class\": \"GenericError\", \"desc\": \"The command "
			  "x has been disabled for this instance\"}}\n")
			.r,
		-EOPNOTSUPP);
}
END_TEST

START_TEST(any_other_error_is_a_remote_error)
{
	ck_assert_int_eq(
		hear("{\"error\": {\"class\": \"GenericError\", \"desc\": \"getifaddrs\"}, "
		     "\"id\": \"" ID "\"}\n")
			.r,
		-EREMOTEIO);
}
END_TEST

/* What is not ours. */

START_TEST(a_wrong_id_is_skipped)
{
	assert_skipped("{\"return\": 2, \"id\": \"1\"}\n");
	assert_skipped("{\"return\": 2, \"id\": \"" ID "0\"}\n");
	assert_skipped("{\"return\": 2, \"id\": \"0" ID "\"}\n");
	assert_skipped("{\"return\": 2, \"id\": " ID "}\n");
	assert_skipped("{\"return\": 2, \"id\": [\"" ID "\"]}\n");
	assert_skipped("{\"return\": 2, \"id\": {\"id\": \"" ID "\"}}\n");
	assert_skipped("{\"return\": 2, \"id\": null}\n");
}
END_TEST

START_TEST(a_sync_reply_with_another_id_is_skipped)
{
	assert_skipped("\xff{\"return\": 5}\n{\"return\": 2}\n");
	assert_skipped("\xff{\"return\": \"" ID "\"}\n{\"return\": 2}\n");
	assert_skipped("\xff{\"return\": " ID "0}\n{\"return\": 2}\n");
	assert_skipped("\xff{\"return\": " ID ".0}\n{\"return\": 2}\n");
	assert_skipped("\xff{\"return\": [" ID "]}\n{\"return\": 2}\n");
}
END_TEST

START_TEST(the_tail_of_a_stale_line_is_skipped)
{
	assert_skipped("5\", \"prefix\": 64}], \"return\": 2}\n");
	assert_skipped("5\", \"prefix\": 64}]\xff{\"return\": " ID "}\n");
	assert_skipped("{{{{[[[[\"\\\n");
}
END_TEST

START_TEST(our_own_request_echoed_is_skipped)
{
	assert_skipped(
		"\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":" ID "}}\r\n"
		"{\"execute\":\"guest-network-get-interfaces\",\"id\":\"" ID "\"}\r\n");
	assert_skipped(
		"debian login: {\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":" ID
		"}}\n");
}
END_TEST

START_TEST(events_and_blank_lines_between_replies_are_skipped)
{
	assert_skipped(SYNC "\n\r\n \n\xff\n{\"event\": \"X\", \"data\": {}}\n");
	assert_skipped("{\"event\": \"X\", \"id\": \"" ID "\", \"return\": 2}\n");
}
END_TEST

/* Ours, and wrong. */

START_TEST(a_line_with_our_id_that_is_no_json_is_refused)
{
	assert_refused("{\"return\": 1, \"id\": \"" ID "\"\n");
	assert_refused("{\"return\", \"id\": \"" ID "\"}\n");
	assert_refused("{\"return\" 1, \"id\": \"" ID "\"}\n");
	assert_refused("{\"return\":, \"id\": \"" ID "\"}\n");
	assert_refused("{\"return\": 1 2, \"id\": \"" ID "\"}\n");
	assert_refused("{\"return\": 1, \"id\": \"" ID "\"} {}\n");
	assert_refused("{\"return\": 1, \"return\": 1, \"id\": \"" ID "\"}\n");
	assert_refused("{\"return\": \"\xc3\x28\", \"id\": \"" ID "\"}\n");
	assert_refused("{\"return\": \"\x1b[2J\", \"id\": \"" ID "\"}\n");
	assert_refused("[\"" ID "\"]\n");
	assert_refused("\"" ID "\"\n");
}
END_TEST

START_TEST(an_ff_inside_the_reply_is_refused)
{
	assert_refused("{\"return\": [\xff], \"id\": \"" ID "\"}\n");
}
END_TEST

START_TEST(a_nul_inside_the_reply_is_refused)
{
	static const char text[] = "{\"return\": \"a\0b\", \"id\": \"" ID "\"}\n";

	ck_assert_int_eq(hear_bytes(text, sizeof(text) - 1).r, -EBADMSG);
}
END_TEST

START_TEST(what_follows_our_sync_and_is_no_json_is_refused)
{
	assert_refused(SYNC "nonsense\n");
	assert_refused(SYNC "5\n");
	assert_refused(SYNC "{}\n");
}
END_TEST

START_TEST(a_reply_is_a_return_or_an_error)
{
	assert_refused(
		"{\"return\": 1, \"error\": {\"class\": \"a\", \"desc\": \"b\"}, \"id\": \"" ID
		"\"}\n");
	assert_refused("{\"id\": \"" ID "\"}\n");
	assert_refused("{\"error\": 5, \"id\": \"" ID "\"}\n");
	assert_refused("{\"error\": {\"class\": 1, \"desc\": \"b\"}, \"id\": \"" ID "\"}\n");
	assert_refused("{\"error\": {}, \"id\": \"" ID "\"}\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("agent_line");
	TCase *tcase = tcase_create("lines");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, an_agent_that_repeats_no_id_is_known_by_its_sync);
	tcase_add_test(tcase, an_agent_that_refuses_an_id_is_recognised);
	tcase_add_test(tcase, a_blocked_sync_does_not_hide_the_reply);
	tcase_add_test(tcase, an_unknown_or_disabled_command_is_not_supported);
	tcase_add_test(tcase, any_other_error_is_a_remote_error);
	tcase_add_test(tcase, a_wrong_id_is_skipped);
	tcase_add_test(tcase, a_sync_reply_with_another_id_is_skipped);
	tcase_add_test(tcase, the_tail_of_a_stale_line_is_skipped);
	tcase_add_test(tcase, our_own_request_echoed_is_skipped);
	tcase_add_test(tcase, events_and_blank_lines_between_replies_are_skipped);
	tcase_add_test(tcase, a_line_with_our_id_that_is_no_json_is_refused);
	tcase_add_test(tcase, an_ff_inside_the_reply_is_refused);
	tcase_add_test(tcase, a_nul_inside_the_reply_is_refused);
	tcase_add_test(tcase, what_follows_our_sync_and_is_no_json_is_refused);
	tcase_add_test(tcase, a_reply_is_a_return_or_an_error);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
