/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <string.h>

#include "cache/cache_keys.h"

bool keys_recall(struct keys *keys, const struct vm *vm)
{
	if (keys->list.count == 0)
		(void)cache_keys_read(&keys->cache, vm, &keys->list);
	return keys->list.count > 0 &&
	       (keys->wanted == NULL || host_keys_has(&keys->list, keys->wanted));
}

/* A guest is asked once: a key that it has not shown then is not a key of its own. */
static bool keys_are_needed(void *context, const struct vm *vm)
{
	struct keys *keys = context;

	return !keys->is_asked && !keys_recall(keys, vm);
}

static void keys_session(void *context, const struct vm *vm, struct agent *agent)
{
	struct keys *keys = context;
	struct host_keys fresh = {.count = 0};

	keys->is_asked = true;
	if (host_keys_ask(agent, &fresh) == 0)
		return;
	/* Keys from the middle of a first boot may have been replaced. */
	host_keys_done(&keys->list);
	keys->list = fresh;
	cache_keys_write(&keys->cache, vm, &keys->list);
}

void keys_begin(struct keys *keys, const struct config *config, const char *wanted)
{
	memset(keys, 0, sizeof(*keys));
	cache_open(config, &keys->cache);
	keys->wanted = wanted;
	keys->session = (struct agent_session){keys_are_needed, keys_session, keys};
}

void keys_end(struct keys *keys)
{
	host_keys_done(&keys->list);
	cache_close(&keys->cache);
}
