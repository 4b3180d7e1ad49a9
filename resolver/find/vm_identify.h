/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_IDENTIFY_H
#define QEMUVM_VM_IDENTIFY_H

#include <sys/types.h>

#include "agent/agent.h"
#include "config/config.h"
#include "config/trust.h"
#include "qemu/vm.h"

/* Who listens on the Unix socket that fd is connected to: SO_PEERCRED (unix(7)). QEMU calls
 * listen() itself, also on a descriptor that it was given (io/channel-socket.c), so it is the QEMU
 * process. 0 or a negative errno. */
int vm_peer_of(int fd, struct agent_peer *ret_peer);

/*
 * From the listener of a VM's socket to what is known of the VM: pid, uid, and
 * vm_process_describe(). What cannot be read (hidepid, another user's process, a listener that is
 * not QEMU) stays unknown, which is no error. 0, or -EPERM if the listener is no trusted user's, or
 * another process than the one that the VM was found by; then *vm is as before.
 */
int vm_identify_peer(struct trust *trust, const struct config *config, struct vm *vm,
	const struct agent_peer *peer);

#endif
