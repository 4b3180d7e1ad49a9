/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_SSH_FORWARD_H
#define QEMUVM_SSH_FORWARD_H

#include <stdbool.h>

#include "config/config.h"
#include "monitor/vm_forward.h"

/*
 * A forward that the helper has asked the VM's monitor to add, and must remove again, whatever
 * signal ends the helper (except SIGKILL).
 */
struct forward {
	struct trust trust;
	struct vm vm;
	struct vm_forward added;
	bool is_added;
};

/* Adds a forward to the guest's port. 0 or a negative errno; -EPERM if the configuration forbids
 * it. If the VM has a monitor, a later call may succeed. */
int forward_add(struct forward *forward, const struct config *config, const struct vm *vm,
	uint16_t guest_port);

/* Removes it; may be called twice. */
void forward_remove(struct forward *forward);

/* Has a signal asked the helper to end, since forward_add()? */
bool forward_is_cancelled(void);

#endif
