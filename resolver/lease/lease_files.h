/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_FILES_H
#define QEMUVM_LEASE_FILES_H

#include "base/deadline.h"
#include "config/config.h"
#include "lease/lease.h"

/*
 * The lease files of this host: those that the configuration names and that count (see trust.h). A
 * file that cannot be read, or does not count, is passed over.
 */

/* Files of all patterns together that are looked at. */
#define LEASE_FILES_MAX 256

/* Every wanted lease in every file, until the deadline. The number of files that were read. */
int lease_files_read(
	const struct config *config, struct deadline deadline, const struct lease_visitor *visitor);

/* The MACs of a domain in the BRIDGE.macs that stand beside libvirt's BRIDGE.status. */
int lease_files_read_macs(const struct config *config, struct deadline deadline, const char *domain,
	const struct lease_macs_visitor *visitor);

#endif
