/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/name.h"
#include "check.h"
#include "cli/program.h"

#define SSH_CONFIG  QEMUVM_SYSCONFDIR "/ssh/ssh_config"
#define DROP_IN     QEMUVM_SYSCONFDIR "/ssh/ssh_config.d/40-qemuvm.conf"
#define OUTPUT_SIZE 16384
/* A name for ssh to look at where there is no VM to name. */
#define ANY_HOST "any." NAME_DOMAIN

/* ssh refuses a drop-in that somebody else could have written. */
static bool check_drop_in(void)
{
	struct stat status;

	if (lstat(DROP_IN, &status) < 0)
		return check_problem(
			"ssh: " DROP_IN ": %s: run `sudo ./install.sh`", strerror(errno));
	if (!S_ISREG(status.st_mode) || status.st_uid != 0 ||
		(status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return check_problem(
			"ssh: " DROP_IN " must be a regular file of root's, mode 0644");
	return check_ok("ssh: " DROP_IN " is there");
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
		return check_ok("ssh: no " SSH_CONFIG " here, so no OpenSSH to set up");
	while (!is_there && fgets(line, sizeof(line), file) != NULL)
		is_there = is_include(line);
	(void)fclose(file);
	if (!is_there)
		return check_problem("ssh: " SSH_CONFIG
				     " does not read the drop-in: put \"Include " QEMUVM_SYSCONFDIR
				     "/ssh/ssh_config.d/*.conf\" at its top");
	return check_ok("ssh: " SSH_CONFIG " reads the drop-in");
}

bool check_ssh(void)
{
	bool is_ok = check_drop_in();

	is_ok &= check_include();
	return is_ok;
}

/* Whether ssh would use the helper, as ssh itself says. */
bool check_ssh_probe(const char *host)
{
	static char output[OUTPUT_SIZE];
	const char *const command[] = {"ssh", "-G", host != NULL ? host : ANY_HOST, NULL};
	int status = program_run(command, "", output, sizeof(output));
	bool is_ok = status == 0 && strstr(output, "/ssh-helper connect ") != NULL;

	if (status == -ENOENT) {
		check_begin(CHECK_SKIPPED);
		puts("ssh: no OpenSSH here");
		return true;
	}
	check_begin(is_ok ? CHECK_OK : CHECK_PROBLEM);
	if (is_ok)
		printf("ssh: ssh -G %s names the helper\n", command[2]);
	else
		printf("ssh: ssh -G %s does not name the helper: what stands before the drop-in in "
		       "~/.ssh/config or " QEMUVM_SYSCONFDIR "/ssh/ssh_config wins\n",
			command[2]);
	return is_ok;
}
