/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the file of host keys that a cache has of this process, after the two lines that say
 * so if the first byte is a '+'. Whatever is read is written and read again.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/cache_keys.h"
#include "fuzz.h"
#include "host/proc.h"

static struct cache cache = {.directory_fd = -1, .locks_fd = -1};
static struct vm vm;
static char folder[] = "/tmp/qemuvm-fuzz-keys-XXXXXX";
static char name[32], head[96];

static void remove_folder(void)
{
	rmdir(folder);
}

static void begin(void)
{
	uint64_t start_time;
	uid_t owner;

	if (mkdtemp(folder) == NULL || proc_birth(getpid(), &start_time, &owner) < 0)
		abort();
	cache.directory_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cache.uid = geteuid();
	vm.pid = getpid();
	vm.start_time = start_time;
	if (cache.directory_fd < 0 || atexit(remove_folder) != 0)
		abort();
	(void)snprintf(name, sizeof(name), "keys-%d", (int)getpid());
	(void)snprintf(head, sizeof(head), "qemuvm-keys 1\nprocess %d %" PRIu64 "\n", (int)getpid(),
		start_time);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct host_keys keys = {.count = 0}, again = {.count = 0};
	bool has_head = len > 0 && bytes[0] == '+';
	int fd;

	if (cache.directory_fd < 0)
		begin();
	fd = openat(cache.directory_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || (has_head && write(fd, head, strlen(head)) < 0) ||
		write(fd, bytes + has_head, len - has_head) < 0)
		abort();
	close(fd);
	if (cache_keys_read(&cache, &vm, &keys) > HOST_KEYS_MAX)
		abort();
	if (keys.count > 0) {
		cache_keys_write(&cache, &vm, &keys);
		if (cache_keys_read(&cache, &vm, &again) != keys.count)
			abort();
		for (unsigned int i = 0; i < keys.count; i++)
			if (strcmp(keys.list[i], again.list[i]) != 0)
				abort();
	}
	host_keys_done(&keys);
	host_keys_done(&again);
	unlinkat(cache.directory_fd, name, 0);
	return 0;
}
