/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_FIND_H
#define QEMUVM_VM_FIND_H

#include "cache/agent_memory.h"
#include "find/host.h"
#include "find/vm_found.h"

/*
 * From a name to the one VM that has it, or to all VMs.
 *
 * A VM whose agent's socket follows a template of the configuration is found by that path alone.
 * Whose it is the kernel tells once we are connected, and that connection is the one the agent is
 * asked over: QEMU serves one client at a time. Any other VM is found among the processes.
 */

struct vm_finder {
	struct host *host;
	/* What is remembered of who listens on a socket, so that no connection is needed, which a
	 * VM's other clients would wait for; or NULL. */
	struct agent_memory *memory;
	/* Waits for the lock that connecting needs, and keeps the memory at the VM's place. */
	bool waits_for_lock;
	/* vm_scan_by_socket(), to look for the listener among the processes before connecting; or
	 * NULL. Named by who wants it, so that the NSS module does not link it. */
	int (*scan_by_socket)(struct host *host, const char *path, struct vm *ret_vm);
	/* Of vm_find_all() alone: how many VMs come with a connection; 0: as many as there are. */
	size_t connections_max;
};

/*
 * The VM that `name` (as name_from_typed() gives it) names. Over all templates, in their order:
 * first a socket of exactly that name; then one whose name differs in case or in what cannot be
 * typed; then one with a known prefix before it. A socket that nobody trusted listens on is passed
 * over, and so is one with a full backlog, of which nobody can tell who listens: it is the VM's
 * only if nothing else is found and its file is a trusted user's. Then over all processes
 * (vm_scan_by_name()).
 *
 * REASON_OK; REASON_AMBIGUOUS: *ret_rivals is written; or why there is none that counts, or why
 * not everything could be looked at.
 */
enum reason vm_find_by_name(const struct vm_finder *finder, const char *name,
	struct vm_found *ret_found, struct vm_rivals *ret_rivals);

/*
 * All VMs, each once, sorted by id, those that do not count with the reason. Where two that
 * follow a template have one id, a lookup of that name leads to the one whose template comes
 * first. *ret_founds is the caller's, for vm_founds_free(). 0, -ENOMEM, -EMFILE, -ETIMEDOUT.
 */
int vm_find_all(const struct vm_finder *finder, struct vm_founds *ret_founds);

#endif
