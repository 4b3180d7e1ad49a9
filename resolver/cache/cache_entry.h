/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CACHE_ENTRY_H
#define QEMUVM_CACHE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"
#include "base/name.h"
#include "config/config.h"
#include "qemu/vm.h"

/*
 * An entry as a text of lines, a word of what it is first:
 *
 *   qemuvm 1
 *   vm web
 *   name web
 *   process 4711 938271 0 0
 *   proc 15 40193 1795632552588067176
 *   socket 1f 83421 176395 /run/qemuvm/web.qga
 *   network 4026531840
 *   config 14695981039346656037 5000
 *   agent 1212345
 *   claim 192.0.2.17 52:54:00:12:34:56
 *   answer 1212345 agent 0 192.0.2.17
 *   failed 1213456 112
 *   unanswered 1213456
 *   end
 *
 * Another version has another first line, and is not read. A text that is cut has no last line.
 */

/* Claims of an agent that are kept: those that count, with room for a few more than an answer. */
#define CACHE_CLAIMS_MAX 32
/* Names that lead straight to an entry. */
#define CACHE_NAMES_MAX 8
/* A file with all of that has 8 KiB. */
#define CACHE_FILE_MAX 16384

/* What tells a file from any other that was or will be in its place. */
struct cache_file {
	uint64_t device, inode, changed_ns;
};

struct cache_process {
	pid_t pid;
	uint64_t start_time; /* clock ticks since boot */
	uid_t owner;         /* of /proc/PID */
	uid_t uid;           /* whom trust is asked of: who listens, or runs it */
	/* Its /proc/PID/stat: the same for as long as the process lives and the kernel, which makes
	 * another one when it lacks memory, keeps it. */
	struct cache_file stat;
};

struct cache_socket {
	char path[ENDPOINT_PATH_SIZE]; /* "": none that the caller's file system shows */
	struct cache_file file;
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
	uint64_t network, config; /* the inode of the namespace; config_identity() */
	uint64_t cache_ms;        /* how long an answer serves under that configuration */
	struct cache_answer answer;
	struct cache_agent agent;
	int64_t failed_ms; /* when the agent last failed, after it answered; 0: it did not */
	int agent_error;
	/* When a question was left to an agent that owes the reply, and spins until somebody stays
	 * for a while (agent.h); 0: it owes none. */
	int64_t unanswered_ms;
};

/* Writes the text, with a NUL behind it. Its length, or -E2BIG, -EINVAL (a name or path that is no
 * line's). */
int cache_entry_write(const struct cache_entry *entry, char *ret_text, size_t size);

/* Reads a text that ends with a NUL. 0 or -EBADMSG: of anything in it, and *ret_entry is of no use.
 */
int cache_entry_read(const char *text, struct cache_entry *ret_entry);

#endif
