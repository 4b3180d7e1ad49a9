/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CONFIG_FILE_H
#define QEMUVM_CONFIG_FILE_H

#include "config/config.h"

/*
 * The configuration file, qemuvm.conf(5): lines of `key = value`, '#' begins a comment. A mistake
 * is reported with its line, and the rest is valid.
 */

#define CONFIG_FILE QEMUVM_SYSCONFDIR "/qemuvm.conf"

/* A file longer than this is refused: it is no configuration. */
#define CONFIG_FILE_MAX     ((size_t)64 * 1024)
#define CONFIG_PROBLEMS_MAX 16
#define CONFIG_PROBLEM_SIZE 160

/* A line that was not taken; the value before it, or the default, stays. line is 0 if it is about
 * the file as a whole. */
struct config_problem {
	unsigned int line;
	char text[CONFIG_PROBLEM_SIZE];
};

struct config_problems {
	struct config_problem problem[CONFIG_PROBLEMS_MAX];
	unsigned int count;
};

/* The file that config_load() reads: QEMUVM_CONFIG (never in a set-uid program), or CONFIG_FILE. */
const char *config_path(void);

/* What that file is now, by one stat(2): a hash of its device, inode, size and change time, or 0 if
 * there is none. As long as it is the identity of a struct config, the file need not be read. */
uint64_t config_identity(void);

/*
 * Fills *ret_config, always usable afterwards. A missing file is no problem unless QEMUVM_CONFIG
 * named it. ret_problems may be NULL (the NSS module goes on with what it has; it does not look up
 * users either). Returns the number of problems, those beyond CONFIG_PROBLEMS_MAX included.
 */
int config_load(struct config *ret_config, struct config_problems *ret_problems);

/* One text in the file's format on top of what *config holds; the numbers of config_load(). */
int config_parse(
	struct config *config, const char *text, size_t len, struct config_problems *ret_problems);

#endif
