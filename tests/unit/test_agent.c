/* SPDX-License-Identifier: MIT */
/* The agent client, from its question to the reply, against a peer that says what it likes. */
#include "agent_peer.h"

/* The question. */

START_TEST(a_well_behaved_agent_is_understood)
{
	struct outcome outcome = hear(STRAY SYNC GOOD);

	ck_assert_int_eq(outcome.r, 0);
	ck_assert_str_eq(outcome.value, "1");
}
END_TEST

START_TEST(the_request_is_one_write_that_begins_with_ff)
{
	struct peer peer = {.text = GOOD, .text_len = strlen(GOOD), .times = 1};
	int fd = start_peer(&peer, SOCK_SEQPACKET);

	ck_assert_int_eq(ask(fd, &unix_endpoint, BUDGET_MS).r, 0);
	pthread_join(peer.thread, NULL);
	ck_assert_uint_eq(peer.pieces, 1);
	ck_assert_int_eq((unsigned char)peer.request[0], 0xff);
	ck_assert_ptr_nonnull(strstr(peer.request, "\"guest-sync-delimited\""));
	ck_assert_ptr_nonnull(
		strstr(peer.request, "\n{\"execute\":\"guest-network-get-interfaces\""));
}
END_TEST

START_TEST(arguments_are_sent_and_too_long_ones_refused)
{
	struct peer peer = {.text = GOOD, .text_len = strlen(GOOD), .times = 1};
	struct agent_options options = options_of(BUDGET_MS);
	static char much[AGENT_REQUEST_MAX];
	struct agent agent;

	memset(much, '1', sizeof(much));
	much[sizeof(much) - 1] = '\0';
	agent_init(&agent, start_peer(&peer, SOCK_STREAM), &unix_endpoint, &options);
	ck_assert_int_eq(agent_ask(&agent, "guest-x", much), -E2BIG);
	ck_assert_int_eq(agent_ask(&agent, "guest-x", "{\"a\":1}"), 0);
	ck_assert_int_eq(agent_ask(&agent, "guest-x", NULL), -EBUSY);
	ck_assert_int_eq(agent_run(&agent), 0);
	agent_done(&agent);
	pthread_join(peer.thread, NULL);
	ck_assert_ptr_nonnull(strstr(
		peer.request, "\n{\"execute\":\"guest-x\",\"arguments\":{\"a\":1},\"id\":\""));
}
END_TEST

START_TEST(a_text_is_quoted_for_json_or_refused)
{
	char json[16];

	ck_assert_int_eq(agent_quote("a\"\\b", json, sizeof(json)), 8);
	ck_assert_str_eq(json, "\"a\\\"\\\\b\"");
	ck_assert_int_eq(agent_quote("", json, 3), 2);
	ck_assert_str_eq(json, "\"\"");
	ck_assert_int_eq(agent_quote("", json, 2), -E2BIG);
	ck_assert_int_eq(agent_quote("a\nb", json, sizeof(json)), -EINVAL);
	ck_assert_int_eq(agent_quote("\x7f", json, sizeof(json)), -EINVAL);
	/* The greatest text that fits if each of its characters needed an escape. */
	for (size_t size = 0; size < sizeof(json); size++) {
		int len = agent_quote("\"\"\"\"", json, size);

		ck_assert(len == -E2BIG || (len == 10 && size > 10 && json[10] == '\0'));
	}
}
END_TEST

START_TEST(two_questions_on_one_connection_have_two_ids)
{
	struct peer peer = {.text = GOOD,
		.text_len = strlen(GOOD),
		.times = 1,
		.second_text = "{\"return\": 2, \"id\": \"$ID\"}\n"};
	struct agent_options options = options_of(BUDGET_MS);
	char first[AGENT_ID_SIZE], value[64];
	struct agent agent;

	agent_init(&agent, start_peer(&peer, SOCK_STREAM), &unix_endpoint, &options);
	ck_assert_int_eq(agent_ask(&agent, "guest-x", NULL), 0);
	ck_assert_int_eq(agent_run(&agent), 0);
	memcpy(first, agent.id, sizeof(first));
	ck_assert_int_eq(agent_ask(&agent, "guest-y", NULL), 0);
	ck_assert_int_eq(agent_run(&agent), 0);
	ck_assert_str_ne(first, agent.id);
	copy_value(&agent, value);
	ck_assert_str_eq(value, "2");
	agent_done(&agent);
	pthread_join(peer.thread, NULL);
}
END_TEST

