/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_KEYS_H
#define QEMUVM_KEYS_H

#include "agent/host_keys.h"
#include "cache/cache.h"
#include "source/source.h"

/*
 * The host keys of one VM, while ssh is served: those that are remembered of this instance of it,
 * and where these do not do, those that its agent shows over a connection that is open anyhow.
 */
struct keys {
	struct cache cache;
	struct host_keys list;
	/* In base64, what the server showed: the guest is asked unless it is among those that are
	 * remembered. NULL: any will do. */
	const char *wanted;
	bool is_asked;
	struct agent_session session; /* for struct resolver_question */
};

/* *keys stays where it is; for keys_end(). */
void keys_begin(struct keys *keys, const struct config *config, const char *wanted);
void keys_end(struct keys *keys);

/* Are enough remembered of the VM? They are in keys->list then. */
bool keys_recall(struct keys *keys, const struct vm *vm);

#endif
