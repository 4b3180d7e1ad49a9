/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_H
#define QEMUVM_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

/*
 * Which address a DHCP server of this host gave to which MAC, by its lease file. The files of
 * dnsmasq, libvirt (BRIDGE.status), systemd-networkd, ISC dhcpd and Kea are read, both versions of
 * IP; the text shows which format it has.
 *
 * A client chose what is in its lease. Its MAC is compared with those of a known VM; its host name
 * and its id, which are copied with a cloned guest, are ignored.
 */

/* Of one file. libvirt itself reads at most 32 MiB (virlease.c). */
#define LEASE_FILE_MAX  ((size_t)64 * 1024 * 1024) /* bytes */
#define LEASE_LINES_MAX 1000000 /* lines, or objects in JSON; a /12 of addresses */
/* Addresses of wanted MACs of one file; what comes after them is ignored. More VMs than one host
 * runs. */
#define LEASE_KEPT_MAX 4096
/* MACs of one domain in libvirt's BRIDGE.macs: as many NICs as struct vm holds. */
#define LEASE_MACS_MAX 16

#define LEASE_INFINITE INT64_MAX

struct lease {
	struct address address; /* no scope id: a server gives no link-local ones */
	/* Of the client's interface. Over DHCPv6 it is what the server saw, or what the client's
	 * DUID holds (RFC 8415, 11.2 and 11.4), and may be that of another interface. */
	struct mac mac;
	/* Seconds since 1970-01-01 UTC, LEASE_INFINITE, or 0: the file does not have it. Such a
	 * lease is valid, since servers drop what has expired. */
	int64_t expires;
};

/* Whose leases are looked for; the MACs must outlive the search. */
struct lease_wanted {
	const struct mac *macs; /* NULL: every client's */
	unsigned int count;
};

/* The leases of one file: see lease_table.h. */
struct lease_table;

/*
 * Reads the leases in text[0..len) that have an Ethernet MAC which is wanted. An expired one is
 * among them: the caller knows what time it is, and whether the address is still in use. One that
 * was released, declined, abandoned or is free is not. Each address comes once, as its last entry
 * in the text has it: ISC dhcpd and Kea append what changes. A bad entry, and a half-written one at
 * the end, are skipped alone. `file_name` is the last part of the file's path, or NULL; ".status"
 * shows libvirt's format if the text cannot.
 *
 * The number of leases; *ret_table, which may be NULL if there is none, is the caller's, for
 * lease_table_free(). *ret_is_cut: the text ends within an entry, or is empty, as while its server
 * writes it. -EINVAL (of no format known), -ENOMEM.
 */
int lease_parse(const char *file_name, const char *text, size_t len, struct lease_wanted wanted,
	struct lease_table **ret_table, bool *ret_is_cut);

/*
 * The same of a file, from its beginning, whatever the descriptor's offset. The file is its
 * server's, which may truncate or rewrite it meanwhile: a file that changed while it was read, or
 * that is cut and was written just now, is read once more after a pause of 2 ms, and the second
 * reading is the result. As lease_parse(); -EINVAL, too, if it is not a regular file; or an errno
 * of reading.
 */
int lease_read(
	int fd, const char *file_name, struct lease_wanted wanted, struct lease_table **ret_table);

/* The next lease, in the order in which the addresses came first; *at is 0 before the first. False
 * at the end, and for NULL. */
bool lease_table_next(const struct lease_table *table, unsigned int *at, struct lease *ret_lease);
/* Takes NULL. */
void lease_table_free(struct lease_table *table);

/*
 * The MACs of a domain, by libvirt's BRIDGE.macs (virmacmap.c): no addresses, but which MACs are
 * the domain's if its command line cannot be read. How many, or -ENOMEM.
 */
int lease_macs_parse(const char *text, size_t len, const char *domain,
	struct mac ret_macs[static LEASE_MACS_MAX], bool *ret_is_cut);
/* As lease_read() does. */
int lease_macs_read(int fd, const char *domain, struct mac ret_macs[static LEASE_MACS_MAX]);

#endif
