/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_FIND_H
#define QEMUVM_VM_FIND_H

#include <limits.h>
#include <stdbool.h>

#include "agent/agent.h"
#include "config/config.h"
#include "config/trust.h"
#include "qemu/vm.h"

/*
 * From a name to the one VM that bears it, or to all VMs.
 *
 * A VM whose agent's socket follows a template of the configuration is found by that path alone.
 * Whose it is tells the kernel once we are connected, and that connection is the one the agent is
 * asked over: QEMU serves one client at a time. Any other VM is found among the processes.
 */

/* More VMs than one host was seen to run. */
#define VM_FIND_MAX 4096

#define VM_FIND_BY_PROCESS UINT_MAX

struct vm_finder {
	const struct config *config;
	struct trust *trust;
	/*
	 * Asked before a socket is connected to, which a VM's other clients then wait for: is it
	 * known who listens? True: *ret_peer says who, and there is no need. May wait until it is
	 * the lock that is needed to connect is ours. May be NULL.
	 */
	bool (*knows_peer)(void *context, const char *path, struct agent_peer *ret_peer);
	void *context;
	/* Where processes are listed, if not below PROC_ROOT: NULL but in tests. */
	const char *proc_root;
	/* Of vm_find_all() alone: how many VMs come with a connection; 0: as many as there are. */
	size_t connections_max;
};

struct vm_found {
	struct vm vm;
	/* A connection to vm.agent, whose listener is trusted; the caller's to close. -1: there is
	 * none. Where its backlog is full, whose VM it is will be seen by who connects later
	 * (vm_identify_peer()). */
	int agent_fd;
	/* Its process was seen, so that the VM runs, whatever is the matter with its agent. */
	bool is_running;
	/* Of vm_find_all() alone: 0, or why it does not count, as vm_find_by_name() has it. */
	int error;
	/* The template that it was found by: of two with one id the earlier one is meant. Or
	 * VM_FIND_BY_PROCESS. */
	unsigned int template_index;
};

void vm_find_close(struct vm_found *found);

/* Two VMs answer to one name. */
struct vm_rivals {
	char id[2][NAME_VM_SIZE];
	pid_t pid[2]; /* 0: not known */
};

/*
 * The VM that `name` (as name_from_typed() gives it) names. Over all templates, in their order:
 * first a socket of exactly that name; then one whose name differs in case or in what cannot be
 * typed; then one with a known prefix before it. A socket that nobody trusted listens on is passed
 * over. Then over all processes (vm_scan_by_name()).
 *
 * 0, -ENOENT (no such VM), -ECONNREFUSED (its socket is there, its QEMU is gone), -EACCES (no right
 * to its socket), -EPERM (a stranger's), -EKEYREJECTED (a process says that it is this VM, and
 * nothing supports it: see trust.h), -ENOTUNIQ (*ret_rivals is written), or what kept us from
 * looking: -EMFILE, -ENFILE, -ENOMEM.
 */
int vm_find_by_name(const struct vm_finder *finder, const char *name, struct vm_found *ret_found,
	struct vm_rivals *ret_rivals);

/*
 * All VMs, each once, sorted by id, those that do not count with their error. Where two that
 * follow a template have one id, a look-up of that name leads to the one whose template comes
 * first. The array is the caller's, for vm_find_free(). Returns its length, or -ENOMEM.
 */
int vm_find_all(const struct vm_finder *finder, struct vm_found ***ret_founds);
void vm_find_free(struct vm_found **founds, size_t count);

#endif
