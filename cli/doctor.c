/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "finding.h"
#include "nsswitch.h"
#include "output.h"
#include "runtime.h"
#include "vm_monitor.h"

/*
 * Every link of the chain from a typed name to an address, in the order in which a look-up passes
 * them: one line each, and with a problem how to mend it.
 */

#define MODULE        "libnss_qemuvm.so.2"
#define NSSWITCH_FILE "/etc/nsswitch.conf"
#define SSH_CONFIG    QEMUVM_SYSCONFDIR "/ssh/ssh_config"
#define DROP_IN       QEMUVM_SYSCONFDIR "/ssh/ssh_config.d/40-qemuvm.conf"

__attribute__((format(printf, 1, 2))) static bool good(const char *format, ...)
{
	va_list arguments;

	finding_begin(FINDING_OK);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return true;
}

__attribute__((format(printf, 1, 2))) static bool bad(const char *format, ...)
{
	va_list arguments;

	finding_begin(FINDING_PROBLEM);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return false;
}

static bool check_module(void)
{
	void *module = dlopen(MODULE, RTLD_NOW);

	if (module == NULL)
		return bad(
			"NSS module: %s: run `sudo ./install.sh`, then `sudo ldconfig`", dlerror());
	dlclose(module);
	return good("NSS module: the loader finds " MODULE);
}

static bool check_nsswitch(void)
{
	static const char *const mends[] = {
		[NSSWITCH_NO_LINE] = "has no hosts line: add `hosts: files qemuvm "
				     "[!UNAVAIL=return] dns`",
		[NSSWITCH_MISSING] = "does not name qemuvm: put `qemuvm [!UNAVAIL=return]` before "
				     "resolve and dns on the hosts line",
		[NSSWITCH_TOO_LATE] = "names qemuvm too late: put it before resolve, mdns and dns, "
				      "which end the look-up",
		[NSSWITCH_NO_ACTION] = "names qemuvm without `[!UNAVAIL=return]` behind it: names "
				       "of VMs would go out to the network",
	};
	FILE *file = fopen(NSSWITCH_FILE, "re");
	enum nsswitch_state state;

	if (file == NULL)
		return bad("nsswitch: " NSSWITCH_FILE ": %s", strerror(errno));
	state = nsswitch_check(file);
	fclose(file);
	if (state != NSSWITCH_OK)
		return bad("nsswitch: " NSSWITCH_FILE " %s", mends[state]);
	return good("nsswitch: qemuvm is asked before the network");
}

static bool check_config(struct config *config)
{
	static struct config_problems problems;

	if (config_load(config, &problems) == 0)
		return good("configuration: %s", access(config_path(), F_OK) == 0
							 ? "no problem in it"
							 : "none, the defaults hold");
	for (unsigned int i = 0; i < problems.count; i++) {
		finding_begin(FINDING_PROBLEM);
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
		return bad("runtime directory: " RUNTIME_DIRECTORY ": %s: run "
			   "`sudo systemd-tmpfiles --create qemuvm.conf`",
			strerror(errno));
	if (!S_ISDIR(status.st_mode) || status.st_uid != 0 ||
		(status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return bad("runtime directory: " RUNTIME_DIRECTORY
			   " must be a directory of root's that only root can write: remove it, "
			   "and run `sudo systemd-tmpfiles --create qemuvm.conf`");
	return good("runtime directory: " RUNTIME_DIRECTORY);
}

/* All works without it, only slower. */
static void check_cache(const struct config *config)
{
	char path[RUNTIME_PATH_SIZE];
	int fd;

	if (config->cache_s == 0 && config->stale_s == 0) {
		good("cache: none, as the configuration wants it");
		return;
	}
	fd = runtime_open();
	if (fd >= 0) {
		close(fd);
		good("cache: %s", runtime_path(path));
		return;
	}
	finding_begin(FINDING_SKIPPED);
	printf("cache: %s: %s\n", runtime_path(path),
		fd == -EPERM ? "must be your own directory, mode 0700, below one that nobody else "
			       "can write: each look-up asks anew"
			     : strerror(-fd));
}

/* ssh refuses a drop-in that somebody else could have written. */
static bool check_drop_in(void)
{
	struct stat status;

	if (lstat(DROP_IN, &status) < 0)
		return bad("ssh: " DROP_IN ": %s: run `sudo ./install.sh`", strerror(errno));
	if (!S_ISREG(status.st_mode) || status.st_uid != 0 ||
		(status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return bad("ssh: " DROP_IN " must be a regular file of root's, mode 0644");
	return good("ssh: " DROP_IN " is there");
}

/* "Include /etc/ssh/ssh_config.d/..." as Debian and Fedora have it at the top. */
static bool is_include(const char *line)
{
	line += strspn(line, " \t");
	return strncasecmp(line, "include", 7) == 0 && strstr(line, "ssh_config.d/") != NULL;
}

static bool check_include(void)
{
	FILE *file = fopen(SSH_CONFIG, "re");
	char line[1024];
	bool is_there = false;

	if (file == NULL)
		return good("ssh: no " SSH_CONFIG " here, so no OpenSSH to set up");
	while (!is_there && fgets(line, sizeof(line), file) != NULL)
		is_there = is_include(line);
	(void)fclose(file);
	if (!is_there)
		return bad("ssh: " SSH_CONFIG
			   " does not read the drop-in: put \"Include " QEMUVM_SYSCONFDIR
			   "/ssh/ssh_config.d/*.conf\" at its top");
	return good("ssh: " SSH_CONFIG " reads the drop-in");
}

static bool check_answer(const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];
	bool is_ok = answer->outcome == RESOLVER_ADDRESSES;

	finding_begin(is_ok ? FINDING_OK : FINDING_PROBLEM);
	output_text(stdout, answer->host);
	if (is_ok)
		printf(": %s\n", address_format(&answer->addresses[0], text));
	else
		printf(": %s\n", resolver_explain(answer, text));
	return is_ok;
}

static bool check_all_agents(const struct config *config)
{
	struct resolver_answer *answers;
	bool is_ok = true;
	const struct resolver_survey survey = {.learn = vm_monitor_learn};
	int count = resolver_ask_all(config, &survey, &answers);

	if (count < 0)
		return bad("agents: %s", strerror(-count));
	for (int i = 0; i < count; i++)
		is_ok &= check_answer(&answers[i]);
	free(answers);
	return is_ok;
}

static bool check_one(const struct config *config, const char *name)
{
	struct resolver_question question = {
		.name = name, .takes_scope = true, .learn = vm_monitor_learn};
	struct resolver_answer answer;

	resolver_ask(config, &question, &answer);
	return check_answer(&answer);
}

int command_doctor(int argc, char **argv)
{
	static const char *const options[] = {"--help", NULL};
	static struct config config;
	bool is_ok = true;

	if (argc > 0 && argv[0][0] == '-')
		return command_unknown_option(argv[0], options);
	if (argc > 1)
		return command_unknown_option(argv[1], options);
	is_ok &= check_module();
	is_ok &= check_nsswitch();
	is_ok &= check_config(&config);
	is_ok &= check_runtime_directory();
	check_cache(&config);
	/* What is so now, not what was so before. */
	config_drop_cache(&config);
	is_ok &= check_drop_in();
	is_ok &= check_include();
	if (argc > 0)
		return check_one(&config, argv[0]) && is_ok ? EXIT_OK : EXIT_NO_ADDRESS;
	is_ok &= finding_vms(&config);
	finding_leases(&config);
	is_ok &= check_all_agents(&config);
	return is_ok ? EXIT_OK : EXIT_NO_ADDRESS;
}
