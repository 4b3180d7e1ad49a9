/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_file.h"
#include "output.h"

/* Longer words are compared by their beginning. */
#define WORD_MAX 24
/* A slip of the finger, or two letters swapped. */
#define NEAR_DISTANCE 2
/* Of one command. */
#define OPTIONS_MAX 16
/* A day, and within what milliseconds in an int can hold. */
#define SECONDS_MAX 86400

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to be put in, left out or changed (Levenshtein), a row of the table at a time. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[WORD_MAX + 1];
	size_t a_len = strnlen(a, WORD_MAX), b_len = strnlen(b, WORD_MAX);

	for (unsigned int j = 0; j <= b_len; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= a_len; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= b_len; j++) {
			unsigned int above = row[j];

			row[j] = least(
				least(row[j - 1], above) + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

static const char *find_nearest(const char *typed, const char *const *words)
{
	unsigned int nearest_distance = NEAR_DISTANCE + 1;
	const char *nearest = NULL;

	for (; *words != NULL; words++) {
		unsigned int d = distance(typed, *words);

		if (d < nearest_distance) {
			nearest_distance = d;
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

static void complain_about_option(const char *typed, const struct option *options)
{
	const char *names[OPTIONS_MAX + 1] = {NULL};

	for (size_t i = 0; options[i].name != NULL && i < OPTIONS_MAX; i++)
		names[i] = options[i].name;
	(void)command_unknown("option", typed, names, "--", " (try --help)");
}

int command_option(int argc, char **argv, const char *letters, const struct option *options)
{
	/* What getopt calls the program's name is the command's. */
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
		complain_about_option(words[optind - 1], options);
	else if (strncmp(words[optind - 1], "--", 2) == 0)
		fprintf(stderr, "qemuvm: %.*s takes no value\n",
			(int)strcspn(words[optind - 1], "="), words[optind - 1]);
	else
		complain_about_option((const char[]){'-', (char)optopt, '\0'}, options);
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
	char *end;
	long seconds;

	if (text == NULL)
		return true;
	errno = 0;
	seconds = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || seconds > SECONDS_MAX) {
		fputs("qemuvm: \"", stderr);
		output_text(stderr, text);
		fprintf(stderr, "\" is no number of seconds up to %d\n", SECONDS_MAX);
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

int command_explain(const char *name, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];

	fputs("qemuvm: ", stderr);
	output_text(stderr, name);
	fprintf(stderr, ": %s\n", resolver_explain(answer, text));
	return answer->outcome == RESOLVER_NO_VM ? EXIT_NO_VM : EXIT_NO_ADDRESS;
}
