/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_MEMORY_H
#define QEMUVM_AGENT_MEMORY_H

#include "agent/agent.h"
#include "base/deadline.h"
#include "cache/cache.h"
#include "qemu/vm.h"

/*
 * One VM's place in the cache while it is looked up: what is remembered of its agent, the lock
 * for asking it, and what this look-up adds. Without a cache nothing is remembered and nothing is
 * locked.
 */

/* An agent that failed is left alone for so long ... */
#define AGENT_MEMORY_SILENT_MS 500
/* ... and then, for as long as answers serve but at most so long, it is asked with little patience:
 * long enough to see that it listens again (agent.h: 0.1 to 5 ms). */
#define AGENT_MEMORY_DOUBTFUL_MS       2000
#define AGENT_MEMORY_DOUBTFUL_DRAIN_MS 15
/* One that owes a reply to somebody who left spins until the next client has stayed for so long:
 * 20 ms, measured in guests; one client in a hundred takes a little more. */
#define AGENT_MEMORY_LINGER_MS 25
/* Polling interval while another process holds the lock. */
#define AGENT_MEMORY_PAUSE_MS 4

struct agent_memory {
	struct cache *cache;
	struct trust *trust;
	const struct config *config;
	struct cache_place place;
	bool has_place;
	struct cache_entry entry; /* all zero where nothing is known */
	bool has_lock, is_changed;
	struct deadline lock_until; /* how long the lock is waited for */
};

/* How much of what is known of the agent makes another question unnecessary. */
enum agent_memory_state {
	AGENT_MEMORY_NONE,     /* ask */
	AGENT_MEMORY_FRESH,    /* its claims serve */
	AGENT_MEMORY_SILENT,   /* it failed a moment ago: do not ask */
	AGENT_MEMORY_DOUBTFUL, /* it failed lately: ask with little patience */
};

/* Waits for the lock until lock_until at most. The three outlive it. */
void agent_memory_init(struct agent_memory *memory, struct cache *cache, struct trust *trust,
	const struct config *config, struct deadline lock_until);

/* Sets the place: of the VM behind the socket at a path, or of a VM that is known. What was held
 * elsewhere is given back; what is there already stays. */
void agent_memory_set_socket(struct agent_memory *memory, const char *path);
void agent_memory_set_vm(struct agent_memory *memory, const struct vm *vm);

/* Tries to lock, and reads what is known then. 0: ask, if anything is left to ask.
 * -EAGAIN: another asks; try again after a pause. */
int agent_memory_try_lock(struct agent_memory *memory);

enum agent_memory_state agent_memory_state(const struct agent_memory *memory);

/* Is it known which process listens on the VM's socket? */
bool agent_memory_has_peer(const struct agent_memory *memory, struct agent_peer *ret_peer);
/* The agent's last claims, if they are no older than stale_s, or NULL. */
const struct cache_agent *agent_memory_claims(const struct agent_memory *memory);

/* How long ago the agent made them, in milliseconds. */
int64_t agent_memory_age_ms(const struct agent_memory *memory);

/* What this lookup learned, which agent_memory_leave() keeps. The agent answered: with those claims,
 * or, as a guest that boots, with none that is worth keeping. */
void agent_memory_note_claims(
	struct agent_memory *memory, const struct cache_claim *claims, unsigned int count);
void agent_memory_note_failure(struct agent_memory *memory, int error);
void agent_memory_note_unanswered(struct agent_memory *memory);
void agent_memory_note_linger(struct agent_memory *memory);
void agent_memory_note_answer(struct agent_memory *memory, const char *name, const struct cache_answer *answer);

/* Goes to no place, and releases the lock; what was noted is lost. */
void agent_memory_reset(struct agent_memory *memory);
/* Writes what was noted, of that VM, and releases the lock. May be called twice. */
void agent_memory_leave(struct agent_memory *memory, const struct vm *vm);

#endif
