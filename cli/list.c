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
#include "vm_monitor.h"

/* A person begins to wonder after a second. */
#define PROGRESS_AFTER_NS INT64_C(1000000000)

/* Of all addresses of an answer, with spaces. */
#define ADDRESSES_TEXT_SIZE ((size_t)ANSWER_ADDRESSES_MAX * (ADDRESS_TEXT_MAX + 1))

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

enum list_form { LIST_TABLE, LIST_JSON, LIST_NAMES };

static int ask_all(enum list_form form, struct resolver_answer **ret_answers)
{
	struct progress progress = {.begin_ns = deadline_now_ns()};
	struct resolver_survey survey = {
		.asks_nobody = form == LIST_NAMES,
		.learn = form == LIST_NAMES ? NULL : vm_monitor_learn,
		.show_progress = isatty(STDERR_FILENO) ? show_progress : NULL,
		.context = &progress,
	};
	int count;

	allow_many_descriptors();
	count = resolver_ask_all(command_config(), &survey, ret_answers);
	erase_progress(&progress);
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

static void print_json_names(const struct resolver_answer *answer)
{
	putchar('[');
	for (unsigned int i = 0; i < answer->name_count; i++) {
		if (i > 0)
			fputs(", ", stdout);
		output_json(stdout, answer->names[i]);
	}
	putchar(']');
}

/* Why there is no address, or why the guest's agent is not the one who named it; or NULL. */
static const char *hint_of(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE])
{
	if (answer->outcome != RESOLVER_ADDRESSES)
		return resolver_explain(answer, text);
	if (answer->agent_reason != RESOLVER_OK)
		return resolver_explain_agent(answer, text);
	return NULL;
}

static void print_json_text(const char *key, const char *text)
{
	printf(", \"%s\": ", key);
	if (text == NULL)
		fputs("null", stdout);
	else
		output_json(stdout, text);
}

static void print_json_vm(const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];
	bool has_address = answer->outcome == RESOLVER_ADDRESSES;

	fputs("  {\"vm-id\": ", stdout);
	output_json(stdout, answer->id);
	print_json_text("host", answer->host);
	fputs(", \"names\": ", stdout);
	print_json_names(answer);
	fputs(", \"ip-addresses\": ", stdout);
	print_json_addresses(answer);
	print_json_text("source", has_address ? config_source_name(answer->source) : NULL);
	print_json_text("hint", hint_of(answer, text));
	print_json_text("agent-socket", answer->socket[0] != '\0' ? answer->socket : NULL);
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

/* The columns of the table but the last, whose text may be as long as it likes. */
struct widths {
	int name, addresses, source;
};

static const struct widths heading = {
	sizeof("NAME") - 1, sizeof("ADDRESSES") - 1, sizeof("SOURCE") - 1};

/* Returns the length. */
static int format_addresses(
	const struct resolver_answer *answer, char text[static ADDRESSES_TEXT_SIZE])
{
	char address[ADDRESS_TEXT_MAX];
	int len = 0;

	if (answer->address_count == 0)
		return snprintf(text, ADDRESSES_TEXT_SIZE, "-");
	for (size_t i = 0; i < answer->address_count; i++)
		len += snprintf(text + len, ADDRESSES_TEXT_SIZE - (size_t)len, "%s%s",
			i > 0 ? " " : "", address_format(&answer->addresses[i], address));
	return len;
}

static const char *source_of(const struct resolver_answer *answer)
{
	return answer->outcome == RESOLVER_ADDRESSES ? config_source_name(answer->source) : "-";
}

static void widen(int *width, int len)
{
	if (len > *width)
		*width = len;
}

static struct widths measure(const struct resolver_answer *answers, int count)
{
	char addresses[ADDRESSES_TEXT_SIZE], name[NAME_VM_SIZE];
	struct widths widths = heading;

	for (int i = 0; i < count; i++) {
		widen(&widths.name, (int)name_spell(answers[i].id, name));
		widen(&widths.addresses, format_addresses(&answers[i], addresses));
		widen(&widths.source, (int)strlen(source_of(&answers[i])));
	}
	return widths;
}

static void print_row(const struct resolver_answer *answer, struct widths widths)
{
	char text[RESOLVER_TEXT_SIZE], addresses[ADDRESSES_TEXT_SIZE], name[NAME_VM_SIZE];
	const char *hint = hint_of(answer, text);

	/* Spelled as it is typed, which is safe to show. */
	name_spell(answer->id, name);
	format_addresses(answer, addresses);
	if (hint == NULL)
		printf("%-*s  %-*s  %s\n", widths.name, name, widths.addresses, addresses,
			source_of(answer));
	else
		printf("%-*s  %-*s  %-*s  %s\n", widths.name, name, widths.addresses, addresses,
			widths.source, source_of(answer), hint);
}

static void print_table(const struct resolver_answer *answers, int count)
{
	struct widths widths = measure(answers, count);

	if (count > 0)
		printf("%-*s  %-*s  %-*s  HINT\n", widths.name, "NAME", widths.addresses,
			"ADDRESSES", widths.source, "SOURCE");
	for (int i = 0; i < count; i++)
		print_row(&answers[i], widths);
	if (count == 0)
		fputs("qemuvm: no VM found (qemuvm doctor says where was looked)\n", stderr);
}

/* As they are typed, for a shell that completes them. */
static void print_names(const struct resolver_answer *answers, int count)
{
	char name[NAME_VM_SIZE];

	for (int i = 0; i < count; i++) {
		name_spell(answers[i].id, name);
		puts(name);
	}
}

int command_list(int argc, char **argv)
{
	static const char *const options[] = {"--json", "--names", "--help", NULL};
	struct resolver_answer *answers = NULL;
	enum list_form form = LIST_TABLE;
	int count;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			form = LIST_JSON;
		else if (strcmp(argv[i], "--names") == 0)
			form = LIST_NAMES;
		else
			return command_unknown_option(argv[i], options);
	}
	count = ask_all(form, &answers);
	if (count < 0) {
		fprintf(stderr, "qemuvm: cannot look for VMs: %s\n", strerror(-count));
		return EXIT_NO_ADDRESS;
	}
	if (form == LIST_JSON)
		print_json(answers, count);
	else if (form == LIST_NAMES)
		print_names(answers, count);
	else
		print_table(answers, count);
	free(answers);
	return EXIT_OK;
}
