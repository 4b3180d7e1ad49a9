/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "answer_text.h"
#include "base/deadline.h"
#include "command.h"
#include "monitor/vm_monitor.h"
#include "output.h"

#define MS_PER_S 1000
/* While a VM is waited for: of one question, and between two. */
#define ROUND_MS 3000
#define PAUSE_MS 300

enum wanted_source { WANTED_BELIEVED, WANTED_ONE, WANTED_EACH };

struct ip_request {
	const char *name;
	int family;
	bool wants_all, wants_json;
	bool waits;
	int wait_s;
	enum wanted_source wanted;
	enum source_id source; /* with WANTED_ONE */
};

static int parse_source(const char *text, struct ip_request *request)
{
	if (text != NULL && strcmp(text, "all") == 0) {
		request->wanted = WANTED_EACH;
		return EXIT_OK;
	}
	for (int s = 0; text != NULL && s < SOURCE_COUNT; s++) {
		if (strcmp(text, config_source_name((enum source_id)s)) != 0)
			continue;
		request->wanted = WANTED_ONE;
		request->source = (enum source_id)s;
		return EXIT_OK;
	}
	fputs("qemuvm: --source takes agent, lease, neighbour or all\n", stderr);
	return EXIT_USAGE;
}

static int parse_option(int option, struct ip_request *request)
{
	switch (option) {
	case '4':
		request->family = AF_INET;
		return EXIT_OK;
	case '6':
		request->family = AF_INET6;
		return EXIT_OK;
	case 'a':
		request->wants_all = true;
		return EXIT_OK;
	case 'j':
		request->wants_json = true;
		return EXIT_OK;
	case 's':
		return parse_source(optarg, request);
	case 'w':
		request->waits = true;
		return command_seconds(optarg, &request->wait_s) ? EXIT_OK : EXIT_USAGE;
	default:
		return EXIT_USAGE;
	}
}

static int parse(int argc, char **argv, struct ip_request *request)
{
	static const struct option options[] = {
		{"all", no_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"source", required_argument, NULL, 's'},
		{"wait", optional_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = command_option(argc, argv, ":46", options)) != COMMAND_OPTIONS_END)
		if (parse_option(option, request) != EXIT_OK)
			return EXIT_USAGE;
	if (command_operands(argc, argv, 1, &request->name) < 0)
		return EXIT_USAGE;
	if (request->name == NULL)
		return command_usage("ip");
	return EXIT_OK;
}

/*
 * The best one, unless all are wanted: of both families IPv4, since it also stands in a URL as it
 * is.
 */
static void print_addresses(const struct resolver_answer *answer, bool wants_all)
{
	char text[ADDRESS_TEXT_MAX];
	size_t best = 0;

	while (best < answer->address_count && answer->addresses[best].family != AF_INET)
		best++;
	if (best == answer->address_count)
		best = 0;
	for (size_t i = 0; i < answer->address_count; i++)
		if (wants_all || i == best)
			puts(address_format(&answer->addresses[i], text));
}

/* Is an address worth waiting for? A VM that boots has one of its families before the other. */
static bool may_come(const struct resolver_answer *answer)
{
	return answer->outcome == RESOLVER_NOT_YET ||
	       (answer->outcome == RESOLVER_NO_ADDRESS && answer->reason != RESOLVER_USER_MODE);
}

static const struct resolver_answer *ask(
	const struct ip_request *request, struct resolver_claims *claims)
{
	static const enum source_id all[SOURCE_COUNT] = {
		SOURCE_AGENT, SOURCE_LEASE, SOURCE_NEIGHBOUR};
	static struct resolver_answer answer;
	struct resolver_question question = {
		.name = request->name,
		.family = request->family,
		.want_scope_id = true,
		.wait_for_boot = request->waits,
		.query_monitor = vm_monitor_query,
		.no_cache = request->wanted != WANTED_BELIEVED,
		.claims = claims,
	};
	struct deadline deadline =
		deadline_after_ms(request->waits ? request->wait_s * MS_PER_S : 0);
	int left;

	if (request->wanted == WANTED_EACH) {
		question.sources = all;
		question.source_count = SOURCE_COUNT;
	} else if (request->wanted == WANTED_ONE) {
		question.sources = &request->source;
		question.source_count = 1;
	}
	do {
		left = deadline_left_ms(deadline);
		question.budget_ms = request->waits && left < ROUND_MS ? left : 0;
		host_forget(command_host());
		resolver_ask(command_host(), &question, &answer);
		left = deadline_left_ms(deadline);
		if (left > 0 && may_come(&answer))
			poll(NULL, 0, left < PAUSE_MS ? left : PAUSE_MS);
	} while (may_come(&answer) && !deadline_is_past(deadline));
	return &answer;
}

static int print_answer(const struct ip_request *request)
{
	const struct resolver_answer *answer = ask(request, NULL);

	if (request->wants_json && answer->outcome != RESOLVER_NO_VM) {
		answer_json(stdout, answer, "");
		putchar('\n');
	}
	if (answer->outcome != RESOLVER_ADDRESSES)
		return command_explain(request->name, answer);
	if (!request->wants_json)
		print_addresses(answer, request->wants_all);
	return EXIT_OK;
}

/* "lease      192.0.2.5 2001:db8::5", or why not. */
static void print_source(enum source_id source, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];

	printf("%-10s", config_source_name(source));
	if (answer->outcome != RESOLVER_ADDRESSES)
		printf(" -  (%s)", resolver_explain(answer, text));
	for (size_t i = 0; i < answer->address_count; i++)
		printf(" %s", address_format(&answer->addresses[i], text));
	putchar('\n');
}

/* Each source alone, whether the configuration asks it or not. */
static int print_each_source(const struct ip_request *request)
{
	static struct resolver_claims claims[SOURCE_COUNT];
	const struct resolver_answer *answer = ask(request, claims);

	if (answer->outcome == RESOLVER_NO_VM)
		return command_explain(request->name, answer);
	for (int s = 0; s < SOURCE_COUNT; s++)
		print_source((enum source_id)s, &claims[s].answer);
	return answer->outcome == RESOLVER_ADDRESSES ? EXIT_OK : EXIT_NO_ADDRESS;
}

int command_ip(int argc, char **argv)
{
	struct ip_request request = {.family = AF_UNSPEC, .wait_s = command_config()->wait_s};
	int status = parse(argc, argv, &request);

	if (status != EXIT_OK)
		return status;
	return request.wanted == WANTED_EACH ? print_each_source(&request) : print_answer(&request);
}
