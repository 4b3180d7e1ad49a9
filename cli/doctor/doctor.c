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
#include "monitor/vm_monitor.h"

/*
 * Every link of the chain from a typed name to an address, in the order in which a look-up passes
 * them: one line each, and with a problem how to mend it.
 */

static bool check_config(struct config *config)
{
	static struct config_problems problems;

	if (config_load(config, &problems) == 0)
		return check_ok("configuration: %s", access(config_path(), F_OK) == 0
							     ? "no problem in it"
							     : "none, the defaults hold");
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
		return check_problem("runtime directory: " RUNTIME_DIRECTORY ": %s: run "
				     "`sudo systemd-tmpfiles --create qemuvm.conf`",
			strerror(errno));
	if (!S_ISDIR(status.st_mode) || status.st_uid != 0 ||
		(status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return check_problem(
			"runtime directory: " RUNTIME_DIRECTORY
			" must be a directory of root's that only root can write: remove it, "
			"and run `sudo systemd-tmpfiles --create qemuvm.conf`");
	return check_ok("runtime directory: " RUNTIME_DIRECTORY);
}

/* All works without it, only slower. */
static void check_cache(const struct config *config)
{
	char path[RUNTIME_PATH_SIZE];
	int fd;

	if (config->cache_s == 0 && config->stale_s == 0) {
		check_ok("cache: none, as the configuration wants it");
		return;
	}
	fd = runtime_make(geteuid());
	if (fd >= 0) {
		close(fd);
		check_ok("cache: %s", runtime_path(geteuid(), path));
		return;
	}
	check_begin(CHECK_SKIPPED);
	printf("cache: %s: %s\n", runtime_path(geteuid(), path),
		fd == -EPERM ? "must be your own directory, mode 0700, below one that nobody else "
			       "can write: each look-up asks anew"
			     : strerror(-fd));
}

static bool check_all_agents(struct host *host, bool has_nss)
{
	struct resolver_answer *answers;
	bool is_ok;
	int count = list_all_now(host, &answers);

	if (count < 0)
		return check_problem("agents: %s", strerror(-count));
	is_ok = check_answers(host, has_nss, answers, (size_t)count);
	free(answers);
	return is_ok;
}

static bool check_one(struct host *host, const char *name, bool has_nss, bool has_ssh)
{
	static struct resolver_answer answer;
	const struct resolver_question question = {
		.name = name,
		.want_scope_id = true,
		.no_cache = true,
		.query_monitor = vm_monitor_query,
	};
	bool is_ok;

	resolver_ask(host, &question, &answer);
	is_ok = check_answers(host, has_nss, &answer, 1);
	return has_ssh && is_ok &&
	       (answer.outcome == RESOLVER_NO_VM || check_ssh_probe(answer.host));
}

int command_doctor(int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	static struct config config;
	static struct host host;
	const char *name = NULL;
	bool is_ok = true, has_nss, has_ssh;

	if (command_option(argc, argv, ":", options) != COMMAND_OPTIONS_END ||
		command_operands(argc, argv, 1, &name) < 0)
		return EXIT_USAGE;
	has_nss = check_nss();
	is_ok &= has_nss;
	is_ok &= check_config(&config);
	is_ok &= check_runtime_directory();
	check_cache(&config);
	/* What is so now, not what was so before. */
	host_init(&host, &config);
	host.wants_strangers = true;
	has_ssh = check_ssh();
	is_ok &= check_nscd();
	is_ok &= check_vms(&host, name);
	if (name != NULL)
		return check_one(&host, name, has_nss, has_ssh) && is_ok ? EXIT_OK
									   : EXIT_NO_ADDRESS;
	is_ok &= has_ssh && check_ssh_probe(NULL);
	check_leases(&config);
	is_ok &= check_all_agents(&host, has_nss);
	return is_ok ? EXIT_OK : EXIT_NO_ADDRESS;
}
