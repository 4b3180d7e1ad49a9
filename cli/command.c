/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "output.h"

/* Longer words are compared by their beginning. */
#define WORD_MAX 24
/* A slip of the finger, or two letters swapped. */
#define NEAR_DISTANCE 2

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

const char *command_nearest(const char *typed, const char *const *words)
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

int command_unknown_option(const char *argument, const char *const *options)
{
	const char *nearest = command_nearest(argument, options);

	fputs("qemuvm: unknown argument \"", stderr);
	output_text(stderr, argument);
	if (nearest != NULL)
		fprintf(stderr, "\": did you mean \"%s\"?\n", nearest);
	else
		fputs("\" (try --help)\n", stderr);
	return EXIT_USAGE;
}

const struct config *command_config(void)
{
	static struct config config;
	static struct config_problems problems;

	config_load(&config, &problems);
	for (unsigned int i = 0; i < problems.count; i++) {
		output_text(stderr, config_path());
		fprintf(stderr, ":%u: %s\n", problems.problem[i].line, problems.problem[i].text);
	}
	return &config;
}
