/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_MONITOR_H
#define QEMUVM_VM_MONITOR_H

#include "config/trust.h"
#include "qemu/vm.h"

/*
 * What QEMU's arguments do not tell of a VM, out of its monitor: NICs that were plugged in later,
 * forwards that were added, names that another program gave. For the programs alone; the NSS module
 * does not link this. See monitor.h.
 */

/*
 * Asks the monitors of those VMs whose arguments leave something open, all at the same time, for
 * MONITOR_MS at most, and notes what they say. Whoever has no monitor, or a busy one, or one on
 * which another process than its QEMU listens, stays as it is.
 */
void vm_monitor_query(struct trust *trust, struct vm *const *vms, size_t count);

/* A connection to the VM's monitor, on which its own QEMU listens: non-blocking, for
 * monitor_init(). -ENOENT (none is known, or not which process), -EPERM, or what connect(2) said.
 */
int vm_monitor_open(struct trust *trust, const struct vm *vm);

/* Has the guest opened the port of its agent, which an agent that runs does? 1, 0, -ENOENT (no
 * monitor, or no such port), or what the monitor said within MONITOR_MS. */
int vm_monitor_agent_port(struct trust *trust, const struct vm *vm);

#endif
