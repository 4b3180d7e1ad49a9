/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_PROCESS_H
#define QEMUVM_VM_PROCESS_H

#include "agent/agent.h"
#include "find/host.h"
#include "host/proc.h"
#include "qemu/argv.h"
#include "qemu/vm.h"

/*
 * From a process to what is known of its VM: its command line, the files that -readconfig names,
 * and what only the process shows: its working directory, its file system, the sockets that it was
 * given as descriptors.
 *
 * A process can change into another one by execve(2) while it is looked at, and what it says of
 * itself may hold up for ever whoever reads it. So the order is: who runs it, by the owner of its
 * directory and its four uids; its namespaces and executable; its arguments; and then executable,
 * uids and start time again. Nothing that it names is touched before all that is as it should be.
 */
struct vm_process {
	int proc_fd;
	pid_t pid;
	enum proc_kind kind;
	bool is_contained; /* in another pid or user namespace than the caller */
	uid_t uid;
	uint64_t start_time;
	struct argv argv; /* with the options of -readconfig behind the others */
	char *text;       /* of argv */
};

/*
 * Opens a process of a trusted user and reads its arguments. *ret_process is the caller's, for
 * vm_process_close(). 0, -EPERM (a user's who is not trusted, or not one user's alone), -ESRCH
 * (gone, hidden, or another one by now), -ENODATA (a zombie), -E2BIG, -ENOMEM, -EMFILE.
 */
int vm_process_open(struct host *host, pid_t pid, struct vm_process *ret_process);
void vm_process_close(struct vm_process *process);

/*
 * All that is known of its VM, into *vm. If vm->agent and vm->id are known already (a template led
 * to its socket), they stay. What cannot be seen (the working directory of another user's process)
 * stays unknown.
 */
void vm_process_describe(
	const struct vm_process *process, const struct config *config, struct vm *vm);

/*
 * Is it a QEMU, whose arguments count: see trust.h. 0; -EXDEV (it runs in a container, and the
 * configuration does not want those); 1 if a lease of its MAC is all that supports
 * it, which any other process that counts outweighs; -EKEYREJECTED (nothing supports what its
 * arguments say, or something contradicts it); -ESRCH (it is none). *agent_fd is -1, and becomes a
 * connection to vm->agent if it took one to find out.
 */
int vm_process_check(const struct vm_process *process, struct host *host, const struct vm *vm,
	int *agent_fd);

/*
 * From the listener of a VM's socket to what is known of the VM: pid, uid, and
 * vm_process_describe(). What cannot be read (hidepid, another user's process, a listener that is
 * not QEMU) stays unknown, which is no error. 0; -EPERM (the listener is no trusted user's, or
 * another process than the one that the VM was found by) or -EXDEV (it runs in a container, and the
 * configuration does not want those): then *vm is as before.
 */
int vm_process_accept_peer(
	struct host *host, struct vm *vm, const struct agent_peer *peer);

/* Has the process that *vm was found by ended? A zombie has. */
bool vm_process_is_gone(const struct vm *vm);

#endif
