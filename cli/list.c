/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "answer_text.h"
#include "base/deadline.h"
#include "command.h"
#include "list_all.h"
#include "list_table.h"
#include "output.h"

/* Between two rounds of --wait or --watch. */
#define PAUSE_MS 1000
#define MS_PER_S 1000

struct list_request {
	void (*print)(FILE *stream, const struct answer_list *answers);
	enum list_all_cache cache;
	bool waits, watches;
	int wait_s;
};

static void list_print_table(FILE *stream, const struct answer_list *answers)
{
	struct winsize size;
	/* If stdout is no terminal, nothing is cut. */
	bool has_width = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) >= 0;

	list_table_print(stream, answers, has_width ? size.ws_col : 0);
}

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

/* Fields separated by tabs; no field contains a tab. */
static void list_print_plain(FILE *stream, const struct answer_list *answers)
{
	for (int i = 0; i < answers->count; i++) {
		const struct resolver_answer *answer = &answers->list[i];
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

/* As a person types them, for the completion of shells. */
static void list_print_names(FILE *stream, const struct answer_list *answers)
{
	char name[NAME_HOST_SIZE];

	for (int i = 0; i < answers->count; i++)
		if (list_all_name(&answers->list[i], name))
			fprintf(stream, "%s\n", name);
}

static int list_once(const struct list_request *request)
{
	struct deadline deadline =
		deadline_after_ms(request->waits ? request->wait_s * MS_PER_S : 0);
	bool is_told = false;
	struct answer_list answers;
	int waiting;

	for (;;) {
		int left_ms;

		if (list_all(command_host(), request->cache, &answers) < 0)
			return EXIT_NO_ADDRESS;
		/* A VM behind a user-mode network never gets an address. */
		waiting = 0;
		for (int i = 0; i < answers.count; i++)
			waiting += answers.list[i].outcome == RESOLVER_NOT_YET;
		if (waiting == 0 || deadline_is_past(deadline))
			break;
		if (isatty(STDERR_FILENO)) {
			fprintf(stderr, "\r\033[Kwaiting for the addresses of %d of %d VMs",
				waiting, answers.count);
			is_told = true;
		}
		left_ms = deadline_left_ms(deadline);
		poll(NULL, 0, left_ms < PAUSE_MS ? left_ms : PAUSE_MS);
		free(answers.list);
		host_forget(command_host());
	}
	if (is_told)
		fputs("\r\033[K", stderr);
	request->print(stdout, &answers);
	if (answers.count == 0 && request->print == list_print_table)
		fputs("qemuvm: no VM found (see `qemuvm doctor`)\n", stderr);
	free(answers.list);
	return request->waits && waiting > 0 ? EXIT_NO_ADDRESS : EXIT_OK;
}

/* Until it is interrupted, or the reader has closed stdout. */
static int list_watch(const struct list_request *request)
{
	struct pollfd reader = {.fd = STDOUT_FILENO}; /* for POLLERR alone */
	bool is_first = true;
	char *text = NULL;
	int r;

	while ((r = list_all_refresh(request->print, false, &text)) >= 0) {
		/* A terminal shows the list in place, a file keeps the old ones. */
		if (r > 0 && isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		else if (r > 0 && !is_first)
			putchar('\n');
		if (r > 0 && text[0] == '\0' && request->print == list_print_table)
			puts("no VM found");
		else if (r > 0)
			fputs(text, stdout);
		is_first = false;
		if (!output_finish() || poll(&reader, 1, PAUSE_MS) > 0)
			break;
	}
	free(text);
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
	struct list_request request = {
		.print = list_print_table, .wait_s = command_config()->wait_s};
	int option;

	while ((option = command_option(argc, argv, ":", options)) != COMMAND_OPTIONS_END) {
		if (option == 'j')
			request.print = answer_json_list;
		else if (option == 'p')
			request.print = list_print_plain;
		else if (option == 'n')
			request.print = list_print_names;
		else if (option == 'W')
			request.watches = true;
		else if (option != 'w' || !command_seconds(optarg, &request.wait_s))
			return EXIT_USAGE;
		request.waits |= option == 'w';
	}
	if (command_operands(argc, argv, 0, NULL) < 0)
		return EXIT_USAGE;
	if (request.print == list_print_names)
		request.cache = LIST_ALL_CACHE_ONLY;
	return request.watches ? list_watch(&request) : list_once(&request);
}
