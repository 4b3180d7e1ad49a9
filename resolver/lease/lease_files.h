/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_FILES_H
#define QEMUVM_LEASE_FILES_H

#include <glob.h>

#include "base/deadline.h"
#include "config/config.h"
#include "lease/lease.h"

/*
 * The lease files of this host: those that the configuration names and that are trusted (see
 * trust.h). A file that cannot be read, or is not trusted, is passed over.
 */

/* Files of all patterns together that are read. */
#define LEASE_FILES_MAX 256

/* A walk over the wanted leases in every file, until the deadline. */
struct lease_files {
	const struct config *config;
	struct deadline deadline;
	struct lease_wanted wanted;
	unsigned int pattern; /* the next of config->leases */
	glob_t paths;         /* what the one before it leads to */
	size_t next_path;
	unsigned int file_count; /* files that were read */
	struct lease_table *table;
	unsigned int at; /* in the table */
};

/* The MACs that are wanted must outlive the walk, which is ended by lease_files_end(). */
struct lease_files lease_files_begin(
	const struct config *config, struct deadline deadline, struct lease_wanted wanted);
bool lease_files_next(struct lease_files *walk, struct lease *ret_lease);
void lease_files_end(struct lease_files *walk);

/* The MACs of a domain in the BRIDGE.macs beside libvirt's BRIDGE.status: how many. */
int lease_files_macs(const struct config *config, struct deadline deadline, const char *domain,
	struct mac ret_macs[static LEASE_MACS_MAX]);

#endif
