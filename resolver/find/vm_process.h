/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_PROCESS_H
#define QEMUVM_VM_PROCESS_H

#include "config/config.h"
#include "config/trust.h"
#include "host/proc.h"
#include "qemu/argv.h"
#include "qemu/vm.h"

/*
 * From a QEMU process to what is known of its VM: its command line, the files that -readconfig
 * names, and what only the process shows: its working directory, its file system, the sockets that
 * it was given as descriptors.
 */
struct vm_process {
	int proc_fd;
	pid_t pid;
	enum proc_kind kind;
	uid_t uid;        /* the effective one */
	struct argv argv; /* with the options of -readconfig behind the others */
	char *text;       /* of argv */
};

/* Opens a process and reads its arguments. *ret_process is the caller's, for vm_process_close().
 * 0, -ESRCH (gone, or hidden), -ENODATA (a zombie), -E2BIG, -ENOMEM. */
int vm_process_open(struct trust *trust, pid_t pid, struct vm_process *ret_process);
void vm_process_close(struct vm_process *process);

/*
 * All that is known of its VM, into *vm. Where vm->agent and vm->id are known already (a template
 * led to its socket), they stay. What cannot be seen (the working directory of another user's
 * process) stays unknown.
 */
void vm_process_describe(
	const struct vm_process *process, const struct config *config, struct vm *vm);

/*
 * Does the process count: see trust.h. 0; 1 if a lease of its MAC is all that supports it, which
 * any other process that counts outweighs; -EPERM (a user's who is not trusted), -EKEYREJECTED
 * (nothing supports what its arguments say), -ESRCH. *agent_fd is -1, and becomes a connection to
 * vm->agent where it took one to find out.
 */
int vm_process_check(const struct vm_process *process, struct trust *trust,
	const struct config *config, const struct vm *vm, int *agent_fd);

/* Has the process that *vm was found by ended? A zombie has. */
bool vm_process_is_gone(const struct vm *vm);

#endif
