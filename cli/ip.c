/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "answer_text.h"
#include "base/deadline.h"
#include "command.h"
#include "output.h"

#define MS_PER_S 1000
/* One question, and the pause before the next, while waiting for a VM. */
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

static bool ip_parse_source(const char *text, struct ip_request *request)
{
	request->wanted = strcmp(text, "all") == 0 ? WANTED_EACH : WANTED_ONE;
	for (int s = 0; s < SOURCE_COUNT; s++) {
		request->source = (enum source_id)s;
		if (request->wanted == WANTED_EACH ||
			strcmp(text, config_source_name(request->source)) == 0)
			return true;
	}
	fputs("qemuvm: --source must be agent, lease, neighbour or all\n", stderr);
	return false;
}

static int ip_parse(int argc, char **argv, struct ip_request *request)
{
	static const struct option options[] = {
		{"all", no_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"source", required_argument, NULL, 's'},
		{"wait", optional_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = command_option(argc, argv, ":46", options)) != COMMAND_OPTIONS_END) {
		if (option == COMMAND_OPTION_BAD)
			return EXIT_USAGE;
		if (option == '4')
			request->family = AF_INET;
		if (option == '6')
			request->family = AF_INET6;
		request->wants_all |= option == 'a';
		request->wants_json |= option == 'j';
		request->waits |= option == 'w';
		if (option == 's' && !ip_parse_source(optarg, request))
			return EXIT_USAGE;
		if (option == 'w' && !command_seconds(optarg, &request->wait_s))
			return EXIT_USAGE;
	}
	if (command_operands(argc, argv, 1, &request->name) < 0)
		return EXIT_USAGE;
	return request->name == NULL ? command_usage("ip") : EXIT_OK;
}

/* Asks until there is an address, if the request waits for one. */
static const struct resolver_answer *ip_ask(
	const struct ip_request *request, struct resolver_claims *claims)
{
	static const enum source_id all[SOURCE_COUNT] = {
		SOURCE_AGENT, SOURCE_LEASE, SOURCE_NEIGHBOUR};
	static struct resolver_answer answer;
	struct resolver_question question = {
		.name = request->name,
		.family = request->family,
		.wait_for_boot = request->waits,
		.no_cache = request->wanted != WANTED_BELIEVED,
		.claims = claims,
	};
	struct deadline deadline =
		deadline_after_ms(request->waits ? request->wait_s * MS_PER_S : 0);

	if (request->wanted == WANTED_EACH) {
		question.sources = all;
		question.source_count = SOURCE_COUNT;
	} else if (request->wanted == WANTED_ONE) {
		question.sources = &request->source;
		question.source_count = 1;
	}
	do {
		int left = deadline_left_ms(deadline);

		question.budget_ms = request->waits && left < ROUND_MS ? left : 0;
		host_forget(command_host());
		command_ask(command_host(), question, &answer);
		/* A VM that boots may have an address of only one family so far. */
		if (answer.outcome == RESOLVER_ADDRESSES || answer.outcome == RESOLVER_NO_VM ||
			answer.reason == REASON_USER_MODE)
			break;
		left = deadline_left_ms(deadline);
		poll(NULL, 0, left < PAUSE_MS ? left : PAUSE_MS);
	} while (!deadline_is_past(deadline));
	return &answer;
}

static int ip_print_answer(const struct ip_request *request)
{
	const struct resolver_answer *answer = ip_ask(request, NULL);
	char text[ADDRESS_TEXT_MAX];
	size_t best = 0;

	if (request->wants_json && answer->outcome != RESOLVER_NO_VM) {
		answer_json(stdout, answer, "");
		putchar('\n');
	}
	if (answer->outcome != RESOLVER_ADDRESSES)
		return command_explain(request->name, answer);
	/* IPv4 first, because it can be put into a URL as it is. */
	while (best < answer->address_count && answer->addresses[best].family != AF_INET)
		best++;
	if (best == answer->address_count)
		best = 0;
	for (size_t i = 0; i < answer->address_count && !request->wants_json; i++)
		if (request->wants_all || i == best)
			puts(address_format(&answer->addresses[i], text));
	return EXIT_OK;
}

/* Each source alone, even if the configuration does not use it: "lease      192.0.2.5 2001:db8::5",
 * or why it has no address. */
static int ip_print_each_source(const struct ip_request *request)
{
	static struct resolver_claims claims[SOURCE_COUNT];
	const struct resolver_answer *answer = ip_ask(request, claims);
	char text[RESOLVER_TEXT_SIZE];

	if (answer->outcome == RESOLVER_NO_VM)
		return command_explain(request->name, answer);
	for (int s = 0; s < SOURCE_COUNT; s++) {
		const struct resolver_answer *claimed = &claims[s].answer;

		printf("%-10s", config_source_name((enum source_id)s));
		if (claimed->outcome != RESOLVER_ADDRESSES)
			printf(" -  (%s)", resolver_explain(claimed, text));
		for (size_t i = 0; i < claimed->address_count; i++)
			printf(" %s", address_format(&claimed->addresses[i], text));
		putchar('\n');
	}
	return answer->outcome == RESOLVER_ADDRESSES ? EXIT_OK : EXIT_NO_ADDRESS;
}

int command_ip(int argc, char **argv)
{
	struct ip_request request = {.family = AF_UNSPEC, .wait_s = command_config()->wait_s};
	int status = ip_parse(argc, argv, &request);

	if (status != EXIT_OK)
		return status;
	if (request.wanted == WANTED_EACH)
		return ip_print_each_source(&request);
	return ip_print_answer(&request);
}
