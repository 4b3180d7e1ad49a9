/* SPDX-License-Identifier: MIT */
#include "cache/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cache/cache_entry.h"
#include "host/proc.h"
#include "host/runtime.h"

/* Files are gone through when a new one is made; more of them than there are VMs are of VMs that
 * have ended. */
#define PRUNED_FILES_MAX 8192
/* A file that nobody wrote for so long is of a VM that has ended, or will be made again. */
#define PRUNE_AFTER_S 3600

#define MS_PER_S 1000

int64_t cache_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

bool cache_is_within(int64_t at_ms, int64_t span_ms)
{
	int64_t now = cache_now_ms();

	return at_ms != 0 && at_ms <= now && now - at_ms < span_ms;
}

void cache_open(const struct config *config, struct cache *ret_cache)
{
	struct stat network;

	*ret_cache = (struct cache){.directory_fd = -1, .locks_fd = -1, .config = config->identity};
	if (config->cache_s == 0 && config->stale_s == 0)
		return;
	if (stat("/proc/thread-self/ns/net", &network) < 0)
		return;
	ret_cache->network = network.st_ino;
	ret_cache->directory_fd = runtime_open();
}

void cache_close(struct cache *cache)
{
	if (cache->locks_fd >= 0)
		close(cache->locks_fd);
	if (cache->directory_fd >= 0)
		close(cache->directory_fd);
	cache->locks_fd = cache->directory_fd = -1;
}

static void set_lock_key(struct cache_place *place)
{
	place->lock_key = text_hash(text_of(place->file));
}

static int stat_socket(const char *path, struct stat *ret_status)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISSOCK(status.st_mode))
		return -ENOENT;
	*ret_status = status;
	return 0;
}

int cache_place_of_socket(const char *path, struct cache_place *ret_place)
{
	struct stat status = {.st_dev = 0};
	int r = stat_socket(path, &status);

	if (r < 0)
		return r;
	(void)snprintf(ret_place->file, sizeof(ret_place->file), "socket-%" PRIx64 "-%" PRIu64,
		(uint64_t)status.st_dev, (uint64_t)status.st_ino);
	set_lock_key(ret_place);
	return 0;
}

void cache_place_of_process(pid_t pid, uint64_t start_time, struct cache_place *ret_place)
{
	(void)snprintf(ret_place->file, sizeof(ret_place->file), "process-%d-%" PRIu64, (int)pid,
		start_time);
	set_lock_key(ret_place);
}

static int64_t changed_ns(const struct stat *status)
{
	return (int64_t)status->st_ctim.tv_sec * 1000000000 + status->st_ctim.tv_nsec;
}

static int identify_socket(const char *path, struct cache_socket *ret_socket)
{
	struct cache_socket socket = {.device = 0};
	struct stat status = {.st_dev = 0};
	int r = stat_socket(path, &status);

	if (r < 0)
		return r;
	socket.device = (uint64_t)status.st_dev;
	socket.inode = (uint64_t)status.st_ino;
	socket.changed_ns = changed_ns(&status);
	(void)snprintf(socket.path, sizeof(socket.path), "%s", path);
	*ret_socket = socket;
	return 0;
}

static int identify_process(pid_t pid, uid_t uid, struct cache_process *ret_process)
{
	struct cache_process process = {.pid = pid, .uid = uid};
	int r = proc_birth(pid, &process.start_time, &process.owner);

	if (r == 0)
		*ret_process = process;
	return r;
}

/* Has the VM a socket that the caller's own file system shows? */
static bool has_socket(const struct vm *vm)
{
	return vm->agent.kind == VM_ENDPOINT_UNIX && vm->agent.path[0] == '/' &&
	       vm->agent.root_pid == 0;
}

