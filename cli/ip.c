/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"
#include "vm_monitor.h"

#define USAGE "usage: qemuvm ip [-4|-6] [--all] [--source agent|lease|neighbour|all] NAME\n"

enum wanted_source { WANTED_BELIEVED, WANTED_ONE, WANTED_EACH };

struct ip_request {
	const char *name;
	int family;
	bool wants_all;
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

static int parse(int argc, char **argv, struct ip_request *ret_request)
{
	static const char *const options[] = {"-4", "-6", "--all", "--source", "--help", NULL};
	struct ip_request request = {.family = AF_UNSPEC};

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "-4") == 0) {
			request.family = AF_INET;
		} else if (strcmp(argv[i], "-6") == 0) {
			request.family = AF_INET6;
		} else if (strcmp(argv[i], "--all") == 0) {
			request.wants_all = true;
		} else if (strcmp(argv[i], "--source") == 0) {
			if (parse_source(argv[++i], &request) != EXIT_OK)
				return EXIT_USAGE;
		} else if (strncmp(argv[i], "--source=", 9) == 0) {
			if (parse_source(argv[i] + 9, &request) != EXIT_OK)
				return EXIT_USAGE;
		} else if (argv[i][0] == '-' || request.name != NULL) {
			return command_unknown_option(argv[i], options);
		} else {
			request.name = argv[i];
		}
	}
	if (request.name == NULL) {
		fputs(USAGE, stderr);
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

static const struct resolver_answer *ask(
	const struct ip_request *request, const struct config *config)
{
	static struct resolver_answer answer;
	struct resolver_question question = {
		.name = request->name,
		.family = request->family,
		.takes_scope = true,
		.learn = vm_monitor_learn,
	};

	resolver_ask(config, &question, &answer);
	return &answer;
}

static int print_answer(const struct ip_request *request, const struct config *config)
{
	const struct resolver_answer *answer = ask(request, config);

	if (answer->outcome != RESOLVER_ADDRESSES)
		return explain(request->name, answer);
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
static int print_each_source(const struct ip_request *request, struct config *config)
{
	int status = EXIT_NO_ADDRESS;

	for (int s = 0; s < SOURCE_COUNT; s++) {
		const struct resolver_answer *answer;

		config_keep_source(config, (enum source_id)s);
		answer = ask(request, config);
		if (answer->outcome == RESOLVER_NO_VM)
			return explain(request->name, answer);
		print_source((enum source_id)s, answer);
		if (answer->outcome == RESOLVER_ADDRESSES)
			status = EXIT_OK;
	}
	return status;
}

int command_ip(int argc, char **argv)
{
	static struct config config;
	struct ip_request request = {.family = AF_UNSPEC};
	int status = parse(argc, argv, &request);

	if (status != EXIT_OK)
		return status;
	config = *command_config();
	if (request.wanted != WANTED_BELIEVED)
		config_drop_cache(&config);
	if (request.wanted == WANTED_EACH)
		return print_each_source(&request, &config);
	if (request.wanted == WANTED_ONE)
		config_keep_source(&config, request.source);
	return print_answer(&request, &config);
}
