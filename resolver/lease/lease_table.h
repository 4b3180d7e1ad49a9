/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_TABLE_H
#define QEMUVM_LEASE_TABLE_H

#include "lease/lease.h"

/*
 * The leases of one file while it is read, by address. Only those of wanted MACs are kept, at most
 * LEASE_KEPT_MAX, however long the file is; a later entry for an address finds the earlier one
 * without a search through all.
 */

/* For lease_table_free(). NULL: no memory. */
struct lease_table *lease_table_new(struct lease_wanted wanted);

/* Is it a MAC of a NIC, and one that is wanted? */
bool lease_table_wants(const struct lease_table *table, const struct mac *mac);
/* Was nothing kept yet, so that an entry of an unwanted MAC cannot matter? */
bool lease_table_is_empty(const struct lease_table *table);
/* How many leases lease_table_next() gives. */
int lease_table_count(const struct lease_table *table);

/* Keeps a lease in place of an earlier one of its address. One of an unwanted MAC ends the earlier
 * one: the address went to another client. */
void lease_table_put(struct lease_table *table, const struct lease *lease);
/* The address has no lease any more. */
void lease_table_drop(struct lease_table *table, const struct address *address);

#endif
