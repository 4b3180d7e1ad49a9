/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cache/cache.h"
#include "find/vm_find.h"
#include "find/vm_scan.h"
#include "source/agent_memory.h"

/* What is needed to know who listens on a socket without a connection to it. */
struct location {
	struct host *host;
	struct cache cache;
	struct agent_memory memory;
	struct vm vm;
	struct vm_found found;
	struct vm_rivals rivals;
};

/* By what is remembered, or by the process whose arguments name the socket. */
static bool locate_peer(void *context, const char *path, struct agent_peer *ret_peer)
{
	struct location *location = context;

	/* Most templates have no socket for a name; no process needs to be looked at for those. */
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (agent_memory_recalls_peer(&location->memory, path, ret_peer))
		return true;
	if (vm_scan_by_socket(location->host, path, &location->vm) < 0)
		return false;
	*ret_peer = (struct agent_peer){.pid = location->vm.pid, .uid = location->vm.uid};
	return true;
}

enum reason resolver_locate(struct host *host, const char *name, struct vm *ret_vm)
{
	struct location *location = calloc(1, sizeof(*location));
	struct vm_finder finder = {host, locate_peer, location, 0};
	enum reason reason = REASON_BAD_NAME;
	char checked[NAME_VM_SIZE];

	if (location == NULL)
		return REASON_NO_MEMORY;
	if (name_from_typed(name, checked) == 0) {
		host_begin(host, 0);
		location->host = host;
		cache_open(host->config, &location->cache);
		agent_memory_init(&location->memory, &location->cache, &host->trust, host->config,
			deadline_after_ms(0));
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
