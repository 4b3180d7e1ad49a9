/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_SCAN_H
#define QEMUVM_VM_SCAN_H

#include "find/host.h"
#include "find/vm_found.h"

/*
 * VMs among the processes of the machine. A process is taken for QEMU by its executable and its
 * arguments, never by its comm, which -name process= changes. Processes that do not count are
 * passed over, as if they were not there.
 *
 * Beside what each function says, all return -ETIMEDOUT, -ENOMEM, -EMFILE or -ENFILE if not every
 * process could be looked at.
 */

/*
 * The VM that `name` names, by any of its names: one that has exactly that name, then one whose
 * name differs in case or in what cannot be typed, then one with a known prefix before it; among
 * equals the caller's own before another's. Two that are left are refused.
 *
 * 0, -ENOENT, -EPERM, -EKEYREJECTED, -ENOTUNIQ (*ret_rivals is written), as vm_find_by_name().
 */
int vm_scan_by_name(struct host *host, const char *name, struct vm_found *ret_found,
	struct vm_rivals *ret_rivals);

/* The VM that counts and whose agent's socket has that path. 0, -ENOENT. */
int vm_scan_by_socket(struct host *host, const char *path, struct vm *ret_vm);

/* The one VM that counts and has a NIC with that MAC which the host can reach. 0, -ENOENT,
 * -ENOTUNIQ (two have it). */
int vm_scan_by_mac(struct host *host, const struct mac *mac, struct vm *ret_vm);

/*
 * Adds each process that is a QEMU or says so, with what is known of its VM and with found->error
 * if it does not count; strangers' with their pid and user alone. Returns 0.
 */
int vm_scan_all(struct host *host, struct vm_founds *founds);

/*
 * Notes which default MACs of *vm another VM that counts has, too. Looks at the processes only if
 * *vm has one on a NIC that the host can reach. 0.
 */
int vm_scan_shared_macs(struct host *host, struct vm *vm);

#endif
