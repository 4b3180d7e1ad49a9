/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CACHE_KEYS_H
#define QEMUVM_CACHE_KEYS_H

#include "agent/host_keys.h"
#include "cache/cache.h"

/*
 * The host keys of one instance of a VM, in a file beside its entry in the cache:
 *
 *   qemuvm-keys 1
 *   process 4711 938271
 *   key ssh-ed25519 AAAA...
 *   end
 *
 * They are of that process and end with it: a VM that was built anew under an old name has keys of
 * its own.
 */

/* Adds the keys that are known of the VM; how many. */
unsigned int cache_keys_read(
	const struct cache *cache, const struct vm *vm, struct host_keys *keys);

/* Keeps them. */
void cache_keys_write(const struct cache *cache, const struct vm *vm, const struct host_keys *keys);

#endif
