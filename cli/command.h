/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_COMMAND_H
#define QEMUVM_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "resolver.h"

/*
 * A command of qemuvm: one file, one function, one line in the table of main.c. The function gets
 * the arguments behind the command's name and returns the exit status of the program.
 */

enum {
	EXIT_OK = 0,
	EXIT_NO_ADDRESS = 1, /* no address now; also: a problem was found, an error occurred */
	EXIT_USAGE = 2,
	EXIT_NO_VM = 3,
};

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage; /* the arguments */
	const char *help;  /* one line */
};

int command_list(int argc, char **argv);
int command_ip(int argc, char **argv);
int command_show(int argc, char **argv);
int command_export(int argc, char **argv);
int command_args(int argc, char **argv);
int command_authorize(int argc, char **argv);
int command_doctor(int argc, char **argv);

/*
 * The next option: its letter, with optarg (getopt_long(3)). Options and operands may come in any
 * order. COMMAND_OPTIONS_END: there are no more. COMMAND_OPTION_BAD: the option is unknown, lacks
 * its value or takes none; the error has been reported.
 */
#define COMMAND_OPTIONS_END (-1)
#define COMMAND_OPTION_BAD  '?'
int command_option(int argc, char **argv, const char *letters, const struct option *options);

/* The arguments that are left after the options, at most max. Returns their number, or -EINVAL if
 * there are more, which has been reported. */
int command_operands(int argc, char **argv, int max, const char **ret_operands);

/* Prints the usage of a command to stderr; returns EXIT_USAGE. */
int command_usage(const char *name);

/* Parses a number of seconds; NULL leaves *ret_seconds as it is. False: the error has been
 * reported. */
bool command_seconds(const char *text, int *ret_seconds);
/* Reports an unknown word, with the nearest of words (dashes are put before it), or with otherwise
 * if none is near. words ends with NULL. Returns EXIT_USAGE. */
int command_unknown(const char *kind, const char *typed, const char *const *words,
	const char *dashes, const char *otherwise);

/* Begins an error message on stderr, "qemuvm: ABOUT: ", for the caller to complete. */
void command_begin_error(const char *about);

/*
 * Asks about one VM: the one place in which commands do. Sets what all of them want in the question
 * (link-local addresses, what the VM's monitor knows).
 */
void command_ask(
	struct host *host, struct resolver_question question, struct resolver_answer *ret_answer);

/* Reports why there is no address: "qemuvm: NAME: ...". Returns the exit status. */
int command_explain(const char *name, const struct resolver_answer *answer);

/* The configuration, read once; its problems are reported as FILE:LINE: TEXT. */
const struct config *command_config(void);

/* What the program knows of this computer, by that configuration. */
struct host *command_host(void);

#endif
