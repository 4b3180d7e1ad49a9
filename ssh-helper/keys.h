/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_KEYS_H
#define QEMUVM_KEYS_H

#include "agent/host_keys.h"
#include "cache/cache.h"
#include "source/source.h"

/*
 * The host keys of one VM, for one call of the helper: those in the cache for this QEMU process
 * and, if they are not enough, those that the guest's agent shows over a connection that is open
 * anyway.
 */
struct keys {
	struct cache cache;
	struct host_keys list;
	/* The key that the server showed, in base64: the guest is asked unless the cache has it.
	 * NULL: any cached key is enough. */
	const char *wanted;
	bool is_asked;
	struct agent_session session; /* for struct resolver_question */
};

/* Opens; close with keys_end(). *keys must not move. */
void keys_begin(struct keys *keys, const struct config *config, const char *wanted);
void keys_end(struct keys *keys);

/* Reads the VM's keys from the cache into keys->list. Are they enough? */
bool keys_recall(struct keys *keys, const struct vm *vm);

#endif
