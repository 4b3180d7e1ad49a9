/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_SSH_FORWARD_H
#define QEMUVM_SSH_FORWARD_H

#include <stdbool.h>

#include "config/config.h"
#include "monitor/vm_forward.h"

/*
 * A forward that the helper asked the VM's monitor for, and owes it to take back: whatever signal
 * ends the helper, short of SIGKILL.
 */
struct forward {
	const struct config *config;
	struct trust trust;
	struct vm vm;
	struct vm_forward added;
	bool is_added;
};

/* Asks for one to the guest's port, unless it is there already. 0 or a negative errno, of which
 * -EPERM says that the configuration forbids it. */
int forward_add(struct forward *forward, const struct config *config, const char *name,
	uint16_t guest_port);

/* May a later forward_add() succeed where one failed: is there a monitor, though it was busy or not
 * yet there? */
bool forward_is_possible(const struct forward *forward);

/* Takes it back; may be called twice. */
void forward_remove(struct forward *forward);

/* Did a signal come that is to end the helper, since forward_add()? */
bool forward_is_cancelled(void);

#endif
