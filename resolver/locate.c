/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <stdlib.h>

#include "cache/agent_memory.h"
#include "cache/cache.h"
#include "find/vm_find.h"
#include "find/vm_scan.h"

/* Too large for the stack. */
struct location {
	struct cache cache;
	struct agent_memory memory;
	struct vm_found found;
	struct vm_rivals rivals;
};

enum reason resolver_locate(struct host *host, const char *name, struct vm *ret_vm)
{
	struct location *location = calloc(1, sizeof(*location));
	struct vm_finder finder = {.host = host, .scan_by_socket = vm_scan_by_socket};
	enum reason reason = REASON_BAD_NAME;
	char checked[NAME_VM_SIZE];

	if (location == NULL)
		return REASON_NO_MEMORY;
	if (name_from_typed(name, checked) == 0) {
		host_begin(host, 0);
		cache_open(host->config, &location->cache);
		agent_memory_init(&location->memory, &location->cache, &host->trust, host->config,
			deadline_after_ms(0));
		finder.memory = &location->memory;
		reason = vm_find_by_name(&finder, checked, &location->found, &location->rivals);
		cache_close(&location->cache);
	}
	if (reason == REASON_OK) {
		vm_found_close(&location->found);
		*ret_vm = location->found.vm;
		/* Whoever keeps a socket busy may have put himself in a VM's place. */
		if (!location->found.is_running)
			reason = REASON_NO_SUCH_VM;
	}
	free(location);
	return reason;
}
