/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_SCAN_H
#define QEMUVM_VM_SCAN_H

#include "find/vm_find.h"
#include "find/vm_process.h"

/*
 * VMs among the processes of the machine. A process is taken for QEMU by its executable and its
 * arguments, never by its comm, which -name process= changes.
 */

/*
 * The VM that `name` names, by any of its names: one that bears exactly that name, then one whose
 * name differs in case or in what cannot be typed, then one with a known prefix before it; among
 * equals the caller's own before another's. Two that are left are refused. Processes that do not
 * count are passed over, as if they were not there.
 *
 * 0, -ENOENT, -EPERM, -EKEYREJECTED, -ENOTUNIQ (*ret_rivals is written), as vm_find_by_name().
 */
int vm_scan_by_name(const struct vm_finder *finder, const char *name, struct vm_found *ret_found,
	struct vm_rivals *ret_rivals);

/*
 * Visits each process that is a QEMU or says so, with what is known of its VM and with found->error
 * where it does not count; whoever visits owns what it is given, agent_fd as well, and frees it.
 * visit() returns 0 to go on, another value to end the scan, which is returned. Or -ENOMEM.
 */
int vm_scan_each(const struct vm_finder *finder,
	int (*visit)(void *context, struct vm_found *found), void *context);

/* The VM that counts and whose agent's socket has that path. *ret_vm is written on success. 0,
 * -ENOENT, -ENOMEM. */
int vm_scan_by_socket(const struct vm_finder *finder, const char *path, struct vm *ret_vm);

/* The one VM that counts and has a NIC with that MAC which the host can reach. 0, -ENOENT,
 * -ENOTUNIQ (two have it), -ENOMEM. */
int vm_scan_by_mac(const struct vm_finder *finder, const struct mac *mac, struct vm *ret_vm);

/*
 * Notes which default MACs of *vm another VM on this machine bears, too, whoever runs it. Scans
 * only if *vm has one on a NIC that the host can reach.
 */
void vm_scan_shared_macs(const struct vm_finder *finder, struct vm *vm);

#endif
