/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
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
#include "survey.h"
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
	struct link_map *map;
	bool is_there;

	if (module == NULL)
		return bad(
			"NSS module: %s: run `sudo ./install.sh`, then `sudo ldconfig`", dlerror());
	is_there = dlinfo(module, RTLD_DI_LINKMAP, &map) == 0;
	good("NSS module: the loader finds %s, glibc %s", is_there ? map->l_name : MODULE,
		gnu_get_libc_version());
	dlclose(module);
	return true;
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

/* Those without which a trial tells nothing new; a name on a hosts line of the wrong order would go
 * out to the network, too. */
struct links {
	bool has_nss, has_drop_in;
};

/* Is the agent's silence its own? QEMU's monitor tells whether the guest has opened its port. */
static const char *silence_of(const struct config *config, const struct resolver_answer *answer)
{
	static struct vm vm;
	struct trust trust;
	int is_open;

	if (resolver_locate(config, answer->id, &vm) < 0)
		return "";
	trust_init(config, &trust);
	is_open = vm_monitor_agent_port(&trust, &vm);
	if (is_open < 0)
		return "";
	return is_open > 0
		       ? ": the guest has its port open, so another program holds the socket, or "
			 "the VM is paused"
		       : ": the guest has not opened its port, so no agent runs in it (in the "
			 "guest: apt install qemu-guest-agent)";
}

static bool is_silent(const struct resolver_answer *answer)
{
	return answer->reason == RESOLVER_AGENT_SILENT ||
	       answer->agent_reason == RESOLVER_AGENT_SILENT;
}

static bool check_answer(const struct config *config, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];
	bool is_ok = answer->outcome == RESOLVER_ADDRESSES;

	/* Its name leads to no address, which is what its network is made for; ssh has other ways.
	 */
	bool is_private = answer->reason == RESOLVER_USER_MODE;

	finding_begin(is_ok ? FINDING_OK : is_private ? FINDING_SKIPPED : FINDING_PROBLEM);
	output_text(stdout, answer->host);
	if (is_ok)
		printf(": %s", address_format(&answer->addresses[0], text));
	else
		printf(": %s", resolver_explain(answer, text));
	if (is_ok && answer->agent_reason != RESOLVER_OK)
		printf(", by its %s; %s",
			answer->source == SOURCE_LEASE ? "DHCP lease" : "neighbour table entry",
			resolver_explain_agent(answer, text));
	puts(is_silent(answer) ? silence_of(config, answer) : "");
	return is_ok || is_private;
}

/* Of those that have an address the first is tried as other programs would. */
static bool check_answers(const struct config *config, const struct links *links,
	const struct resolver_answer *answers, size_t count)
{
	const struct resolver_answer *found = NULL;
	bool is_ok = true;

	for (size_t i = 0; i < count; i++) {
		is_ok &= check_answer(config, &answers[i]);
		if (found == NULL && answers[i].outcome == RESOLVER_ADDRESSES)
			found = &answers[i];
	}
	is_ok &= finding_reach(answers, count);
	if (found != NULL && links->has_nss)
		is_ok &= finding_probe_nss(found);
	return is_ok;
}

static bool check_all_agents(const struct config *config, const struct links *links)
{
	struct resolver_answer *answers;
	bool is_ok;
	int count = survey_all(config, &answers);

	if (count < 0)
		return bad("agents: %s", strerror(-count));
	is_ok = check_answers(config, links, answers, (size_t)count);
	free(answers);
	return is_ok;
}

static bool check_one(const struct config *config, const char *name, const struct links *links)
{
	static struct resolver_answer answer;
	const struct resolver_question question = {
		.name = name, .takes_scope = true, .learn = vm_monitor_learn};
	bool is_ok;

	resolver_ask(config, &question, &answer);
	is_ok = check_answers(config, links, &answer, 1);
	return links->has_drop_in && is_ok &&
	       (answer.outcome == RESOLVER_NO_VM || finding_probe_ssh(answer.host));
}

int command_doctor(int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	static struct config config;
	const char *name = NULL;
	struct links links;
	bool is_ok = true;

	if (command_option(argc, argv, ":", options) != COMMAND_OPTIONS_END ||
		command_operands(argc, argv, 1, &name) < 0)
		return EXIT_USAGE;
	links.has_nss = check_module();
	links.has_nss &= check_nsswitch();
	is_ok &= links.has_nss;
	is_ok &= check_config(&config);
	is_ok &= check_runtime_directory();
	check_cache(&config);
	/* What is so now, not what was so before. */
	config_drop_cache(&config);
	links.has_drop_in = check_drop_in();
	links.has_drop_in &= check_include();
	is_ok &= finding_nscd();
	is_ok &= finding_vms(&config, name);
	if (name != NULL)
		return check_one(&config, name, &links) && is_ok ? EXIT_OK : EXIT_NO_ADDRESS;
	is_ok &= links.has_drop_in && finding_probe_ssh(NULL);
	finding_leases(&config);
	is_ok &= check_all_agents(&config, &links);
	return is_ok ? EXIT_OK : EXIT_NO_ADDRESS;
}
