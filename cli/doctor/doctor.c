/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "cli/command.h"
#include "cli/list_all.h"
#include "cli/output.h"
#include "config/config_file.h"
#include "host/runtime.h"

/*
 * Checks each step from a typed name to an address, in the order of a lookup: one line each, and
 * how to repair it if it has a problem.
 */

static bool check_config(struct config *config)
{
	static struct config_problems problems;

	if (config_load(config, &problems) == 0)
		return check_line(CHECK_OK, "configuration: %s",
			access(config_path(), F_OK) == 0 ? "no problem in it"
							 : "no file, so the defaults apply");
	for (unsigned int i = 0; i < problems.count; i++) {
		check_begin(CHECK_PROBLEM);
		fputs("configuration: ", stdout);
		output_text(stdout, config_path());
		printf(":%u: %s: see qemuvm.conf(5)\n", problems.problem[i].line,
			problems.problem[i].text);
	}
	return false;
}

static bool check_runtime_directory(void)
{
	struct stat status;

	if (lstat(RUNTIME_DIRECTORY, &status) < 0)
		return check_line(CHECK_PROBLEM,
			"runtime directory: " RUNTIME_DIRECTORY ": %s: run "
			"`sudo systemd-tmpfiles --create qemuvm.conf`",
			strerror(errno));
	if (!S_ISDIR(status.st_mode) || status.st_uid != 0 ||
		(status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return check_line(CHECK_PROBLEM,
			"runtime directory: " RUNTIME_DIRECTORY
			" must be a directory of root that only root can write: remove it, "
			"and run `sudo systemd-tmpfiles --create qemuvm.conf`");
	return check_line(CHECK_OK, "runtime directory: " RUNTIME_DIRECTORY);
}

/* Without a cache everything works, only slower. */
static void check_cache(const struct config *config)
{
	char path[RUNTIME_PATH_SIZE];
	int fd;

	if (config->cache_s == 0 && config->stale_s == 0) {
		check_line(CHECK_OK, "cache: switched off by the configuration");
		return;
	}
	fd = runtime_make(geteuid());
	if (fd >= 0) {
		close(fd);
		check_line(CHECK_OK, "cache: %s", runtime_path(geteuid(), path));
		return;
	}
	check_begin(CHECK_SKIPPED);
	printf("cache: %s: %s\n", runtime_path(geteuid(), path),
		fd == -EPERM ? "must be your own directory, mode 0700, in one that nobody else "
			       "can write: each lookup asks again"
			     : strerror(-fd));
}

int command_doctor(int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	static struct config config;
	static struct host host;
	static struct resolver_answer answer;
	struct answer_list answers = {&answer, 1};
	const char *name = NULL;
	bool is_ok, has_nss, has_ssh;

	if (command_option(argc, argv, ":", options) != COMMAND_OPTIONS_END ||
		command_operands(argc, argv, 1, &name) < 0)
		return EXIT_USAGE;
	has_nss = check_nss();
	is_ok = check_config(&config);
	is_ok &= check_runtime_directory();
	check_cache(&config);
	host_init(&host, &config);
	host.wants_strangers = true;
	has_ssh = check_ssh();
	is_ok &= check_nscd();
	is_ok &= check_vms(&host, name);
	if (name != NULL) {
		command_ask(
			&host, (struct resolver_question){.name = name, .no_cache = true}, &answer);
		is_ok &= check_answers(&host, has_nss, &answers);
		is_ok &= has_ssh &&
			 (answer.outcome == RESOLVER_NO_VM || check_ssh_probe(answer.host));
	} else {
		is_ok &= has_ssh && check_ssh_probe(NULL);
		check_leases(&config);
		if (list_all(&host, LIST_ALL_CACHE_UNUSED, &answers) < 0)
			return EXIT_NO_ADDRESS;
		is_ok &= check_answers(&host, has_nss, &answers);
		free(answers.list);
	}
	return is_ok && has_nss ? EXIT_OK : EXIT_NO_ADDRESS;
}
