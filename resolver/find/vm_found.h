/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_FOUND_H
#define QEMUVM_VM_FOUND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "find/reason.h"
#include "qemu/vm.h"

/* template_index of a VM that was found among the processes. */
#define VM_FOUND_BY_PROCESS UINT_MAX

/* A VM, how it was found, and a connection to its agent if finding it took one. */
struct vm_found {
	struct vm vm;
	/* To vm.agent, whose listener is trusted; the caller's to close. -1: there is none. */
	int agent_fd;
	/* Its process was seen, so that the VM runs, whatever its agent does. */
	bool is_running;
	/* Of vm_find_all() alone: REASON_OK, or why it does not count. */
	enum reason reason;
	/* The template that it was found by: of two with one id the earlier one is meant. Or
	 * VM_FOUND_BY_PROCESS. */
	unsigned int template_index;
};

/* Closes the connection. */
void vm_found_close(struct vm_found *found);

/* Two VMs with the same name. */
struct vm_rivals {
	char id[2][NAME_VM_SIZE];
	pid_t pid[2]; /* 0: not known */
};

void vm_rivals_set(struct vm_rivals *rivals, const struct vm *one, const struct vm *other);

/* A list that grows by one. The founds are its own. */
struct vm_founds {
	struct vm_found **list;
	size_t count, size;
};

#define VM_FOUNDS_MAX 4096 /* more VMs than one host was seen to run */

/* A new one at the end, without a connection: 0, -E2BIG (VM_FOUNDS_MAX are there), -ENOMEM. */
int vm_founds_add(struct vm_founds *founds, struct vm_found **ret_found);
/* Takes back the last one, with its connection. */
void vm_founds_drop(struct vm_founds *founds);
void vm_founds_free(struct vm_founds *founds);

#endif
