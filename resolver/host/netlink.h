/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_NETLINK_H
#define QEMUVM_NETLINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/deadline.h"

/*
 * What the kernel knows of addresses, by rtnetlink(7): neighbours, routes, links. Every exchange
 * is bounded by the caller's deadline, and every message is checked to come from the kernel.
 */

/* A descriptor (CLOEXEC, non-blocking) for the functions below, to be closed by the caller; or a
 * negative errno
 * (-EAFNOSUPPORT where a sandbox forbids the family). */
int netlink_open(void);

/* An entry of the neighbour table that bears a link-layer address (ARP, NDP). */
struct netlink_neighbour {
	struct address address; /* scope id set on a link-local one */
	struct mac mac;
	uint32_t ifindex;
	uint16_t state; /* NUD_* of <linux/neighbour.h> */
};

/* NETLINK_NEIGHBOUR_RANK_MAX, the best: permanent and reachable; then delay and probe; then stale;
 * 0: not usable (failed, incomplete, noarp). */
#define NETLINK_NEIGHBOUR_RANK_MAX 3
int netlink_neighbour_rank(const struct netlink_neighbour *neighbour);

/*
 * Calls each() for every usable entry of both families, or of one (AF_INET, AF_INET6, AF_UNSPEC). A
 * dump that the kernel marks as interrupted (NLM_F_DUMP_INTR) is used as it is. 0 or a negative
 * errno.
 */
int netlink_each_neighbour(int fd, struct deadline deadline, int family,
	void (*each)(void *context, const struct netlink_neighbour *neighbour), void *context);

/* How the host would reach an address. */
enum netlink_route_kind {
	NETLINK_ROUTE_NONE,    /* no route known, or unreachable, prohibit, blackhole */
	NETLINK_ROUTE_ON_LINK, /* a link of the host leads there without a gateway */
	NETLINK_ROUTE_GATEWAY,
	NETLINK_ROUTE_LOCAL, /* it is the host's own: local, broadcast, anycast, multicast */
};

struct netlink_route {
	enum netlink_route_kind kind;
	uint32_t ifindex; /* the link, 0 with NETLINK_ROUTE_NONE */
};

/*
 * Routes of count addresses, asked in as few system calls as the socket's buffer allows. A scope id
 * is passed on as the link to use. ret_routes has room for count. An address whose question fails
 * has NETLINK_ROUTE_NONE, and after an error all that were not answered. 0 or a negative errno.
 */
int netlink_routes(int fd, struct deadline deadline, const struct address *addresses, size_t count,
	struct netlink_route *ret_routes);

struct netlink_link {
	uint32_t ifindex;
	uint32_t master; /* interface index of the bridge it is a port of, 0: none */
	uint32_t parent; /* IFLA_LINK: of a macvtap, the link it sits on; 0: none */
	char name[IF_NAMESIZE];
	struct mac mac;
	bool has_mac;
};
/* One link by its name. 0, -ENODEV, or another negative errno. */
int netlink_link_by_name(
	int fd, struct deadline deadline, const char *name, struct netlink_link *ret_link);

#endif
