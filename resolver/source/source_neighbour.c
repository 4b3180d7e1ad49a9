/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/netlink.h"

/*
 * The kernel's neighbour table: what has been heard of the VM's MACs on the host's own links. It
 * knows only who spoke with the host lately, but of them it is sure.
 */

/* The best state first, since a VM's former addresses stay in the table for a while; then by
 * address, since the kernel's order changes with whatever else it hears. */
static int compare_neighbours(const void *a, const void *b)
{
	const struct netlink_neighbour *left = a, *right = b;
	int rank = netlink_neighbour_rank(right) - netlink_neighbour_rank(left);
	int family = (int)left->address.family - (int)right->address.family;

	if (rank != 0 || family != 0)
		return rank != 0 ? rank : family;
	return memcmp(left->address.bytes, right->address.bytes,
		address_len(left->address.family));
}

static int neighbour_claim(const struct source_call *call)
{
	const struct netlink_neighbours *neighbours = &call->host->neighbours;
	struct netlink_neighbour *heard;
	size_t count = 0;
	int netlink_fd, r;

	if (!vm_has_unique_macs(call->vm))
		return 0;
	netlink_fd = netlink_open(NETLINK_ROUTE);
	if (netlink_fd < 0)
		return netlink_fd;
	r = netlink_read_neighbours(&call->host->neighbours, netlink_fd, call->deadline);
	close(netlink_fd);
	if (r < 0)
		return r;
	/* A guest may speak under any number of addresses: no more are kept than may be claimed. */
	heard = calloc(CANDIDATES_MAX, sizeof(*heard));
	if (heard == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < neighbours->count && count < CANDIDATES_MAX; i++)
		if (vm_mac_is_unique(call->vm, &neighbours->list[i].mac))
			heard[count++] = neighbours->list[i];
	qsort(heard, count, sizeof(heard[0]), compare_neighbours);
	for (size_t i = 0; i < count; i++)
		candidates_add(call->candidates, &heard[i].address, &heard[i].mac);
	free(heard);
	return count > 0 ? (int)count : -EADDRNOTAVAIL;
}

const struct source source_neighbour = {SOURCE_NEIGHBOUR, neighbour_claim};
