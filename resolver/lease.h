/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_H
#define QEMUVM_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

/*
 * What DHCP servers write of the addresses that they gave out. Leases are told apart by the
 * client's MAC alone: its host name and client id are its own choice, and cloned guests share them.
 *
 * Formats, told by the text itself: dnsmasq (src/lease.c), libvirt's BRIDGE.status
 * (src/network/leaseshelper.c), systemd-networkd (src/network/networkd-dhcp-server.c), ISC dhcpd v4
 * and v6 (dhcpd.leases(5)), Kea's memfile v4 and v6 (src/lib/dhcpsrv/csv_lease_file4.cc).
 */

/* Read of one file. */
#define LEASE_FILE_MAX ((size_t)64 * 1024 * 1024)
/* Lines of one file that are looked at. */
#define LEASE_LINES_MAX 1000000
/* Leases of wanted MACs that are kept of one file: a NIC has a few at a time. */
#define LEASES_KEPT_MAX 32

#define LEASE_INFINITE INT64_MAX

struct lease {
	struct address address;
	/* Of the client's interface; for DHCPv6 out of a DUID that holds one (RFC 8415, 11.2 and
	 * 11.4). */
	struct mac mac;
	int64_t expires; /* seconds since 1970; LEASE_INFINITE; 0: not told */
};

/* Which leases are looked for, and who takes them. */
struct lease_query {
	bool (*wants)(void *context, const struct mac *mac);
	void (*visit)(void *context, const struct lease *lease);
	void *context;
};

/*
 * Visits the wanted leases in a lease file's text, expired ones as well, but none that the server
 * has taken back. Where a later entry for an address stands for an earlier one (ISC, Kea), only the
 * last is visited. What is malformed or half-written is skipped alone. Returns whether the text
 * ended within an entry: the server may be writing it.
 */
bool lease_parse(const char *text, size_t len, const struct lease_query *query);

/* The same of an open file; one that seems half-written is read once more. 0, -ENOMEM, -EFBIG
 * (longer than LEASE_FILE_MAX), or what read(2) said. */
int lease_read(int fd, const struct lease_query *query);

/* The MACs of one domain in libvirt's BRIDGE.macs (src/util/virmacmap.c). Errors of lease_read().
 */
struct lease_macs_query {
	bool (*is_domain)(void *context, const char *domain);
	void (*visit)(void *context, const struct mac *mac);
	void *context;
};
void lease_parse_macs(const char *text, size_t len, const struct lease_macs_query *query);
int lease_read_macs(int fd, const struct lease_macs_query *query);

#endif
