/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a file in a process's folder: stat, status or cgroup, by the first byte. They are
 * written into a folder as proc_open() opens one, and read as all processes are.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/trust.h"
#include "fuzz.h"
#include "host/proc.h"

#define CGROUP_SIZE 1024
#define STRANGER    4712

/* Made once, and removed when the program ends. */
static char folder[] = "/tmp/fuzz_proc.XXXXXX";
static int folder_fd = -1;

static const char *const files[] = {"stat", "status", "cgroup"};

static void remove_folder(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(folder_fd, files[i], 0);
	(void)rmdir(folder);
}

static void write_file(const char *name, const uint8_t *bytes, size_t len)
{
	int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
}

/* Support for a process ends with any line that speaks of a stranger. */
static void check_cgroup(void)
{
	static char text[CGROUP_SIZE + 64];
	struct trust trust = {.uids = {0}, .count = 1};

	if (proc_cgroup(folder_fd, text, CGROUP_SIZE) < 0)
		abort();
	(void)trust_judge_cgroup(&trust, text);
	(void)snprintf(text + strlen(text), 64, "\n0::/user.slice/user-%d.slice/x\n", STRANGER);
	if (trust_judge_cgroup(&trust, text) > 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct proc_status status;
	uint64_t ticks;
	size_t which;

	if (folder_fd < 0) {
		if (mkdtemp(folder) == NULL)
			abort();
		folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folder_fd < 0)
			abort();
		atexit(remove_folder);
	}
	if (len == 0)
		return 0;
	which = bytes[0] % 3;
	write_file(files[which], bytes + 1, len - 1);
	if (which == 0)
		(void)proc_start_time(folder_fd, &ticks);
	else if (which == 1)
		(void)proc_status(folder_fd, &status);
	else
		check_cgroup();
	return 0;
}
