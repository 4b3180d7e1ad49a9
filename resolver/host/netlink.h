/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_NETLINK_H
#define QEMUVM_NETLINK_H

#include <linux/rtnetlink.h>
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

/* A descriptor (CLOEXEC, non-blocking) of a protocol (NETLINK_ROUTE, NETLINK_SOCK_DIAG), to be
 * closed by the caller; or a negative errno (-EAFNOSUPPORT if a sandbox forbids the family). */
int netlink_open(int protocol);

/*
 * A walk over the kernel's answers to one or more questions; each is answered by one message, by an
 * error, or by a dump of any number of messages. The fields are the walk's own.
 *
 *	r = netlink_begin(&walk, fd, deadline, &request, sizeof(request));
 *	while (r >= 0 && (r = netlink_next(&walk, &message)) > 0)
 *		...
 *	netlink_end(&walk);
 */
struct netlink_walk {
	int fd;
	struct deadline deadline;
	uint32_t sequence; /* of the first question; the others follow */
	uint32_t asked, unanswered;
	char *buffer;     /* the datagram that is being read */
	const char *next; /* its next message */
	size_t left;      /* bytes from there */
};

/*
 * Sends the questions, whose sequence numbers are written here: messages (struct nlmsghdr and what
 * follows it), one behind the other, each of a multiple of four bytes. 0 or a negative errno; then
 * netlink_end() may still be called.
 */
int netlink_begin(
	struct netlink_walk *walk, int fd, struct deadline deadline, void *requests, size_t len);

/*
 * 1: *ret_message is the next message, and valid until the next call; its nlmsg_seq -
 * walk->sequence is the index of its question. 0: all is answered. A negative errno: -ETIMEDOUT, or
 * what recv(2) said, or the kernel if there was one question. Of several, one that ends with an
 * error has no message. A dump that the kernel marks as interrupted (NLM_F_DUMP_INTR) is used as it
 * is.
 */
int netlink_next(struct netlink_walk *walk, const struct nlmsghdr **ret_message);

/* Frees; the descriptor stays open. */
void netlink_end(struct netlink_walk *walk);

/* The attributes behind the fixed part (struct ndmsg and the like) of a message. False if the
 * message is too short for the fixed part. */
struct netlink_attributes {
	const char *next;
	size_t left;
};
bool netlink_begin_attributes(
	struct netlink_attributes *attributes, const struct nlmsghdr *message, size_t fixed_size);
/* NULL at the end. */
const struct rtattr *netlink_next_attribute(struct netlink_attributes *attributes);

/* Copies the value of an attribute, so that it may be read as what it is; false if it has another
 * size. */
bool netlink_copy(const struct rtattr *attribute, void *ret_value, size_t size);

/* An entry of the neighbour table that has a link-layer address (ARP, NDP). */
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

/* The usable entries (rank > 0) of both families (AF_UNSPEC), or of one (AF_INET, AF_INET6): a walk
 * as above, with netlink_end(). */
int netlink_begin_neighbours(
	struct netlink_walk *walk, int fd, struct deadline deadline, int family);
int netlink_next_neighbour(struct netlink_walk *walk, struct netlink_neighbour *ret_neighbour);

/* The table of both families, read once for several who look into it. All zero at first. */
struct netlink_neighbours {
	struct netlink_neighbour *list;
	size_t count, size;
	bool is_read;
};

/* Reads it, unless it was read before: 0 or a negative errno. */
int netlink_read_neighbours(
	struct netlink_neighbours *neighbours, int fd, struct deadline deadline);
void netlink_forget_neighbours(struct netlink_neighbours *neighbours);

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
