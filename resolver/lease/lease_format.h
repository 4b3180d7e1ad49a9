/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_FORMAT_H
#define QEMUVM_LEASE_FORMAT_H

#include "base/text.h"
#include "lease/lease_table.h"

/*
 * A format of lease files, for lease.c alone. A new one is a new file that keeps this contract, and
 * one line in the table of lease.c.
 */
struct lease_format {
	/* What a file of this format begins with, behind spaces; or NULL: */
	const char *opening;
	/* Can a file of this format hold that line among its first, which may lack its end? It
	 * depends on something that no other format has. */
	bool (*has_line)(struct text line);
	/*
	 * Puts each valid lease into the table, and drops the address of each entry by which a
	 * lease ends. An entry that is bad or not whole does neither. 1: the text ends within an
	 * entry, or before the end that the format has; 0: it does not; or -ENOMEM.
	 */
	int (*parse)(struct text text, struct lease_table *table);
};

extern const struct lease_format lease_format_dnsmasq;
extern const struct lease_format lease_format_libvirt;
extern const struct lease_format lease_format_networkd;
extern const struct lease_format lease_format_dhcpd;
extern const struct lease_format lease_format_kea;

/* Takes the next line that is whole. False: what is left has no end yet, so that "192.168.122.5"
 * may become "192.168.122.50". */
bool lease_take_line(struct text *rest, struct text *ret_line);
/* Decimal digits; a number too large is INT64_MAX. 0 or -EINVAL. */
int lease_number(struct text text, int64_t *ret_number);

#endif
