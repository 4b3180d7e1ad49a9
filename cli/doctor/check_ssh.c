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
/* If there is no VM to ask ssh about. */
#define ANY_HOST "any." NAME_DOMAIN

bool check_ssh(void)
{
	FILE *file = fopen(SSH_CONFIG, "re");
	char line[1024];
	struct stat status;
	bool is_ok = false, is_read = false;

	/* ssh refuses a drop-in that somebody else could have written. */
	if (lstat(DROP_IN, &status) < 0)
		check_line(CHECK_PROBLEM, "ssh: " DROP_IN ": %s: run `sudo ./install.sh`",
			strerror(errno));
	else if (!S_ISREG(status.st_mode) || status.st_uid != 0 ||
		 (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		check_line(CHECK_PROBLEM,
			"ssh: " DROP_IN " must be a regular file of root, mode 0644");
	else
		is_ok = check_line(CHECK_OK, "ssh: " DROP_IN " is there");
	if (file == NULL)
		return check_line(CHECK_OK, "ssh: no " SSH_CONFIG ": OpenSSH is not installed") &&
		       is_ok;
	/* "Include /etc/ssh/ssh_config.d/..." is at the top in Debian and Fedora. */
	while (!is_read && fgets(line, sizeof(line), file) != NULL)
		is_read = strncasecmp(line + strspn(line, " \t"), "include", 7) == 0 &&
			  strstr(line, "ssh_config.d/") != NULL;
	(void)fclose(file);
	if (!is_read)
		return check_line(CHECK_PROBLEM,
			"ssh: " SSH_CONFIG
			" does not read the drop-in: put \"Include " QEMUVM_SYSCONFDIR
			"/ssh/ssh_config.d/*.conf\" at its top");
	return check_line(CHECK_OK, "ssh: " SSH_CONFIG " reads the drop-in") && is_ok;
}

bool check_ssh_probe(const char *host)
{
	static char output[OUTPUT_SIZE];
	const char *const command[] = {"ssh", "-G", host != NULL ? host : ANY_HOST, NULL};
	int status = program_run(command, "", output, sizeof(output));

	if (status == -ENOENT) {
		check_begin(CHECK_SKIPPED);
		puts("ssh: OpenSSH is not installed");
		return true;
	}
	if (status == 0 && strstr(output, "/ssh-helper connect ") != NULL)
		return check_line(CHECK_OK, "ssh: ssh -G %s names the helper", command[2]);
	return check_line(CHECK_PROBLEM,
		"ssh: ssh -G %s does not name the helper: something before the drop-in "
		"in ~/.ssh/config or " QEMUVM_SYSCONFDIR "/ssh/ssh_config wins",
		command[2]);
}
