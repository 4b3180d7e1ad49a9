/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RESOLVER_H
#define QEMUVM_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/name.h"
#include "config/config.h"
#include "find/host.h"
#include "find/reason.h"
#include "qemu/vm.h"
#include "source/candidate.h"
#include "source/source.h"

/*
 * The one question of this library: which addresses has the VM of this name? Read this first; the
 * rest of the folder answers it.
 *
 *   name       is it ours, and what did the person mean
 *   vm_find    the running QEMU behind a name (vm_template, vm_scan, vm_argv), if it is somebody's
 *              who counts (trust)
 *   source     who is asked for its addresses (source_agent, source_lease, source_neighbour), all
 *              side by side (lookup)
 *   candidate  which of them count, held against what the kernel knows (netlink)
 *
 * The library never prints, logs or exits, keeps nothing between calls, and changes nothing of the
 * process it runs in but errno.
 */

/*
 * Learns more of the VMs that were found than the host knows for nothing: vm_monitor_query(). Only
 * the programs name it, so that the NSS module does not even link what talks to a monitor.
 */
typedef void resolver_query_monitor_fn(struct trust *trust, struct vm *const *vms, size_t count);

enum resolver_outcome {
	RESOLVER_ADDRESSES,  /* one or more */
	RESOLVER_NO_VM,      /* none of that name that counts */
	RESOLVER_NO_ADDRESS, /* the VM is there and has none of the family, now or later */
	RESOLVER_NOT_YET,    /* the VM is there, its address is not known yet */
};

struct resolver_claims;

struct resolver_question {
	const char *name; /* of a VM as typed, with or without the domain: see name_from_typed() */
	/* The VM that an earlier question of that name led to, or NULL: it is followed by its
	 * process, and not looked for again, if its start time is known. One that has ended is
	 * REASON_VM_GONE. */
	const struct vm *known;
	int family;       /* AF_INET, AF_INET6, or AF_UNSPEC for both */
	int budget_ms;    /* 0: timeout_ms of the configuration */
	/* The caller can use a scope id, so link-local addresses are wanted, too. */
	bool want_scope_id;
	bool wait_for_boot; /* a person waits for this VM: see struct source_agent */
	bool no_cache;      /* what is so now: nothing is read from the cache, nor kept */
	/* The sources that are asked, the most believed first; NULL: the configuration's. */
	const enum source_id *sources;
	unsigned int source_count;
	resolver_query_monitor_fn *query_monitor; /* or NULL */
	const struct agent_session *session; /* what else is wanted of the guest's agent, or NULL */
	/* What each source claims, for a person; all are asked then, even if the first suffices.
	 * SOURCE_COUNT of them, or NULL. */
	struct resolver_claims *claims;
};

struct resolver_answer {
	enum resolver_outcome outcome;
	enum reason reason;

	/* All zero with RESOLVER_NO_VM but its id, which is the name asked for then. */
	struct vm vm;
	char host[NAME_HOST_SIZE]; /* its host name: "web.vm" */

	struct address addresses[ANSWER_ADDRESSES_MAX]; /* best first */
	size_t address_count;
	enum source_id source; /* who named them */
	int64_t age_ms;        /* 0, or how long ago, by an agent that does not answer now */
	/* With RESOLVER_ADDRESSES that the agent did not name, though it was asked: why not. Else
	 * REASON_OK. */
	enum reason agent_reason;
	enum candidate_verdict verdict; /* with REASON_NONE_COUNTS: why the first was left out */
	/* With REASON_AMBIGUOUS; a pid may not be known: 0. */
	char rivals[2][NAME_VM_SIZE];
	pid_t rival_pids[2];
};

/* What one source claims: as if the others were not asked, and each claim with its verdict. */
struct resolver_claims {
	struct resolver_answer answer;
	struct candidates candidates;
};

/*
 * What resolver_ask() answered a moment ago, if the VM is still there: the quick path, which needs
 * no configuration. Of the VM only its addresses and its host name are told; id is spelled as it is
 * typed. False: nothing is known, ask. *ret_answer is always written.
 */
bool resolver_recall(const struct resolver_question *question, struct resolver_answer *ret_answer);

/* Answers within the budget. *ret_answer is always written whole. */
void resolver_ask(struct host *host, const struct resolver_question *question,
	struct resolver_answer *ret_answer);

/*
 * The other way round, in two steps, since most addresses are strangers'. First, with one question
 * to the kernel and nothing else: the MAC that its neighbour table has for an address. 0, -ENOENT,
 * or what netlink said. Then the VM that has the MAC, found with one look at the processes and no
 * question to any agent: *ret_answer names it, with outcome RESOLVER_ADDRESSES and no address, or
 * is RESOLVER_NO_VM, also if two VMs have the MAC.
 */
int resolver_mac_of(const struct address *address, struct mac *ret_mac);
void resolver_ask_mac(
	struct host *host, const struct mac *mac, struct resolver_answer *ret_answer);

/*
 * Which VM has the name, without a word to any guest or monitor: REASON_OK, or why there is none; a
 * socket with a full backlog alone is none.
 */
enum reason resolver_locate(struct host *host, const char *name, struct vm *ret_vm);

/* How resolver_ask_all() works; all zero for the defaults. */
struct resolver_survey {
	int budget_ms;    /* 0: timeout_ms of the configuration */
	bool cached_only; /* the host's knowledge, and what agents said before */
	bool no_cache;    /* as in struct resolver_question */
	/* VMs in containers that do not count are among the answers, as REASON_CONTAINED. */
	bool wants_contained;
	resolver_query_monitor_fn *query_monitor; /* or NULL */
	/* Shows that the library is at work, from time to time while it waits; or NULL. */
	void (*show_progress)(void *context, size_t answered, size_t count);
	void *context;
};

/*
 * All VMs, sorted by id, all asked at the same time from one thread. The array is the caller's, to
 * be freed. Returns their number, or -ENOMEM.
 */
int resolver_ask_all(struct host *host, const struct resolver_survey *survey,
	struct resolver_answer **ret_answers);

/*
 * The answer in a sentence for a person, without the VM's name before it and without a full stop:
 * "its guest agent does not answer (...)". What a guest or file names is fit for a terminal.
 * Returns text.
 */
#define RESOLVER_TEXT_SIZE 1024
const char *resolver_explain(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE]);

/* The same of agent_reason, unless that is REASON_OK. */
const char *resolver_explain_agent(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE]);

#endif
