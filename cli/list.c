/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command.h"
#include "deadline.h"
#include "output.h"

/* A person begins to wonder after a second. */
#define PROGRESS_AFTER_NS INT64_C(1000000000)

struct progress {
	int64_t begin_ns;
	bool is_shown;
};

static void show_progress(void *context, size_t answered, size_t count)
{
	struct progress *progress = context;

	if (deadline_now_ns() - progress->begin_ns < PROGRESS_AFTER_NS)
		return;
	fprintf(stderr, "\rasked %zu guest agents, %zu answered", count, answered);
	progress->is_shown = true;
}

/* The line, and back to its beginning. */
static void erase_progress(const struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
}

/* One descriptor for each VM is open while all are asked. */
static void allow_many_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int ask_all(struct resolver_answer **ret_answers)
{
	struct progress state = {.begin_ns = deadline_now_ns()};
	struct resolver_progress progress = {show_progress, &state};
	int count;

	allow_many_descriptors();
	count = resolver_ask_all(
		command_config(), 0, isatty(STDERR_FILENO) ? &progress : NULL, ret_answers);
	erase_progress(&state);
	return count;
}

static void print_json_addresses(const struct resolver_answer *answer)
{
	char text[ADDRESS_TEXT_MAX];

	putchar('[');
	for (size_t i = 0; i < answer->address_count; i++) {
		if (i > 0)
			fputs(", ", stdout);
		output_json(stdout, address_format(&answer->addresses[i], text));
	}
	putchar(']');
}

static void print_json_vm(const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];

	fputs("  {\"vm-id\": ", stdout);
	output_json(stdout, answer->id);
	fputs(", \"host\": ", stdout);
	output_json(stdout, answer->host);
	fputs(", \"ip-addresses\": ", stdout);
	print_json_addresses(answer);
	fputs(", \"source\": ", stdout);
	if (answer->outcome == RESOLVER_ADDRESSES) {
		output_json(stdout, config_source_name(answer->source));
		fputs(", \"hint\": null", stdout);
	} else {
		fputs("null, \"hint\": ", stdout);
		output_json(stdout, resolver_explain(answer, text));
	}
	if (answer->pid > 0)
		printf(", \"pid\": %d}", (int)answer->pid);
	else
		fputs(", \"pid\": null}", stdout);
}

static void print_json(const struct resolver_answer *answers, int count)
{
	puts("[");
	for (int i = 0; i < count; i++) {
		print_json_vm(&answers[i]);
		puts(i + 1 < count ? "," : "");
	}
	puts("]");
}

static void print_row(const struct resolver_answer *answer, int width)
{
	char text[RESOLVER_TEXT_SIZE], name[NAME_VM_SIZE];

	/* Spelled as it is typed, which is safe to show. */
	name_spell(answer->id, name);
	printf("%-*s  ", width, name);
	if (answer->outcome != RESOLVER_ADDRESSES) {
		printf("-  (%s)\n", resolver_explain(answer, text));
		return;
	}
	for (size_t i = 0; i < answer->address_count; i++)
		printf("%s%s", i > 0 ? " " : "", address_format(&answer->addresses[i], text));
	printf("  (%s)\n", config_source_name(answer->source));
}

static void print_table(const struct resolver_answer *answers, int count)
{
	int width = 0;

	for (int i = 0; i < count; i++) {
		char name[NAME_VM_SIZE];
		int len = (int)name_spell(answers[i].id, name);

		width = len > width ? len : width;
	}
	for (int i = 0; i < count; i++)
		print_row(&answers[i], width);
	if (count == 0)
		fputs("qemuvm: no VM found (qemuvm doctor says where was looked)\n", stderr);
}

int command_list(int argc, char **argv)
{
	static const char *const options[] = {"--json", "--help", NULL};
	struct resolver_answer *answers = NULL;
	bool as_json = false;
	int count;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") != 0)
			return command_unknown_option(argv[i], options);
		as_json = true;
	}
	count = ask_all(&answers);
	if (count < 0) {
		fprintf(stderr, "qemuvm: cannot look for VMs: %s\n", strerror(-count));
		return EXIT_NO_ADDRESS;
	}
	if (as_json)
		print_json(answers, count);
	else
		print_table(answers, count);
	free(answers);
	return EXIT_OK;
}
