/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ARGV_H
#define QEMUVM_ARGV_H

#include <stdbool.h>
#include <stddef.h>

#include "qemu/option.h"

/*
 * QEMU's command line, option by option. It is walked as often as is convenient, since what one
 * option defines another uses (-device names a -netdev, a -chardev); nothing is kept between walks.
 */

/* Arguments that are read; QEMU with 4,000 of them exists. */
#define ARGV_MAX 8192

/* As /proc/PID/cmdline holds it: len bytes, arguments separated by NULs, with a NUL behind the last
 * one. The text is the caller's. */
struct argv {
	const char *text;
	size_t len;
};

/* A walk over the options of a command line. */
struct argv_walk {
	const char *at, *end;
	unsigned int left; /* arguments that may still be read */
};

struct argv_walk argv_begin(const struct argv *argv);

/*
 * The next option: its name without dashes, and its value, "" if it takes none. What begins
 * without a dash is a disk image, for which the name is "" and the value the image. false at the
 * end.
 */
bool argv_next(struct argv_walk *walk, const char **ret_name, const char **ret_value);

/* The next occurrence of one option, which may be malformed: then it is passed over. *ret_option is
 * the caller's, for option_done(). implied: see struct option. */
bool argv_next_option(
	struct argv_walk *walk, const char *wanted, const char *implied, struct option *ret_option);

/*
 * The -WANTED option whose id it is ("-netdev tap,id=net0"), to be given to option_done(). false
 * if there is none.
 */
bool argv_option_by_id(const struct argv *argv, const char *wanted, const char *implied,
	const char *id, struct option *ret_option);

/* The name that the program was started under: argv[0]. */
const char *argv_program(const struct argv *argv);

#endif
