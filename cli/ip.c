/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"

struct ip_request {
	const char *name;
	int family;
	bool wants_all;
};

static int parse(int argc, char **argv, struct ip_request *ret_request)
{
	static const char *const options[] = {"-4", "-6", "--all", "--help", NULL};
	struct ip_request request = {.family = AF_UNSPEC};

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "-4") == 0)
			request.family = AF_INET;
		else if (strcmp(argv[i], "-6") == 0)
			request.family = AF_INET6;
		else if (strcmp(argv[i], "--all") == 0)
			request.wants_all = true;
		else if (argv[i][0] == '-' || request.name != NULL)
			return command_unknown_option(argv[i], options);
		else
			request.name = argv[i];
	}
	if (request.name == NULL) {
		fputs("usage: qemuvm ip [-4|-6] [--all] NAME\n", stderr);
		return EXIT_USAGE;
	}
	*ret_request = request;
	return EXIT_OK;
}

static void print_addresses(const struct resolver_answer *answer, bool wants_all)
{
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < (wants_all ? answer->address_count : 1); i++)
		puts(address_format(&answer->addresses[i], text));
}

static int explain(const char *name, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];

	fputs("qemuvm: ", stderr);
	output_text(stderr, name);
	fprintf(stderr, ": %s\n", resolver_explain(answer, text));
	return answer->outcome == RESOLVER_NO_VM ? EXIT_NO_VM : EXIT_NO_ADDRESS;
}

int command_ip(int argc, char **argv)
{
	struct resolver_question question = {.takes_scope = true};
	struct resolver_answer answer;
	struct ip_request request = {.family = AF_UNSPEC};
	int status = parse(argc, argv, &request);

	if (status != EXIT_OK)
		return status;
	question.name = request.name;
	question.family = request.family;
	resolver_ask(command_config(), &question, &answer);
	if (answer.outcome != RESOLVER_ADDRESSES)
		return explain(request.name, &answer);
	print_addresses(&answer, request.wants_all);
	return EXIT_OK;
}
