/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "cli/output.h"
#include "cli/program.h"
#include "nsswitch.h"

#define MODULE        "libnss_qemuvm.so.2"
#define NSSWITCH_FILE "/etc/nsswitch.conf"
#define NSCD_SOCKET   "/run/nscd/socket"
#define NSCD_CONFIG   "/etc/nscd.conf"
#define OUTPUT_SIZE   16384

bool check_nss(void)
{
	static const char *const repairs[] = {
		[NSSWITCH_NO_LINE] = "has no hosts line: add `hosts: files qemuvm "
				     "[!UNAVAIL=return] dns`",
		[NSSWITCH_MISSING] = "does not name qemuvm: put `qemuvm [!UNAVAIL=return]` before "
				     "resolve and dns on the hosts line",
		[NSSWITCH_TOO_LATE] = "names qemuvm too late: put it before the first service that "
				      "asks the network (resolve, dns, mdns, mdns4) or ends the "
				      "lookup (an action such as [NOTFOUND=return])",
		[NSSWITCH_NO_ACTION] = "names qemuvm without `[!UNAVAIL=return]` behind it: names "
				       "of VMs would go out to the network",
	};
	enum nsswitch_state state;
	void *module = dlopen(MODULE, RTLD_NOW);
	FILE *file = fopen(NSSWITCH_FILE, "re");
	int error = errno;
	struct link_map *map;
	bool has_path;

	if (module == NULL) {
		check_line(CHECK_PROBLEM,
			"NSS module: %s: run `sudo ./install.sh`, then `sudo ldconfig`", dlerror());
	} else {
		has_path = dlinfo(module, RTLD_DI_LINKMAP, &map) == 0;
		check_line(CHECK_OK, "NSS module: the loader finds %s, glibc %s",
			has_path ? map->l_name : MODULE, gnu_get_libc_version());
		dlclose(module);
	}
	if (file == NULL)
		return check_line(
			CHECK_PROBLEM, "nsswitch: " NSSWITCH_FILE ": %s", strerror(error));
	state = nsswitch_check(file);
	(void)fclose(file);
	if (state != NSSWITCH_OK)
		return check_line(CHECK_PROBLEM, "nsswitch: " NSSWITCH_FILE " %s", repairs[state]);
	return check_line(CHECK_OK, "nsswitch: qemuvm is asked before the network") &&
	       module != NULL;
}

/* getent runs in a process of its own, and loads the services of nsswitch.conf(5) like any other
 * program. */
bool check_nss_probe(const struct resolver_answer *answer)
{
	static char output[OUTPUT_SIZE];
	const char *const command[] = {"getent", "ahosts", answer->host, NULL};
	int status = program_run(command, "", output, sizeof(output));
	char *rest = output, *line, text[ADDRESS_TEXT_MAX];

	if (status == -ENOENT) {
		check_begin(CHECK_SKIPPED);
		puts("lookup: getent(1) is not installed");
		return true;
	}
	if (status != 0)
		return check_line(CHECK_PROBLEM,
			"lookup: getaddrinfo does not find %s, but qemuvm does: see "
			"the lines above",
			answer->host);
	/* The first word of each line is an address. */
	while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
		line[strcspn(line, " \t")] = '\0';
		for (size_t i = 0; i < answer->address_count; i++)
			if (strcmp(line, address_format(&answer->addresses[i], text)) == 0)
				return check_line(
					CHECK_OK, "lookup: getaddrinfo finds %s", answer->host);
	}
	return check_line(CHECK_PROBLEM,
		"lookup: getaddrinfo finds another address for %s: is it in /etc/hosts?",
		answer->host);
}

/* The user who listens on a socket. 0 or a negative errno. */
static int listener_of(const char *path, uid_t *ret_uid)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct ucred peer = {.pid = 0};
	socklen_t len = sizeof(peer);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r = 0;

	if (fd < 0)
		return -errno;
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		r = -errno;
	close(fd);
	if (r == 0)
		*ret_uid = peer.uid;
	return r;
}

bool check_nscd(void)
{
	char line[256], service[32], value[32];
	const struct passwd *user;
	bool has_hosts = true;
	uid_t uid = 0;
	FILE *file;

	if (listener_of(NSCD_SOCKET, &uid) < 0)
		return true;
	/* After "enable-cache hosts no" (nscd.conf(5)) glibc does not ask nscd. */
	file = fopen(NSCD_CONFIG, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, " enable-cache %31s %31s", service, value) == 2 &&
			strcmp(service, "hosts") == 0)
			has_hosts = strcmp(value, "no") != 0;
	if (file != NULL)
		(void)fclose(file);
	if (!has_hosts)
		return true;
	if (uid == geteuid())
		return check_line(CHECK_OK, "nscd: runs as you, so it finds the same VMs");
	user = getpwuid(uid);
	check_begin(CHECK_PROBLEM);
	fputs("nscd: looks names up as ", stdout);
	output_text(stdout, user != NULL ? user->pw_name : "another user");
	puts(", who does not see your VMs: put \"enable-cache hosts no\" into " NSCD_CONFIG
	     ", and restart it");
	return false;
}
