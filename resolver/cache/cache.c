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
#include "config/config_file.h"
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

/* opened is how: runtime_open() or runtime_make(). */
static void open_cache(uint64_t config, int (*opened)(uid_t uid), struct cache *ret_cache)
{
	char link[32];
	ssize_t len = readlink("/proc/thread-self/ns/net", link, sizeof(link));
	struct text number = {link, link + len};

	*ret_cache = (struct cache){
		.directory_fd = -1, .locks_fd = -1, .uid = geteuid(), .config = config};
	/* "net:[4026531840]"; stat(2) of it would make an inode each time. */
	if (len > 0 && text_take(&number, "net:[") &&
		text_take_number(&number, 10, UINT64_MAX, &ret_cache->network) == 0)
		ret_cache->directory_fd = opened(ret_cache->uid);
}

void cache_open(const struct config *config, struct cache *ret_cache)
{
	*ret_cache = (struct cache){.directory_fd = -1, .locks_fd = -1};
	if (config == NULL || (config->cache_s == 0 && config->stale_s == 0))
		return;
	open_cache(config->identity, runtime_make, ret_cache);
	ret_cache->cache_ms = (uint64_t)config->cache_s * MS_PER_S;
}

void cache_close(struct cache *cache)
{
	if (cache->locks_fd >= 0)
		close(cache->locks_fd);
	if (cache->directory_fd >= 0)
		close(cache->directory_fd);
	cache->locks_fd = cache->directory_fd = -1;
}

static struct cache_file file_of(const struct stat *status)
{
	return (struct cache_file){
		.device = (uint64_t)status->st_dev,
		.inode = (uint64_t)status->st_ino,
		.changed_ns = (uint64_t)status->st_ctim.tv_sec * 1000000000 +
			      (uint64_t)status->st_ctim.tv_nsec,
	};
}

static bool is_same_file(struct cache_file a, struct cache_file b)
{
	return a.device == b.device && a.inode == b.inode && a.changed_ns == b.changed_ns;
}

int cache_place_of_socket(struct trust *trust, const char *path, struct cache_place *ret_place)
{
	struct cache_place place = {.file = ""};
	int fd = trust_open_path(trust, -1, path), r = 0;
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		r = -errno;
	else if (!S_ISSOCK(status.st_mode))
		r = -ENOENT;
	close(fd);
	if (r < 0)
		return r;
	(void)snprintf(place.file, sizeof(place.file), "socket-%" PRIx64 "-%" PRIu64,
		(uint64_t)status.st_dev, (uint64_t)status.st_ino);
	place.socket.file = file_of(&status);
	(void)snprintf(place.socket.path, sizeof(place.socket.path), "%s", path);
	*ret_place = place;
	return 0;
}

void cache_place_of_process(pid_t pid, uint64_t start_time, struct cache_place *ret_place)
{
	*ret_place = (struct cache_place){.file = ""};
	(void)snprintf(ret_place->file, sizeof(ret_place->file), "process-%d-%" PRIu64, (int)pid,
		start_time);
}

