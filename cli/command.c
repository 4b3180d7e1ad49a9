/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/config_file.h"
#include "monitor/vm_monitor.h"
#include "output.h"

/* Only this many letters of a word are compared. */
#define WORD_MAX 24
/* One wrong letter, or two letters swapped. */
#define NEAR_DISTANCE 2
/* Of one command. */
#define OPTIONS_MAX 16
/* A day; in milliseconds it fits into an int. */
#define SECONDS_MAX 86400

/*
 * The nearest word: by letters that are inserted, left out or changed (Levenshtein distance, one
 * row of the table at a time). NULL: none is near.
 */
static const char *find_nearest(const char *typed, const char *const *words)
{
	unsigned int row[WORD_MAX + 1], nearest_distance = NEAR_DISTANCE + 1;
	size_t typed_len = strnlen(typed, WORD_MAX);
	const char *nearest = NULL;

	for (; *words != NULL; words++) {
		size_t len = strnlen(*words, WORD_MAX);

		for (unsigned int j = 0; j <= len; j++)
			row[j] = j;
		for (unsigned int i = 1; i <= typed_len; i++) {
			unsigned int diagonal = row[0];

			row[0] = i;
			for (unsigned int j = 1; j <= len; j++) {
				unsigned int changed = diagonal + (typed[i - 1] != (*words)[j - 1]);
				unsigned int moved =
					1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);

				diagonal = row[j];
				row[j] = changed < moved ? changed : moved;
			}
		}
		if (row[len] < nearest_distance) {
			nearest_distance = row[len];
			nearest = *words;
		}
	}
	return nearest;
}

int command_unknown(const char *kind, const char *typed, const char *const *words,
	const char *dashes, const char *otherwise)
{
	size_t skipped = strlen(dashes);
	char word[WORD_MAX + 1];
	const char *nearest = NULL;

	/* "jsn" of "--jsn=x". */
	if (strncmp(typed, dashes, skipped) == 0) {
		(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(typed + skipped, "="),
			typed + skipped);
		nearest = find_nearest(word, words);
	}
	fprintf(stderr, "qemuvm: unknown %s \"", kind);
	output_text(stderr, typed);
	if (nearest != NULL)
		fprintf(stderr, "\": did you mean \"%s%s\"?\n", dashes, nearest);
	else
		fprintf(stderr, "\"%s\n", otherwise);
	return EXIT_USAGE;
}

static void report_option(const char *typed, const struct option *options)
{
	const char *names[OPTIONS_MAX + 1] = {NULL};

	for (size_t i = 0; options[i].name != NULL && i < OPTIONS_MAX; i++)
		names[i] = options[i].name;
	(void)command_unknown("option", typed, names, "--", " (try --help)");
}

int command_option(int argc, char **argv, const char *letters, const struct option *options)
{
	/* getopt expects the name of the program before the arguments. */
	char **words = argv - 1;
	int option;

	opterr = 0;
	option = getopt_long(argc + 1, words, letters, options, NULL);
	if (option == ':') {
		fprintf(stderr, "qemuvm: %s needs a value\n", words[optind - 1]);
		return COMMAND_OPTION_BAD;
	}
	if (option != '?')
		return option;
	if (optopt == 0)
		report_option(words[optind - 1], options);
	else if (strncmp(words[optind - 1], "--", 2) == 0)
		fprintf(stderr, "qemuvm: %.*s takes no value\n",
			(int)strcspn(words[optind - 1], "="), words[optind - 1]);
	else
		report_option((const char[]){'-', (char)optopt, '\0'}, options);
	return COMMAND_OPTION_BAD;
}

int command_operands(int argc, char **argv, int max, const char **ret_operands)
{
	char **words = argv - 1;
	int count = argc + 1 - optind;

	if (count > max) {
		fputs("qemuvm: unknown argument \"", stderr);
		output_text(stderr, words[optind + max]);
		fputs("\" (try --help)\n", stderr);
		return -EINVAL;
	}
	for (int i = 0; i < count; i++)
		ret_operands[i] = words[optind + i];
	return count;
}

bool command_seconds(const char *text, int *ret_seconds)
{
	uint64_t seconds;

	if (text == NULL)
		return true;
	if (text_number(text_of(text), 10, SECONDS_MAX, &seconds) < 0) {
		fputs("qemuvm: \"", stderr);
		output_text(stderr, text);
		fprintf(stderr, "\" is not a number of seconds up to %d\n", SECONDS_MAX);
		return false;
	}
	*ret_seconds = (int)seconds;
	return true;
}

const struct config *command_config(void)
{
	static struct config config;
	static struct config_problems problems;
	static bool is_loaded;

	if (is_loaded)
		return &config;
	is_loaded = true;
	config_load(&config, &problems);
	for (unsigned int i = 0; i < problems.count; i++) {
		output_text(stderr, config_path());
		fprintf(stderr, ":%u: %s\n", problems.problem[i].line, problems.problem[i].text);
	}
	return &config;
}

struct host *command_host(void)
{
	static struct host host;

	if (host.config == NULL)
		host_init(&host, command_config());
	return &host;
}

void command_begin_error(const char *about)
{
	fputs("qemuvm: ", stderr);
	output_text(stderr, about);
	fputs(": ", stderr);
}

void command_ask(
	struct host *host, struct resolver_question question, struct resolver_answer *ret_answer)
{
	question.want_scope_id = true;
	question.query_monitor = vm_monitor_query;
	resolver_ask(host, &question, ret_answer);
}

int command_explain(const char *name, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];

	command_begin_error(name);
	fprintf(stderr, "%s\n", resolver_explain(answer, text));
	return answer->outcome == RESOLVER_NO_VM ? EXIT_NO_VM : EXIT_NO_ADDRESS;
}
