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

static bool check_module(void)
{
	void *module = dlopen(MODULE, RTLD_NOW);
	struct link_map *map;
	bool is_there;

	if (module == NULL)
		return check_problem(
			"NSS module: %s: run `sudo ./install.sh`, then `sudo ldconfig`", dlerror());
	is_there = dlinfo(module, RTLD_DI_LINKMAP, &map) == 0;
	check_ok("NSS module: the loader finds %s, glibc %s", is_there ? map->l_name : MODULE,
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
		[NSSWITCH_TOO_LATE] = "names qemuvm too late: put it before the first service that "
				      "asks the network (resolve, dns, mdns, mdns4) or ends the "
				      "look-up (an action such as [NOTFOUND=return])",
		[NSSWITCH_NO_ACTION] = "names qemuvm without `[!UNAVAIL=return]` behind it: names "
				       "of VMs would go out to the network",
	};
	FILE *file = fopen(NSSWITCH_FILE, "re");
	enum nsswitch_state state;

	if (file == NULL)
		return check_problem("nsswitch: " NSSWITCH_FILE ": %s", strerror(errno));
	state = nsswitch_check(file);
	fclose(file);
	if (state != NSSWITCH_OK)
		return check_problem("nsswitch: " NSSWITCH_FILE " %s", mends[state]);
	return check_ok("nsswitch: qemuvm is asked before the network");
}

bool check_nss(void)
{
	bool is_ok = check_module();

	is_ok &= check_nsswitch();
	return is_ok;
}

/* The first word of a line is one of the VM's addresses. */
static bool has_address(char *output, const struct resolver_answer *answer)
{
	char *rest = output, *line, text[ADDRESS_TEXT_MAX];

	while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
		line[strcspn(line, " \t")] = '\0';
		for (size_t i = 0; i < answer->address_count; i++)
			if (strcmp(line, address_format(&answer->addresses[i], text)) == 0)
				return true;
	}
	return false;
}

/* In a process of its own, which loads what nsswitch.conf(5) names as any other does. */
bool check_nss_probe(const struct resolver_answer *answer)
{
	static char output[OUTPUT_SIZE];
	const char *const command[] = {"getent", "ahosts", answer->host, NULL};
	int status = program_run(command, "", output, sizeof(output));

	if (status == 0 && has_address(output, answer)) {
		check_begin(CHECK_OK);
		printf("look-up: getaddrinfo finds %s\n", answer->host);
		return true;
	}
	check_begin(status == -ENOENT ? CHECK_SKIPPED : CHECK_PROBLEM);
	if (status == -ENOENT)
		puts("look-up: no getent(1) here to try it with");
	else if (status == 0)
		printf("look-up: getaddrinfo finds something else under %s: is it in /etc/hosts?\n",
			answer->host);
	else
		printf("look-up: getaddrinfo does not find %s, though qemuvm does: see the lines "
		       "above\n",
			answer->host);
	return status == -ENOENT;
}

/* Who listens there, by the kernel's word. */
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

/* "enable-cache hosts no" of nscd.conf(5): glibc then looks up by itself. */
static bool has_no_hosts(void)
{
	FILE *file = fopen(NSCD_CONFIG, "re");
	char line[256], service[32], value[32];
	bool is_off = false;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, " enable-cache %31s %31s", service, value) == 2 &&
			strcmp(service, "hosts") == 0)
			is_off = strcmp(value, "no") == 0;
	if (file != NULL)
		(void)fclose(file);
	return is_off;
}

bool check_nscd(void)
{
	const struct passwd *user;
	uid_t uid = 0;

	if (listener_of(NSCD_SOCKET, &uid) < 0 || has_no_hosts())
		return true;
	if (uid == geteuid()) {
		check_begin(CHECK_OK);
		puts("nscd: runs as you, and so sees the same VMs");
		return true;
	}
	user = getpwuid(uid);
	check_begin(CHECK_PROBLEM);
	fputs("nscd: answers look-ups as ", stdout);
	output_text(stdout, user != NULL ? user->pw_name : "another user");
	puts(", whose VMs are not yours: put \"enable-cache hosts no\" into " NSCD_CONFIG
	     ", and restart it");
	return false;
}