char *cache_read_text(const struct cache *cache, const char *file, size_t max)
{
	struct stat status;
	ssize_t len = -1;
	char *text;
	int fd;

	if (cache->directory_fd < 0)
		return NULL;
	/* O_NONBLOCK: what is no regular file shall not hold us. */
	fd = openat(cache->directory_fd, file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	text = malloc(max);
	if (text != NULL && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		status.st_uid == cache->uid && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		len = read(fd, text, max - 1);
	close(fd);
	if (len < 0 || memchr(text, '\0', (size_t)len) != NULL) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* An entry of this network and configuration, and from a clock that was not set back since. */
static int read_entry(const struct cache *cache, const char *file, struct cache_entry *ret_entry)
{
	const struct cache_entry *entry = ret_entry;
	char *text = cache_read_text(cache, file, CACHE_FILE_MAX);
	int r = text != NULL ? cache_entry_read(text, ret_entry) : -ENOENT;
	int64_t now = cache_now_ms();

	free(text);
	if (r < 0)
		return r;
	return entry->network == cache->network && entry->config == cache->config &&
			       entry->answer.at_ms <= now && entry->agent.at_ms <= now &&
			       entry->failed_ms <= now && entry->unanswered_ms <= now
		       ? 0
		       : -ESTALE;
}

static bool is_same_process(const struct cache_process *process)
{
	uint64_t start_time;
	uid_t owner;

	return proc_birth(process->pid, &start_time, &owner) == 0 &&
	       start_time == process->start_time && owner == process->owner;
}

int cache_read(const struct cache *cache, const struct cache_place *place, struct trust *trust,
	struct cache_entry *ret_entry)
{
	int r = read_entry(cache, place->file, ret_entry);

	if (r < 0)
		return r;
	return is_same_file(ret_entry->socket.file, place->socket.file) &&
			       trust_has_uid(trust, ret_entry->process.uid) &&
			       is_same_process(&ret_entry->process)
		       ? 0
		       : -ESTALE;
}

/* The link of a name: "web.vm". */
static int link_of(const char *name, char ret_link[static NAME_MAX + 1])
{
	size_t len = strlen(name);

	if (len > NAME_MAX - strlen("." NAME_DOMAIN))
		return -ENAMETOOLONG;
	for (size_t i = 0; i < len; i++)
		ret_link[i] =
			name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
	memcpy(ret_link + len, "." NAME_DOMAIN, sizeof("." NAME_DOMAIN));
	return 0;
}

/* Reading the file takes six times as long as looking at it. */
static int look_at_stat(pid_t pid, struct stat *ret_status)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return stat(path, ret_status) < 0 ? -errno : 0;
}

/*
 * Every lookup of a known name takes this path, so it makes as few system calls as it can.
 *
 * The entry says that its user was trusted under this configuration; only a user who is neither
 * root, nor the caller, nor the owner of the process needs another look. The socket was found
 * without following a link that others could make, and if it is one now it is another file.
 */
int cache_read_name(const char *name, struct cache_entry *ret_entry)
{
	const struct cache_process *process = &ret_entry->process;
	const struct cache_socket *socket = &ret_entry->socket;
	char link[NAME_MAX + 1];
	bool has_name = false;
	struct cache cache;
	struct stat status;
	int r = link_of(name, link);

	if (r < 0)
		return r;
	open_cache(config_identity(), runtime_open, &cache);
	r = read_entry(&cache, link, ret_entry);
	cache_close(&cache);
	if (r < 0)
		return r;
	/* What is at the other end of a link may have become another VM's. */
	for (unsigned int i = 0; i < ret_entry->name_count && !has_name; i++)
		has_name = name_matches(name, ret_entry->names[i]);
	if (!has_name)
		return -ENOENT;
	if (!cache_is_within(ret_entry->answer.at_ms, (int64_t)ret_entry->cache_ms))
		return -ESTALE;
	if (process->uid != 0 && process->uid != cache.uid && process->uid != process->owner)
		return -ESTALE;
	if (socket->path[0] != '\0' &&
		(lstat(socket->path, &status) < 0 || !is_same_file(socket->file, file_of(&status))))
		return -ESTALE;
	if (look_at_stat(process->pid, &status) < 0)
		return -ESTALE;
	if (is_same_file(process->stat, file_of(&status)) && status.st_uid == process->owner)
		return 0;
	return is_same_process(process) ? 0 : -ESTALE;
}

/* Removes what VMs that have ended left. Agents' sockets may be in this directory, too. */
static void prune(const struct cache *cache)
{
	int fd = openat(cache->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	struct timespec now;

	if (directory == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	for (int i = 0; i < PRUNED_FILES_MAX && (entry = readdir(directory)) != NULL; i++) {
		struct text name = text_of(entry->d_name);
		bool is_link = text_ends_with(name, "." NAME_DOMAIN);
		bool is_old;
		struct stat status;

		if (!is_link && !text_begins_with(name, "socket-") &&
			!text_begins_with(name, "process-") && !text_begins_with(name, "keys-") &&
			!text_begins_with(name, "new-"))
			continue;
		/* A link is as old as what it leads to. */
		if (fstatat(fd, entry->d_name, &status, is_link ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
			is_old = errno == ENOENT;
		else
			is_old = now.tv_sec - status.st_mtim.tv_sec > PRUNE_AFTER_S;
		if (is_old)
			unlinkat(fd, entry->d_name, 0);
	}
	closedir(directory);
}

int cache_write_text(const struct cache *cache, const char *file, const char *text, size_t len)
{
	char name[NAME_MAX + 1];
	ssize_t written = -1;
	uint64_t bits;
	int fd;

	if (cache->directory_fd < 0)
		return -ENOENT;
	/* A name that no other writer uses. */
	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
		return -EAGAIN;
	(void)snprintf(name, sizeof(name), "new-%016" PRIx64, bits);
	fd = openat(cache->directory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	if (fd >= 0) {
		written = write(fd, text, len);
		close(fd);
	}
	if (written == (ssize_t)len &&
		renameat(cache->directory_fd, name, cache->directory_fd, file) == 0)
		return 0;
	unlinkat(cache->directory_fd, name, 0);
	unlinkat(cache->directory_fd, file, 0);
	return -EIO;
}

void cache_write(const struct cache *cache, const struct cache_place *place, const struct vm *vm,
	struct cache_entry *entry)
{
	struct cache_process process = {.pid = vm->pid, .uid = vm->uid};
	char link[NAME_MAX + 1], target[NAME_MAX + 1], *text;
	struct stat status;
	bool is_written;
	int len;

	if (cache->directory_fd < 0)
		return;
	if (proc_birth(vm->pid, &process.start_time, &process.owner) < 0 ||
		look_at_stat(vm->pid, &status) < 0)
		return;
	process.stat = file_of(&status);
	text = malloc(CACHE_FILE_MAX);
	if (text == NULL)
		return;
	name_spell(vm->id, entry->vm);
	entry->process = process;
	entry->socket = place->socket;
	entry->network = cache->network;
	entry->config = cache->config;
	entry->cache_ms = cache->cache_ms;
	len = cache_entry_write(entry, text, CACHE_FILE_MAX);
	if (len > 0 && faccessat(cache->directory_fd, place->file, F_OK, 0) < 0)
		prune(cache);
	is_written = len > 0 && cache_write_text(cache, place->file, text, (size_t)len) == 0;
	free(text);
	/* Without a link the VM is looked for again; one that leads elsewhere is replaced. */
	for (unsigned int i = 0; is_written && i < entry->name_count; i++) {
		ssize_t target_len;

		if (link_of(entry->names[i], link) < 0)
			continue;
		target_len = readlinkat(cache->directory_fd, link, target, sizeof(target));
		if (target_len >= 0 &&
			text_equals((struct text){target, target + target_len}, place->file))
			continue;
		if (target_len >= 0)
			unlinkat(cache->directory_fd, link, 0);
		(void)!symlinkat(place->file, cache->directory_fd, link);
	}
}
