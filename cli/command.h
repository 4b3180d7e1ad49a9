/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_COMMAND_H
#define QEMUVM_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "resolver.h"

/*
 * A command of qemuvm: one file, one function, one line in the table of main.c. It is given the
 * arguments behind its name and returns the exit status of the program.
 */

enum {
	EXIT_OK = 0,
	EXIT_NO_ADDRESS = 1, /* none now; also: a problem found, an error on the way */
	EXIT_USAGE = 2,
	EXIT_NO_VM = 3, /* no VM of that name that counts */
};

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage; /* what follows the name */
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
 * The next option, as getopt_long(3) has it: its letter, with optarg. Options and operands may come
 * in any order. COMMAND_OPTIONS_END: none is left. COMMAND_OPTION_BAD: one is unknown (the nearest
 * is suggested), lacks its value or takes none; the person was told.
 */
#define COMMAND_OPTIONS_END (-1)
#define COMMAND_OPTION_BAD  '?'
int command_option(int argc, char **argv, const char *letters, const struct option *options);

/* What is left when all options were taken: at most max of them, or EXIT_USAGE's words were said
 * and -EINVAL is returned. Returns their number. */
int command_operands(int argc, char **argv, int max, const char **ret_operands);

/* Tells how a command is called; returns EXIT_USAGE. */
int command_usage(const char *name);

/* A number of seconds, or NULL, which leaves it as it is. False, with a word: it is none. */
bool command_seconds(const char *text, int *ret_seconds);
/* Tells that what was typed is no such word, with the nearest of those that there are ("--" before
 * it where dashes says so), or else what to do. words ends with NULL. Returns EXIT_USAGE. */
int command_unknown(const char *kind, const char *typed, const char *const *words,
	const char *dashes, const char *otherwise);

/* Tells on stderr why there is no address: "qemuvm: NAME: ...". Returns the exit status. */
int command_explain(const char *name, const struct resolver_answer *answer);

/* The configuration, its problems told on stderr as FILE:LINE: TEXT. The storage is the program's.
 */
const struct config *command_config(void);

/* What this program knows of the host by that configuration; its own for as long as it runs. */
struct host *command_host(void);

#endif