int cache_identify(const struct cache *cache, const struct vm *vm, struct cache_entry *entry)
{
	int r = identify_process(vm->pid, vm->uid, &entry->process);

	if (r == 0 && has_socket(vm))
		r = identify_socket(vm->agent.path, &entry->socket);
	entry->network = cache->network;
	entry->config = cache->config;
	return r;
}

static bool is_same_process(const struct cache_process *before)
{
	struct cache_process now;

	return identify_process(before->pid, before->uid, &now) == 0 &&
	       now.start_time == before->start_time && now.owner == before->owner;
}

static bool is_same_socket(const struct cache_socket *before)
{
	struct cache_socket now;

	if (before->path[0] == '\0')
		return true;
	return identify_socket(before->path, &now) == 0 && now.device == before->device &&
	       now.inode == before->inode && now.changed_ns == before->changed_ns;
}

static bool is_past(int64_t at_ms, int64_t now_ms)
{
	return at_ms <= now_ms;
}

/* Is it still what it was? The cheap questions come first. */
static bool is_true(
	const struct cache *cache, const struct trust *trust, const struct cache_entry *entry)
{
	int64_t now = cache_now_ms();

	return entry->network == cache->network && entry->config == cache->config &&
	       is_past(entry->answer.at_ms, now) && is_past(entry->agent.at_ms, now) &&
	       is_past(entry->failed_ms, now) && is_past(entry->unanswered_ms, now) &&
	       trust_has_uid(trust, entry->process.uid) && is_same_socket(&entry->socket) &&
	       is_same_process(&entry->process);
}

