/* SPDX-License-Identifier: MIT */
#include "agent/agent_about.h"
#include "agent_peer.h"
#include "unit.h"

/* A refusal, which ends nothing. */
#define REFUSED "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}, \"id\": \"$ID\"}\n"

static struct agent_about about;

static int ask_about(struct peer *peer)
{
	struct agent_options options = options_of(BUDGET_MS);
	struct agent agent;
	int fd = start_peer(peer, SOCK_STREAM), r;

	options.takes_refusals = true;
	agent_init(&agent, fd, &unix_endpoint, &options);
	r = agent_about(&agent, &about);
	agent_done(&agent);
	pthread_join(peer->thread, NULL);
	return r;
}

START_TEST(the_members_of_three_replies_are_kept)
{
	static const char text[] =
		SYNC "{\"return\": {\"version\": \"7.2.0\", \"supported_commands\": []},"
		     " \"id\": \"$ID\"}\n";
	struct peer peer = {.text = text,
		.text_len = sizeof(text) - 1,
		.times = 1,
		.second_text = SYNC "{\"return\": {\"pretty-name\": \"A \\u001b[31m\","
				    " \"kernel-release\": 6, \"machine\": \"x86_64\"},"
				    " \"id\": \"$ID\"}\n",
		.closes = true};

	/* It leaves before the third question. */
	ck_assert_int_eq(ask_about(&peer), -ECONNRESET);
	ck_assert_str_eq(about.version, "7.2.0");
	ck_assert_str_eq(about.os, "A \033[31m");
	ck_assert_str_eq(about.kernel, "");
	ck_assert_str_eq(about.machine, "x86_64");
	ck_assert_str_eq(about.host_name, "");
}
END_TEST

START_TEST(a_refused_command_leaves_its_members_empty)
{
	static const char text[] = SYNC REFUSED;
	struct peer peer = {.text = text,
		.text_len = sizeof(text) - 1,
		.times = 1,
		.second_text = SYNC REFUSED,
		.closes = true};

	ck_assert_int_eq(ask_about(&peer), -ECONNRESET);
	ck_assert_str_eq(about.version, "");
	ck_assert_str_eq(about.os, "");
}
END_TEST

START_TEST(a_member_that_is_too_long_is_left_empty)
{
	static char text[2 * AGENT_ABOUT_SIZE + 200];
	struct peer peer = {.text = text, .times = 1, .closes = true};

	peer.text_len = (size_t)snprintf(text, sizeof(text),
		SYNC "{\"return\": {\"version\": \"%0*d\"}, \"id\": \"$ID\"}\n", AGENT_ABOUT_SIZE,
		1);
	ck_assert_int_eq(ask_about(&peer), -ECONNRESET);
	ck_assert_str_eq(about.version, "");
}
END_TEST

int main(void)
{
	UNIT_RUN("agent_about", the_members_of_three_replies_are_kept,
		a_refused_command_leaves_its_members_empty,
		a_member_that_is_too_long_is_left_empty);
}
