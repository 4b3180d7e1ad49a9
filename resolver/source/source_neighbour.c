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

/* A guest may speak under any number of addresses. */
#define NEIGHBOURS_MAX CANDIDATES_MAX

struct heard {
	const struct vm *vm;
	size_t count;
	struct netlink_neighbour list[NEIGHBOURS_MAX];
};

static bool comes_before(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family;
	return memcmp(a->bytes, b->bytes, address_len(a->family)) < 0;
}

/* In order: the kernel's changes with whatever else it hears. */
static void hear(struct heard *heard, const struct netlink_neighbour *neighbour)
{
	size_t place = heard->count;

	if (heard->count == NEIGHBOURS_MAX || !vm_mac_is_unique(heard->vm, &neighbour->mac))
		return;
	for (; place > 0 && comes_before(&neighbour->address, &heard->list[place - 1].address);
		place--)
		heard->list[place] = heard->list[place - 1];
	heard->list[place] = *neighbour;
	heard->count++;
}

/* The best state first, since a VM's former addresses stay in the table for a while. */
static void claim(const struct heard *heard, struct candidates *candidates)
{
	for (int rank = NETLINK_NEIGHBOUR_RANK_MAX; rank > 0; rank--)
		for (size_t i = 0; i < heard->count; i++)
			if (netlink_neighbour_rank(&heard->list[i]) == rank)
				candidates_add(
					candidates, &heard->list[i].address, &heard->list[i].mac);
}

static int neighbour_claim(const struct source_call *call)
{
	const struct netlink_neighbours *neighbours = &call->host->neighbours;
	struct heard *heard;
	int netlink_fd, r;

	if (!vm_has_unique_macs(call->vm))
		return 0;
	netlink_fd = netlink_open(NETLINK_ROUTE);
	if (netlink_fd < 0)
		return netlink_fd;
	r = netlink_read_neighbours(&call->host->neighbours, netlink_fd, call->deadline);
	close(netlink_fd);
	heard = calloc(1, sizeof(*heard));
	if (r < 0 || heard == NULL) {
		free(heard);
		return r < 0 ? r : -ENOMEM;
	}
	heard->vm = call->vm;
	for (size_t i = 0; i < neighbours->count; i++)
		hear(heard, &neighbours->list[i]);
	claim(heard, call->candidates);
	r = heard->count > 0 ? (int)heard->count : -EADDRNOTAVAIL;
	free(heard);
	return r;
}

const struct source source_neighbour = {SOURCE_NEIGHBOUR, neighbour_claim};