START_TEST(without_a_question_there_is_no_reply)
{
	struct agent_options options = options_of(BUDGET_MS);
	struct agent agent;
	int value;

	agent_init(&agent, -1, &unix_endpoint, &options);
	ck_assert_ptr_null(agent_reply(&agent, &value));
	agent_done(&agent);
	ck_assert_int_eq(agent_ask(&agent, "guest-x", NULL), -ENOTCONN);
}
END_TEST

START_TEST(an_agent_that_refuses_an_id_is_asked_without)
{
	static const char refusal[] =
		STRAY SYNC "{\"error\": {\"class\": \"GenericError\", \"desc\": "
			   "\"QMP input object member 'id' is unexpected\"}}\n";
	struct peer peer = {.text = refusal,
		.text_len = strlen(refusal),
		.times = 1,
		.second_text = STRAY SYNC "{\"return\": 7}\n"};
	struct outcome outcome = exchange(&peer);

	ck_assert_int_eq(outcome.r, 0);
	ck_assert_str_eq(outcome.value, "7");
	ck_assert_ptr_nonnull(
		strstr(peer.request, "\n{\"execute\":\"guest-network-get-interfaces\"}\n"));
}
END_TEST

START_TEST(an_agent_that_refuses_an_id_twice_is_refused)
{
	static const char refusal[] = SYNC "{\"error\": {\"class\": \"GenericError\", \"desc\": "
					   "\"QMP input member 'id' is unexpected\"}}\n";
	struct peer peer = {
		.text = refusal, .text_len = strlen(refusal), .times = 1, .second_text = refusal};

	ck_assert_int_eq(exchange(&peer).r, -EBADMSG);
}
END_TEST

START_TEST(a_reply_before_the_request_is_skipped)
{
	struct peer peer = {.text = GOOD,
		.text_len = strlen(GOOD),
		.times = 1,
		.early_text =
			"{\"return\": 2}\n\xff{\"return\": 3}\n{\"return\": 4, \"id\": \"9\"}\n"};
	struct outcome outcome = exchange(&peer);

	ck_assert_int_eq(outcome.r, 0);
	ck_assert_str_eq(outcome.value, "1");
}
END_TEST

START_TEST(a_long_stale_tail_is_skipped)
{
	struct outcome outcome;
	size_t len = 200000;
	char *text = malloc(len + sizeof(GOOD));

	memset(text, '[', len);
	memcpy(text + len, GOOD, sizeof(GOOD));
	text[len - 1] = '\n';
	outcome = hear(text);
	free(text);
	ck_assert_int_eq(outcome.r, 0);
	ck_assert_str_eq(outcome.value, "1");
}
END_TEST

START_TEST(any_number_of_0xff_is_skipped)
{
	struct outcome outcome;
	size_t len = 65536;
	char *text = malloc(len + sizeof(GOOD));

	memset(text, 0xff, len);
	memcpy(text + len, GOOD, sizeof(GOOD));
	outcome = hear(text);
	free(text);
	ck_assert_int_eq(outcome.r, 0);
}
END_TEST

/* A line of `count` times `part`, between a beginning and an end. */
static struct outcome hear_repeated(
	const char *begin, const char *part, size_t count, const char *end)
{
	/* What a crowd of lines costs under a sanitizer is no matter of this test. */
	struct peer peer = {.times = 1, .budget_ms = 50 * BUDGET_MS};
	struct outcome outcome;
	char *text = NULL;
	FILE *stream = open_memstream(&text, &peer.text_len);

	fputs(begin, stream);
	for (size_t i = 0; i < count; i++)
		fputs(part, stream);
	fputs(end, stream);
	fclose(stream);
	peer.text = text;
	outcome = exchange(&peer);
	free(text);
	return outcome;
}

START_TEST(deep_wide_and_crowded_replies_are_refused_in_time)
{
	static const char begin[] = "{\"id\": \"$ID\", \"return\": ";

	ck_assert_int_eq(hear_repeated(begin, "[", 65536, "}\n").r, -EBADMSG);
	ck_assert_int_eq(hear_repeated(begin, "{\"a\":", 20000, "1}\n").r, -EBADMSG);
	ck_assert_int_eq(hear_repeated(begin, "1,", 450000, "1}\n").r, -EBADMSG);
	ck_assert_int_eq(
		hear_repeated("{\"id\": \"$ID\", \"return\": [{}", ",{}", 300000, "]}\n").r,
		-EBADMSG);
}
END_TEST

