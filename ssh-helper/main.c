/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "verb.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
} verbs[] = {
	{"match", verb_match, "NAME"},
	{"connect", verb_connect, "[--explain | --relay] HOST PORT"},
	{"host-keys", verb_host_keys, "HOSTFIELD HOST KEY"},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static int print_usage(FILE *stream)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(stream, "usage: ssh-helper %s %s\n", verbs[i].name, verbs[i].usage);
	return VERB_USAGE;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return VERB_OK;
	}
	if (argc < 2)
		return print_usage(stderr);
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, argv[1]) == 0) {
			int status = verbs[i].run(argc - 2, argv + 2);

			return status == VERB_USAGE ? print_usage(stderr) : status;
		}
	return print_usage(stderr);
}
