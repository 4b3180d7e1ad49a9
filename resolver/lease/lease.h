/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_H
#define QEMUVM_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

/*
 * Which address a DHCP server of this host gave to which MAC, by its lease file. Read are the files
 * of dnsmasq, libvirt (BRIDGE.status), systemd-networkd, ISC dhcpd and Kea, both versions of IP;
 * the format is told from the text.
 *
 * What is in a lease was said by a client. Its MAC is held against those of a known VM; its host
 * name and its id, which are copied with a cloned guest, are not looked at.
 */

/* Of one file. libvirt itself reads at most 32 MiB (virlease.c). */
#define LEASE_FILE_MAX  ((size_t)64 * 1024 * 1024) /* bytes */
#define LEASE_LINES_MAX 1000000 /* lines, or objects in JSON; a /12 of addresses */
/* Addresses of wanted MACs of one file; what comes after them is not looked at. More VMs than one
 * host runs. */
#define LEASE_KEPT_MAX 4096

#define LEASE_INFINITE INT64_MAX

struct lease {
	struct address address; /* no scope id: a server gives no link-local ones */
	/* Of the client's interface. Over DHCPv6 it is what the server saw, or stands in the
	 * client's DUID (RFC 8415, 11.2 and 11.4), where it may be that of another interface. */
	struct mac mac;
	/* Seconds since 1970-01-01 UTC, LEASE_INFINITE, or 0: the file does not tell. Such a lease
	 * counts, since servers drop what has expired. */
	int64_t expires;
};

/* Who is told of leases. */
struct lease_visitor {
	/* Is it this client's leases that are asked for? NULL: every client's. Called for many. */
	bool (*wants)(void *context, const struct mac *mac);
	void (*visit)(void *context, const struct lease *lease);
	void *context;
};

/*
 * Visits the leases in text[0..len) that have an Ethernet MAC that is wanted. An expired one is
 * visited, too: the caller knows what time it is, and whether the address is still in use. One that
 * was released, declined, abandoned or is free is not. Each address comes once, as its last entry
 * in the text has it: ISC dhcpd and Kea append what changes. A bad entry, and a half-written one at
 * the end, are skipped alone. `file_name` is the last part of the file's path, or NULL; ".status"
 * tells libvirt's format where the text cannot.
 *
 * *ret_is_cut tells that the text ends within an entry, or is empty, as while its server writes it.
 *
 * The number of leases visited; -EINVAL (of no format known), -ENOMEM: none was visited.
 */
int lease_parse(const char *file_name, const char *text, size_t len,
	const struct lease_visitor *visitor, bool *ret_is_cut);

/*
 * The same of a file, from its beginning, wherever the descriptor stands. The file is its server's,
 * which may truncate or rewrite it meanwhile: a file that changed while it was read, or that is cut
 * and was written just now, is read once more after a pause of 2 ms. What the second reading gives
 * counts. As lease_parse(); -EINVAL, too, if it is no regular file; or an errno of reading.
 */
int lease_read(int fd, const char *file_name, const struct lease_visitor *visitor);

/*
 * The MACs of a domain, by libvirt's BRIDGE.macs (virmacmap.c): no addresses, but which MACs are
 * the domain's where its command line cannot be read. Visits each; how many, or -ENOMEM.
 */
struct lease_macs_visitor {
	void (*visit)(void *context, const struct mac *mac);
	void *context;
};
int lease_macs_parse(const char *text, size_t len, const char *domain,
	const struct lease_macs_visitor *visitor, bool *ret_is_cut);
/* As lease_read() does. */
int lease_macs_read(int fd, const char *domain, const struct lease_macs_visitor *visitor);

#endif