START_TEST(a_long_string_is_read_whole)
{
	struct outcome outcome =
		hear_repeated("{\"id\": \"$ID\", \"return\": \"", "x", 900000, "\"}\n");

	ck_assert_int_eq(outcome.r, 0);
}
END_TEST

/* Bounds. */

START_TEST(silence_ends_at_the_deadline)
{
	struct outcome outcome = hear("");

	ck_assert_int_eq(outcome.r, -ETIMEDOUT);
	ck_assert_int_ge(outcome.elapsed_ms, BUDGET_MS - 1);
}
END_TEST

START_TEST(a_reply_in_single_bytes_is_read)
{
	struct peer peer = {.text = STRAY SYNC GOOD,
		.text_len = strlen(STRAY SYNC GOOD),
		.times = 1,
		.drip_ms = 1};
	struct outcome outcome = exchange(&peer);

	ck_assert_int_eq(outcome.r, 0);
}
END_TEST

START_TEST(a_drip_of_bytes_does_not_extend_the_deadline)
{
	struct peer peer = {.text = "        ", .text_len = 8, .times = 100, .drip_ms = 10};

	ck_assert_int_eq(exchange(&peer).r, -ETIMEDOUT);
}
END_TEST

START_TEST(a_flood_ends_at_its_bound)
{
	static const char *const parts[] = {"x", "\n", "\xff", "{\"return\": {}}\n",
		"\xff{\"return\": 5}\n", "{\"return\": \"$ID\"}\n"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t count = 2 * AGENT_BYTES_MAX / strlen(parts[i]);

		ck_assert_int_eq(hear_repeated("", parts[i], count, "").r, -EMSGSIZE);
	}
}
END_TEST

START_TEST(a_connection_that_ends_within_a_reply_is_reset)
{
	static const size_t lengths[] = {0, 11, sizeof(GOOD) - 2};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct peer peer = {
			.text = GOOD, .text_len = lengths[i], .times = 1, .closes = true};

		ck_assert_int_eq(exchange(&peer).r, -ECONNRESET);
	}
}
END_TEST

START_TEST(a_peer_that_leaves_before_the_request_is_a_reset)
{
	struct peer peer = {.is_deaf = true, .closes = true};

	ck_assert_int_eq(exchange(&peer).r, -ECONNRESET);
}
END_TEST

static void add_questions(Suite *suite)
{
	TCase *tcase = tcase_create("questions");

	tcase_add_test(tcase, a_well_behaved_agent_is_understood);
	tcase_add_test(tcase, the_request_is_one_write_that_begins_with_ff);
	tcase_add_test(tcase, arguments_are_sent_and_too_long_ones_refused);
	tcase_add_test(tcase, a_text_is_quoted_for_json_or_refused);
	tcase_add_test(tcase, two_questions_on_one_connection_have_two_ids);
	tcase_add_test(tcase, without_a_question_there_is_no_reply);
	tcase_add_test(tcase, an_agent_that_refuses_an_id_is_asked_without);
	tcase_add_test(tcase, an_agent_that_refuses_an_id_twice_is_refused);
	suite_add_tcase(suite, tcase);
}

static void add_stale_lines(Suite *suite)
{
	TCase *tcase = tcase_create("stale lines");

	tcase_add_test(tcase, a_reply_before_the_request_is_skipped);
	tcase_add_test(tcase, a_long_stale_tail_is_skipped);
	tcase_add_test(tcase, any_number_of_0xff_is_skipped);
	tcase_add_test(tcase, deep_wide_and_crowded_replies_are_refused_in_time);
	tcase_add_test(tcase, a_long_string_is_read_whole);
	suite_add_tcase(suite, tcase);
}

static void add_bounds(Suite *suite)
{
	TCase *tcase = tcase_create("bounds");

	tcase_add_test(tcase, silence_ends_at_the_deadline);
	tcase_add_test(tcase, a_reply_in_single_bytes_is_read);
	tcase_add_test(tcase, a_drip_of_bytes_does_not_extend_the_deadline);
	tcase_add_test(tcase, a_flood_ends_at_its_bound);
	tcase_add_test(tcase, a_connection_that_ends_within_a_reply_is_reset);
	tcase_add_test(tcase, a_peer_that_leaves_before_the_request_is_a_reset);
	suite_add_tcase(suite, tcase);
}

int main(void)
{
	Suite *suite = suite_create("agent");
	SRunner *runner;
	int failed;

	add_questions(suite);
	add_stale_lines(suite);
	add_bounds(suite);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
