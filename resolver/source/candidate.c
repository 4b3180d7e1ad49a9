/* SPDX-License-Identifier: MIT */
#include "source/candidate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The claim, if it is a new one and there is room for it; or NULL. One that may count takes the
 * place of one that never does. */
static struct candidate *add_claim(
	struct candidates *candidates, const struct address *address, const struct mac *mac)
{
	bool may_count = address_classify(address) != ADDRESS_REFUSED;
	struct candidate *place = NULL;

	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *known = &candidates->list[i];

		if (address_equals(&known->address, address) && known->has_mac == (mac != NULL) &&
			(mac == NULL || mac_equals(&known->mac, mac)))
			return NULL;
		if (place == NULL && may_count &&
			address_classify(&known->address) == ADDRESS_REFUSED)
			place = known;
	}
	if (candidates->count < CANDIDATES_MAX)
		place = &candidates->list[candidates->count++];
	else
		candidates->is_cut = true;
	if (place == NULL)
		return NULL;
	*place = (struct candidate){.address = *address, .has_mac = mac != NULL};
	if (mac != NULL)
		place->mac = *mac;
	return place;
}

void candidates_add(
	struct candidates *candidates, const struct address *address, const struct mac *mac)
{
	(void)add_claim(candidates, address, mac);
}

void candidates_add_expired(
	struct candidates *candidates, const struct address *address, const struct mac *mac)
{
	struct candidate *candidate = add_claim(candidates, address, mac);

	if (candidate != NULL)
		candidate->is_expired = true;
}

/* Does a neighbour's MAC belong to the VM: to one of its NICs, or, if none is known, to the
 * interface that was named with the address? */
static bool is_claimants_mac(
	const struct vm *vm, const struct candidate *candidate, const struct mac *mac)
{
	if (vm_has_macs(vm))
		return vm_nic_by_mac(vm, mac) != NULL;
	return candidate->has_mac && mac_equals(&candidate->mac, mac);
}

static bool is_link_local(const struct candidate *candidate)
{
	return address_classify(&candidate->address) == ADDRESS_LINK_LOCAL;
}

static void learn_neighbour(struct candidates *candidates, const struct vm *vm,
	const struct netlink_neighbour *neighbour)
{
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *candidate = &candidates->list[i];
		bool is_same = address_equals(&candidate->address, &neighbour->address);
		uint32_t link = candidate->route.ifindex;

		/* Link-local addresses exist once on each link: an entry of the VM's MAC shows
		 * which link is meant. */
		if (is_link_local(candidate)) {
			if (is_claimants_mac(vm, candidate, &neighbour->mac) &&
				(candidate->address.scope_id == 0 || is_same))
				candidate->address.scope_id = neighbour->ifindex;
			link = candidate->address.scope_id;
			is_same = address_equals(&candidate->address, &neighbour->address);
		}
		if (!is_same || (link != 0 && link != neighbour->ifindex))
			continue;
		candidate->has_neighbour = true;
		candidate->neighbour_mac = neighbour->mac;
		candidate->neighbour_state = neighbour->state;
	}
}

static int learn_routes(struct candidates *candidates, int netlink_fd, struct deadline deadline)
{
	struct address addresses[ANSWER_ADDRESSES_MAX * 4];
	struct netlink_route routes[ANSWER_ADDRESSES_MAX * 4];
	const size_t batch = sizeof(addresses) / sizeof(addresses[0]);

	for (size_t done = 0; done < candidates->count; done += batch) {
		size_t part = candidates->count - done < batch ? candidates->count - done : batch;
		int r;

		for (size_t i = 0; i < part; i++)
			addresses[i] = candidates->list[done + i].address;
		r = netlink_routes(netlink_fd, deadline, addresses, part, routes);
		if (r < 0)
			return r;
		for (size_t i = 0; i < part; i++)
			candidates->list[done + i].route = routes[i];
	}
	return 0;
}

/* For link-local addresses whose link no neighbour showed: the link of the host on which the NIC
 * is, which is the bridge that its tap is a port of, the tap itself, or the bridge that
 * qemu-bridge-helper was given. */
static void learn_links(struct candidates *candidates, const struct vm *vm, int netlink_fd,
	struct deadline deadline)
{
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *candidate = &candidates->list[i];
		const struct vm_nic *nic = NULL;
		struct netlink_link link;
		const char *name;

