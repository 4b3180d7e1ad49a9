/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_COMMAND_H
#define QEMUVM_COMMAND_H

#include <stddef.h>

#include "config.h"
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
int command_args(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_authorize(int argc, char **argv);

/* Complains about an argument that is none of the known options, and names the nearest. options
 * ends with NULL. Returns EXIT_USAGE. */
int command_unknown_option(const char *argument, const char *const *options);
/* The nearest of the words, or NULL where none is near. words ends with NULL. */
const char *command_nearest(const char *typed, const char *const *words);

/* The configuration, its problems told on stderr as FILE:LINE: TEXT. The storage is the program's.
 */
const struct config *command_config(void);

#endif
