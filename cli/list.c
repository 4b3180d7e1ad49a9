/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer_text.h"
#include "base/deadline.h"
#include "cli/export/export.h"
#include "command.h"
#include "list_all.h"
#include "list_table.h"
#include "output.h"
#include "terminal.h"

/* Between two looks, while something is waited for. */
#define PAUSE_MS  1000
#define MS_PER_S  1000
#define NO_VM_YET "qemuvm: no VM found (qemuvm doctor says where was looked)\n"

enum list_form { LIST_TABLE, LIST_JSON, LIST_PLAIN, LIST_NAMES };

struct list_request {
	enum list_form form;
	bool waits, watches;
	int wait_s;
};

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

/* Fields with a tab between them, which none of them holds. */
static void print_plain(FILE *stream, const struct resolver_answer *answers, int count)
{
	for (int i = 0; i < count; i++) {
		const struct resolver_answer *answer = &answers[i];
		char name[NAME_VM_SIZE], text[RESOLVER_TEXT_SIZE], network[ANSWER_NETWORK_SIZE];
		char address[ADDRESS_TEXT_MAX];

		name_spell(answer->vm.id, name);
		fprintf(stream, "%s\t", name);
		for (size_t j = 0; j < answer->address_count; j++)
			fprintf(stream, "%s%s", j > 0 ? "," : "",
				address_format(&answer->addresses[j], address));
		fprintf(stream, "%s\t%s\t%s\t%" PRId64 "\t%s\n",
			answer->address_count == 0 ? "-" : "",
			or_dash(answer_network(answer, network)), or_dash(answer_source(answer)),
			answer_started(answer), or_dash(answer_hint(answer, text)));
	}
}

/* As they are typed, for a shell that completes them. */
static void print_names(FILE *stream, const struct resolver_answer *answers, int count)
{
	char name[NAME_VM_SIZE];

	for (int i = 0; i < count; i++) {
		name_spell(answers[i].vm.id, name);
		fprintf(stream, "%s\n", name);
	}
}

static void print(
	FILE *stream, enum list_form form, const struct resolver_answer *answers, int count)
{
	switch (form) {
	case LIST_JSON:
		export_json(stream, &(struct export_vms){answers, count});
		break;
	case LIST_PLAIN:
		print_plain(stream, answers, count);
		break;
	case LIST_NAMES:
		print_names(stream, answers, count);
		break;
	default:
		list_table_print(stream, answers, count, terminal_width());
		break;
	}
}

static int ask(const struct list_request *request, struct resolver_answer **ret_answers)
{
	return request->form == LIST_NAMES ? list_all_known(command_host(), ret_answers)
					   : list_all(command_host(), ret_answers);
}

/* How many may get an address yet: one behind a user-mode network never does. */
static int count_waiting(const struct resolver_answer *answers, int count)
{
	int waiting = 0;

	for (int i = 0; i < count; i++)
		waiting += answers[i].outcome == RESOLVER_NOT_YET;
	return waiting;
}

static void show_waiting(int waiting, int count)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[Kwaiting for the addresses of %d of %d VMs", waiting,
			count);
}

static void erase_waiting(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* Asks again until every VM has what it can have, or the time is over. */
static int ask_until_all(const struct list_request *request, struct resolver_answer **ret_answers)
{
	struct deadline deadline = deadline_after_ms(request->wait_s * MS_PER_S);
	int count = ask(request, ret_answers), waiting;

	while (count >= 0 && (waiting = count_waiting(*ret_answers, count)) > 0 &&
		!deadline_is_past(deadline)) {
		show_waiting(waiting, count);
		poll(NULL, 0,
			deadline_left_ms(deadline_earlier(deadline, deadline_after_ms(PAUSE_MS))));
		free(*ret_answers);
		count = ask(request, ret_answers);
	}
	erase_waiting();
	return count;
}

static int list_once(const struct list_request *request)
{
	struct resolver_answer *answers;
	int count = request->waits ? ask_until_all(request, &answers) : ask(request, &answers);
	bool is_short;

	if (count < 0)
		return EXIT_NO_ADDRESS;
	is_short = request->waits && count_waiting(answers, count) > 0;
	print(stdout, request->form, answers, count);
	if (count == 0 && request->form == LIST_TABLE)
		fputs(NO_VM_YET, stderr);
	free(answers);
	return is_short ? EXIT_NO_ADDRESS : EXIT_OK;
}

/* What a person who watches sees. */
static void print_watched(
	const void *context, FILE *stream, const struct resolver_answer *answers, int count)
{
	const struct list_request *request = context;

	print(stream, request->form, answers, count);
	if (count == 0 && request->form == LIST_TABLE)
		fputs("no VM found\n", stream);
}

/* On a terminal in the place of what was there, elsewhere below it. */
static bool show(const char *text, bool is_first)
{
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	else if (!is_first)
		putchar('\n');
	fputs(text, stdout);
	return output_finish();
}

/* Until it is interrupted, or nobody reads any more. */
static int watch(const struct list_request *request)
{
	const struct list_all_form form = {print_watched, request};
	/* Nothing is asked of it but whether it is still there. */
	struct pollfd reader = {.fd = STDOUT_FILENO};
	char *shown = NULL, *text;

	while ((text = list_all_render(command_host(), &form)) != NULL) {
		bool is_new = shown == NULL || strcmp(text, shown) != 0;

		if (is_new && !show(text, shown == NULL)) {
			free(text);
			break;
		}
		free(shown);
		shown = text;
		if (poll(&reader, 1, PAUSE_MS) > 0)
			break;
	}
	free(shown);
	return EXIT_NO_ADDRESS;
}

int command_list(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"plain", no_argument, NULL, 'p'},
		{"names", no_argument, NULL, 'n'},
		{"wait", optional_argument, NULL, 'w'},
		{"watch", no_argument, NULL, 'W'},
		{NULL, 0, NULL, 0},
	};
	struct list_request request = {.form = LIST_TABLE, .wait_s = command_config()->wait_s};
	int option;

	while ((option = command_option(argc, argv, ":", options)) != COMMAND_OPTIONS_END) {
		if (option == 'j')
			request.form = LIST_JSON;
		else if (option == 'p')
			request.form = LIST_PLAIN;
		else if (option == 'n')
			request.form = LIST_NAMES;
		else if (option == 'W')
			request.watches = true;
		else if (option != 'w' || !command_seconds(optarg, &request.wait_s))
			return EXIT_USAGE;
		request.waits |= option == 'w';
	}
	if (command_operands(argc, argv, 0, NULL) < 0)
		return EXIT_USAGE;
	return request.watches ? watch(&request) : list_once(&request);
}