/* The text of a file that only the caller can have written. */
static int read_file(int fd, char *ret_text, size_t size)
{
	struct stat status;
	ssize_t len;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
		(status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return -EPERM;
	len = read(fd, ret_text, size - 1);
	if (len < 0)
		return -errno;
	ret_text[len] = '\0';
	return memchr(ret_text, '\0', (size_t)len) == NULL ? 0 : -EBADMSG;
}

char *cache_read_text(const struct cache *cache, const char *file, size_t max)
{
	char *text;
	int fd;

	if (cache->directory_fd < 0)
		return NULL;
	/* O_NONBLOCK: what is no regular file shall not hold us. */
	fd = openat(cache->directory_fd, file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	text = malloc(max);
	if (text != NULL && read_file(fd, text, max) < 0) {
		free(text);
		text = NULL;
	}
	close(fd);
	return text;
}

static int read_entry(const struct cache *cache, const char *file, struct cache_entry *ret_entry)
{
	char *text = cache_read_text(cache, file, CACHE_FILE_MAX);
	int r = text != NULL ? cache_entry_read(text, ret_entry) : -ENOENT;

	free(text);
	return r;
}

int cache_read(const struct cache *cache, const struct cache_place *place,
	const struct trust *trust, struct cache_entry *ret_entry)
{
	int r;

	if (cache->directory_fd < 0)
		return -ENOENT;
	r = read_entry(cache, place->file, ret_entry);
	if (r < 0)
		return r;
	return is_true(cache, trust, ret_entry) ? 0 : -ESTALE;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The link of a name: "web.vm". */
static int link_of(const char *name, char ret_link[static NAME_MAX + 1])
{
	int len = snprintf(ret_link, NAME_MAX + 1, "%s." NAME_DOMAIN, name);

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	for (; *ret_link != '\0'; ret_link++)
		*ret_link = lower(*ret_link);
	return 0;
}

/* What is at the other end of a link may have become another VM's. */
static bool has_name(const struct cache_entry *entry, const char *name)
{
	for (unsigned int i = 0; i < entry->name_count; i++)
		if (name_matches(name, entry->names[i]))
			return true;
	return false;
}

int cache_read_name(const struct cache *cache, const char *name, const struct trust *trust,
	struct cache_entry *ret_entry)
{
	char link[NAME_MAX + 1];
	int r = link_of(name, link);

	if (cache->directory_fd < 0)
		return -ENOENT;
	if (r == 0)
		r = read_entry(cache, link, ret_entry);
	if (r < 0)
		return r;
	if (!has_name(ret_entry, name))
		return -ENOENT;
	return is_true(cache, trust, ret_entry) ? 0 : -ESTALE;
}

static bool is_old(int directory_fd, const char *name, int flags)
{
	struct timespec now;
	struct stat status;

	if (fstatat(directory_fd, name, &status, flags) < 0)
		return errno == ENOENT;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - status.st_mtim.tv_sec > PRUNE_AFTER_S;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Agents' sockets may be in this directory, too. */
static void prune_file(int directory_fd, const char *name)
{
	bool is_entry = begins_with(name, "socket-") || begins_with(name, "process-") ||
			begins_with(name, "keys-") || begins_with(name, "new-");

	if ((is_entry && is_old(directory_fd, name, AT_SYMLINK_NOFOLLOW)) ||
		(ends_with(name, "." NAME_DOMAIN) && is_old(directory_fd, name, 0)))
		unlinkat(directory_fd, name, 0);
}

/* What VMs that have ended left. */
static void prune(const struct cache *cache)
{
	int fd = openat(cache->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (directory == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (int i = 0; i < PRUNED_FILES_MAX && (entry = readdir(directory)) != NULL; i++)
		prune_file(cache->directory_fd, entry->d_name);
	closedir(directory);
}

/* A name that no other writer uses. 0 or a negative errno. */
static int draw_name(char ret_name[static NAME_MAX + 1])
{
	uint64_t bits;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
		return -errno;
	(void)snprintf(ret_name, NAME_MAX + 1, "new-%016" PRIx64, bits);
	return 0;
}

static int write_new(const struct cache *cache, const char *name, const char *text, size_t len)
{
	int fd = openat(cache->directory_fd, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, len);
	close(fd);
	return written == (ssize_t)len ? 0 : -ENOSPC;
}

/* Puts a new file in the place of an old one, or leaves none of either. */
static int replace(const struct cache *cache, const char *file, const char *text, size_t len)
{
	char name[NAME_MAX + 1];
	int r = draw_name(name);

	if (r < 0)
		return r;
	r = write_new(cache, name, text, len);
	if (r == 0 && renameat(cache->directory_fd, name, cache->directory_fd, file) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(cache->directory_fd, name, 0);
		unlinkat(cache->directory_fd, file, 0);
	}
	return r;
}

void cache_write_text(const struct cache *cache, const char *file, const char *text, size_t len)
{
	if (cache->directory_fd >= 0)
		(void)replace(cache, file, text, len);
}

/* One that leads elsewhere is replaced. */
static void link_name(const struct cache *cache, const char *name, const char *file)
{
	char link[NAME_MAX + 1], target[NAME_MAX + 1];
	ssize_t len;

	if (link_of(name, link) < 0)
		return;
	len = readlinkat(cache->directory_fd, link, target, sizeof(target));
	if (len >= 0 && (size_t)len == strlen(file) && memcmp(target, file, (size_t)len) == 0)
		return;
	if (len >= 0)
		unlinkat(cache->directory_fd, link, 0);
	/* Without a link the VM is looked for again. */
	if (symlinkat(file, cache->directory_fd, link) < 0)
		return;
}

void cache_write(
	const struct cache *cache, const struct cache_place *place, const struct cache_entry *entry)
{
	char *text;
	int len;

	if (cache->directory_fd < 0)
		return;
	text = malloc(CACHE_FILE_MAX);
	if (text == NULL)
		return;
	len = cache_entry_write(entry, text, CACHE_FILE_MAX);
	if (len > 0 && faccessat(cache->directory_fd, place->file, F_OK, 0) < 0)
		prune(cache);
	if (len > 0 && replace(cache, place->file, text, (size_t)len) == 0)
		for (unsigned int i = 0; i < entry->name_count; i++)
			link_name(cache, entry->names[i], place->file);
	free(text);
}