		if (!is_link_local(candidate) || candidate->address.scope_id != 0)
			continue;
		if (candidate->has_mac)
			nic = vm_nic_by_mac(vm, &candidate->mac);
		if (nic == NULL)
			continue;
		name = nic->ifname[0] != '\0' ? nic->ifname : nic->bridge;
		if (name[0] != '\0' && netlink_link_by_name(netlink_fd, deadline, name, &link) == 0)
			candidate->address.scope_id = link.master != 0 ? link.master : link.ifindex;
	}
}

int candidates_learn(struct candidates *candidates, const struct vm *vm, struct host *host,
	struct deadline deadline)
{
	int netlink_fd = netlink_open(NETLINK_ROUTE), r;

	if (netlink_fd < 0)
		return netlink_fd;
	r = learn_routes(candidates, netlink_fd, deadline);
	if (r == 0)
		r = netlink_read_neighbours(&host->neighbours, netlink_fd, deadline);
	for (size_t i = 0; r == 0 && i < host->neighbours.count; i++)
		learn_neighbour(candidates, vm, &host->neighbours.list[i]);
	if (r == 0)
		learn_links(candidates, vm, netlink_fd, deadline);
	close(netlink_fd);
	return r;
}

static bool is_behind_user_mode(const struct candidate *candidate, const struct vm *vm)
{
	/* What slirp gives a guest unless told otherwise (net/slirp.c): 10.0.2.15, and an address
	 * of fec0::/64. */
	static const uint8_t ipv4[] = {10, 0, 2, 15};
	static const uint8_t ipv6[] = {0xfe, 0xc0, 0, 0, 0, 0, 0, 0};
	const struct vm_nic *nic = candidate->has_mac ? vm_nic_by_mac(vm, &candidate->mac) : NULL;
	bool is_ipv4 = candidate->address.family == AF_INET;

	if (vm_is_unreachable(vm))
		return true;
	if (nic != NULL && nic->netdev != VM_NETDEV_UNKNOWN)
		return nic->netdev == VM_NETDEV_USER || nic->netdev == VM_NETDEV_PASST;
	return candidate->route.kind != NETLINK_ROUTE_ON_LINK &&
	       memcmp(candidate->address.bytes, is_ipv4 ? ipv4 : ipv6,
		       is_ipv4 ? sizeof(ipv4) : sizeof(ipv6)) == 0;
}

static bool is_on_link(const struct candidate *candidate)
{
	if (is_link_local(candidate))
		return candidate->address.scope_id != 0;
	return candidate->route.kind == NETLINK_ROUTE_ON_LINK;
}

/* By the address itself and the host's tables, whichever interface it was claimed for. */
static enum candidate_verdict judge_alone(const struct candidate *candidate, const struct vm *vm)
{
	const struct netlink_neighbour neighbour = {.state = candidate->neighbour_state};
	bool is_reachable = candidate->has_neighbour &&
			    netlink_neighbour_rank(&neighbour) == NETLINK_NEIGHBOUR_RANK_MAX;

	if (address_classify(&candidate->address) == ADDRESS_REFUSED)
		return CANDIDATE_REFUSED;
	if (is_behind_user_mode(candidate, vm))
		return CANDIDATE_USER_MODE;
	if (candidate->route.kind == NETLINK_ROUTE_LOCAL)
		return CANDIDATE_HOST_OWN;
	if (is_link_local(candidate) && candidate->address.scope_id == 0)
		return CANDIDATE_NO_SCOPE;
	if (candidate->has_neighbour && is_on_link(candidate) &&
		(vm_has_macs(vm) || candidate->has_mac) &&
		!is_claimants_mac(vm, candidate, &candidate->neighbour_mac))
		return CANDIDATE_NEIGHBOUR_DIFFERS;
	return candidate->is_expired && !is_reachable ? CANDIDATE_EXPIRED : CANDIDATE_COUNTS;
}

static enum candidate_rank rank_of(const struct candidate *candidate, const struct vm *vm)
{
	if (is_link_local(candidate))
		return CANDIDATE_LINK_LOCAL;
	if (candidate->has_neighbour && is_claimants_mac(vm, candidate, &candidate->neighbour_mac))
		return CANDIDATE_PROVEN;
	if (candidate->route.kind == NETLINK_ROUTE_ON_LINK)
		return CANDIDATE_ON_LINK;
	return candidate->route.kind == NETLINK_ROUTE_GATEWAY ? CANDIDATE_GATEWAY
							      : CANDIDATE_UNROUTED;
}

static bool is_of_nic(const struct candidate *candidate, const struct vm *vm)
{
	return candidate->has_mac && vm_nic_by_mac(vm, &candidate->mac) != NULL;
}

