/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CACHE_H
#define QEMUVM_CACHE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cache/cache_entry.h"
#include "config/config.h"
#include "config/trust.h"
#include "qemu/vm.h"

/*
 * What one user's processes learned of a VM, in a small file of the runtime directory, replaced by
 * rename. It can be read by a person, and removed at any time.
 *
 * An entry is of one process (pid and start time), of the socket that was connected to (its inode
 * and when that was made), of one network namespace and one configuration. Reading finds nothing if
 * any of it is another now: a VM that was started again has no entry.
 *
 * Times are milliseconds of CLOCK_BOOTTIME, which is not set and does not stop; what is of the
 * future is of no use.
 */

/* The runtime directory, open for one question; all of it may be missing. */
struct cache {
	int directory_fd; /* -1: none; then nothing is found, and nothing kept */
	int locks_fd;     /* see cache_lock.h; -1 until somebody needs it */
	uid_t uid;        /* whose directory it is */
	uint64_t network, config;
	uint64_t cache_ms; /* see struct cache_entry */
};

/* There is no cache if the configuration wants none, or config is NULL: *ret_cache is always
 * usable.
 */
void cache_open(const struct config *config, struct cache *ret_cache);
void cache_close(struct cache *cache);

/* Where a VM's entry is: the name of its file, which is also that of its lock. */
struct cache_place {
	char file[NAME_MAX + 1];
	struct cache_socket socket; /* all zero: the VM is found by its process */
};

/* The place of the VM behind a socket, which is opened as trust_open_path() does: 0, -ENOENT (no
 * socket there), or what that said. */
int cache_place_of_socket(struct trust *trust, const char *path, struct cache_place *ret_place);
void cache_place_of_process(pid_t pid, uint64_t start_time, struct cache_place *ret_place);

/* The entry in a place, if it is still true: 0, or a negative errno, all of which mean that there
 * is none. *ret_entry is written in any case. */
int cache_read(const struct cache *cache, const struct cache_place *place, struct trust *trust,
	struct cache_entry *ret_entry);

/* The entry that a name led to lately, if it is still true and its answer serves: the quick path,
 * which needs neither an open cache nor a configuration. 0, or a negative errno: there is none. */
int cache_read_name(const char *name, struct cache_entry *ret_entry);

/* Keeps the entry as that of the VM, whose process and socket are filled in as they are now, and
 * lets each of its names lead to it. If that fails the old one is gone. */
void cache_write(const struct cache *cache, const struct cache_place *place, const struct vm *vm,
	struct cache_entry *entry);

/* The text of another file of the cache, for the caller to free; NULL if there is none that the
 * caller alone can have written, or it is longer than max. */
char *cache_read_text(const struct cache *cache, const char *file, size_t max);
/* Puts a text in its place: 0, or a negative errno, and then there is none. */
int cache_write_text(const struct cache *cache, const char *file, const char *text, size_t len);

int64_t cache_now_ms(void);

/* Is a time within the last span_ms? */
bool cache_is_within(int64_t at_ms, int64_t span_ms);

#endif
