/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_FORMAT_H
#define QEMUVM_LEASE_FORMAT_H

#include "lease/lease_table.h"
#include "lease/lease_text.h"

/*
 * A format of lease files, for lease.c alone. A new one is a new file that keeps this contract, and
 * one line in the table of lease.c.
 */
struct lease_format {
	/* Can a file of this format hold that line among its first, which may lack its end? Told by
	 * what no other format has. */
	bool (*has_line)(struct lease_text line);
	/*
	 * Puts each entry that counts into the table, and drops the address of each that tells of a
	 * lease's end. An entry that is bad or not whole does neither. 1: the text ends within an
	 * entry, or before the end that the format has; 0: it does not; or -ENOMEM.
	 */
	int (*parse)(struct lease_text text, struct lease_table *table);
};

extern const struct lease_format lease_format_dnsmasq;
extern const struct lease_format lease_format_libvirt;
extern const struct lease_format lease_format_networkd;
extern const struct lease_format lease_format_dhcpd;
extern const struct lease_format lease_format_kea;

#endif