/*
 * Only interfaces with a MAC of the VM's NICs count. If the guest names none (its address is on a
 * bridge that has a MAC of its own), an address counts that is on-link and not another machine's.
 */
static void judge_nics(struct candidates *candidates, const struct vm *vm)
{
	bool has_own = false;

	for (size_t i = 0; i < candidates->count; i++)
		has_own |= is_of_nic(&candidates->list[i], vm);
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *candidate = &candidates->list[i];

		if (candidate->verdict == CANDIDATE_COUNTS && !is_of_nic(candidate, vm) &&
			(has_own || !is_on_link(candidate)))
			candidate->verdict = CANDIDATE_OTHER_NIC;
	}
}

static bool any_counts(const struct candidates *candidates, enum candidate_rank worst)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->list[i].verdict == CANDIDATE_COUNTS &&
			candidates->list[i].rank <= worst)
			return true;
	return false;
}

static void leave_out(
	struct candidates *candidates, enum candidate_rank rank, enum candidate_verdict verdict)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->list[i].verdict == CANDIDATE_COUNTS &&
			candidates->list[i].rank == rank)
			candidates->list[i].verdict = verdict;
}

void candidates_judge(
	struct candidates *candidates, const struct vm *vm, struct candidate_rules rules)
{
	for (size_t i = 0; i < candidates->count; i++) {
		candidates->list[i].verdict = judge_alone(&candidates->list[i], vm);
		candidates->list[i].rank = rank_of(&candidates->list[i], vm);
	}
	if (vm_has_macs(vm) && !rules.macs_shared)
		judge_nics(candidates, vm);
	if (!rules.routed || any_counts(candidates, CANDIDATE_ON_LINK))
		leave_out(candidates, CANDIDATE_GATEWAY, CANDIDATE_ROUTED_LAST);
	if (any_counts(candidates, CANDIDATE_GATEWAY))
		leave_out(candidates, CANDIDATE_LINK_LOCAL, CANDIDATE_LINK_LOCAL_LAST);
}

bool candidates_any(const struct candidates *candidates)
{
	return any_counts(candidates, CANDIDATE_LINK_LOCAL);
}

/* Best first, IPv4 before IPv6. */
size_t candidates_answer(struct candidates *candidates, int family, bool want_scope_id,
	struct address ret_addresses[static ANSWER_ADDRESSES_MAX])
{
	size_t count = 0;

	for (unsigned int turn = 0; turn <= 2 * CANDIDATE_LINK_LOCAL + 1; turn++) {
		enum candidate_rank rank = (enum candidate_rank)(turn / 2);
		sa_family_t wanted = turn % 2 == 0 ? AF_INET : AF_INET6;

		for (size_t i = 0; i < candidates->count; i++) {
			struct candidate *candidate = &candidates->list[i];
			bool is_there = false;

			if (candidate->verdict != CANDIDATE_COUNTS || candidate->rank != rank ||
				candidate->address.family != wanted ||
				(family != AF_UNSPEC && family != wanted) ||
				(!want_scope_id && candidate->address.scope_id != 0))
				continue;
			for (size_t j = 0; j < count && !is_there; j++)
				is_there = address_equals(&ret_addresses[j], &candidate->address);
			if (is_there)
				continue;
			if (count == ANSWER_ADDRESSES_MAX)
				candidate->verdict = CANDIDATE_TOO_MANY;
			else
				ret_addresses[count++] = candidate->address;
		}
	}
	return count;
}

const char *candidate_verdict_text(enum candidate_verdict verdict)
{
	switch (verdict) {
	case CANDIDATE_COUNTS:
		return "counts";
	case CANDIDATE_REFUSED:
		return "loopback, multicast or another kind that leads to no VM";
	case CANDIDATE_OTHER_NIC:
		return "on an interface that is none of the VM's network cards";
	case CANDIDATE_USER_MODE:
		return "on a user-mode network, which the host cannot reach by address";
	case CANDIDATE_HOST_OWN:
		return "an address of the host itself";
	case CANDIDATE_NEIGHBOUR_DIFFERS:
		return "the neighbour table gives it to another machine";
	case CANDIDATE_EXPIRED:
		return "its lease has ended, and the host has not heard of it lately";
	case CANDIDATE_NO_SCOPE:
		return "link-local, on a link that the host does not know";
	case CANDIDATE_LINK_LOCAL_LAST:
		return "link-local, and there is a better one";
	case CANDIDATE_ROUTED_LAST:
		return "reached only through a gateway";
	case CANDIDATE_TOO_MANY:
		return "beyond the 16 that an answer holds";
	}
	return "";
}
