/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CACHE_H
#define QEMUVM_CACHE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"
#include "base/name.h"
#include "config/config.h"
#include "config/trust.h"
#include "qemu/vm.h"

/*
 * What one user's processes learned of a VM, in a small file of the runtime directory, replaced by
 * rename. It can be read by a person, and removed at any time.
 *
 * An entry is of one process (pid and start time), of the socket that was connected to (its inode
 * and when that was made), of one network namespace and one configuration. cache_read() gives
 * nothing where any of it is another now: a VM that was started again has no entry.
 *
 * Times are milliseconds of CLOCK_BOOTTIME, which is not set and does not stop; what is of the
 * future is of no use.
 */

/* Claims of an agent that are kept: those that count, with room for a few more than an answer. */
#define CACHE_CLAIMS_MAX 32
/* Names that lead straight to an entry. */
#define CACHE_NAMES_MAX 8
/* A file with all of that has 8 KiB. */
#define CACHE_FILE_MAX 16384

struct cache_process {
	pid_t pid;
	uint64_t start_time; /* clock ticks since boot */
	uid_t owner;         /* of /proc/PID */
	uid_t uid;           /* whom trust is asked of: who listens, or runs it */
};

struct cache_socket {
	char path[VM_PATH_SIZE]; /* "": none that the caller's file system shows */
	uint64_t device, inode;
	int64_t changed_ns;
};

/* What a look-up of all addresses led to. */
struct cache_answer {
	int64_t at_ms; /* 0: none is kept */
	enum source_id source;
	int agent_error; /* why it was not the agent that named them, or 0 */
	unsigned int count;
	struct address addresses[ANSWER_ADDRESSES_MAX];
};

struct cache_claim {
	struct address address;
	struct mac mac;
	bool has_mac;
};

/* What the agent said when it last named an address. */
struct cache_agent {
	int64_t at_ms; /* 0: never */
	unsigned int count;
	struct cache_claim claims[CACHE_CLAIMS_MAX];
};

struct cache_entry {
	char vm[NAME_VM_SIZE]; /* its id, spelled as it is typed */
	char names[CACHE_NAMES_MAX][NAME_VM_SIZE];
	unsigned int name_count;
	struct cache_process process;
	struct cache_socket socket;
	uint64_t network, config; /* the inode of the namespace; config.identity */
	struct cache_answer answer;
	struct cache_agent agent;
	int64_t failed_ms; /* when the agent last failed, after it answered; 0: it did not */
	int agent_error;
	/* When a question was left to an agent that owes the reply, and spins until somebody stays
	 * for a while (agent.h); 0: it owes none. */
	int64_t unanswered_ms;
};

/* The runtime directory, open for one question; all of it may be missing. */
struct cache {
	int directory_fd; /* -1: none; then nothing is found, and nothing kept */
	int turns_fd;     /* see turn.h; -1 until somebody needs it */
	uint64_t network, config;
};

/* There is no cache where the configuration wants none: *ret_cache is always usable. */
void cache_open(const struct config *config, struct cache *ret_cache);
void cache_close(struct cache *cache);

/* Where a VM's entry is, and its turn. */
struct cache_place {
	char file[NAME_MAX + 1];
	uint64_t turn;
};

/* The place of the VM behind a socket: 0 or -ENOENT (no socket there). */
int cache_place_of_socket(const char *path, struct cache_place *ret_place);
void cache_place_of_process(pid_t pid, uint64_t start_time, struct cache_place *ret_place);

/* The entry in a place, if it is still true: 0, or -ENOENT, -EBADMSG, -ESTALE, and the like, all of
 * which mean that there is none. */
int cache_read(const struct cache *cache, const struct cache_place *place,
	const struct trust *trust, struct cache_entry *ret_entry);

/* The same by a name that led to it lately. */
int cache_read_name(const struct cache *cache, const char *name, const struct trust *trust,
	struct cache_entry *ret_entry);

/* Fills in whose an entry is: process and socket as they are now. 0 or a negative errno. */
int cache_identify(const struct cache *cache, const struct vm *vm, struct cache_entry *entry);

/* Keeps the entry, and lets each of its names lead to it. Where that fails the old one is gone. */
void cache_write(const struct cache *cache, const struct cache_place *place,
	const struct cache_entry *entry);

/* The text of another file of the cache, for the caller to free; NULL where there is none that the
 * caller alone can have written, or it is longer than max. */
char *cache_read_text(const struct cache *cache, const char *file, size_t max);
/* Puts a text in its place; where that fails there is none. */
void cache_write_text(const struct cache *cache, const char *file, const char *text, size_t len);

int64_t cache_now_ms(void);

/* Is a time within the last span_ms? */
bool cache_is_within(int64_t at_ms, int64_t span_ms);

#endif
