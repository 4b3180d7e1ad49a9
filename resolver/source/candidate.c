/* SPDX-License-Identifier: MIT */
#include "source/candidate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool is_same_claim(
	const struct candidate *candidate, const struct address *address, const struct mac *mac)
{
	if (!address_equals(&candidate->address, address) || candidate->has_mac != (mac != NULL))
		return false;
	return mac == NULL || mac_equals(&candidate->mac, mac);
}

/* A place to write to: a free one, or that of a claim which never counts, for one that may. */
static struct candidate *make_room(struct candidates *candidates, bool may_count)
{
	if (candidates->count < CANDIDATES_MAX)
		return &candidates->list[candidates->count++];
	candidates->is_cut = true;
	for (size_t i = 0; may_count && i < candidates->count; i++)
		if (address_classify(&candidates->list[i].address) == ADDRESS_REFUSED)
			return &candidates->list[i];
	return NULL;
}

/* The claim, if it is a new one and there is room for it; or NULL. */
static struct candidate *add_claim(
	struct candidates *candidates, const struct address *address, const struct mac *mac)
{
	struct candidate *candidate;

	for (size_t i = 0; i < candidates->count; i++)
		if (is_same_claim(&candidates->list[i], address, mac))
			return NULL;
	candidate = make_room(candidates, address_classify(address) != ADDRESS_REFUSED);
	if (candidate == NULL)
		return NULL;
	*candidate = (struct candidate){.address = *address, .has_mac = mac != NULL};
	if (mac != NULL)
		candidate->mac = *mac;
	return candidate;
}

void candidates_add(
	struct candidates *candidates, const struct address *address, const struct mac *mac)
{
	add_claim(candidates, address, mac);
}

void candidates_add_expired(
	struct candidates *candidates, const struct address *address, const struct mac *mac)
{
	struct candidate *candidate = add_claim(candidates, address, mac);

	if (candidate != NULL)
		candidate->is_expired = true;
}

/* Does a neighbour's MAC belong to who made the claim: one of the VM's NICs, or, where none is
 * known, the interface that was named with the address. */
static bool is_claimants_mac(
	const struct vm *vm, const struct candidate *candidate, const struct mac *mac)
{
	if (vm_has_macs(vm))
		return vm_nic_by_mac(vm, mac) != NULL;
	return candidate->has_mac && mac_equals(&candidate->mac, mac);
}

/* Link-local addresses exist once on each link: an entry of the VM's MAC tells which link is meant.
 */
static void learn_scope(
	struct candidate *candidate, const struct vm *vm, const struct netlink_neighbour *neighbour)
{
	bool is_same = address_equals(&candidate->address, &neighbour->address);

	if (address_classify(&candidate->address) != ADDRESS_LINK_LOCAL ||
		!is_claimants_mac(vm, candidate, &neighbour->mac))
		return;
	if (candidate->address.scope_id == 0 || is_same)
		candidate->address.scope_id = neighbour->ifindex;
}

static bool is_on_its_link(
	const struct candidate *candidate, const struct netlink_neighbour *neighbour)
{
	uint32_t link = candidate->route.ifindex;

	if (address_classify(&candidate->address) == ADDRESS_LINK_LOCAL)
		link = candidate->address.scope_id;
	return link == 0 || link == neighbour->ifindex;
}

static void learn_neighbour(struct candidates *candidates, const struct vm *vm,
	const struct netlink_neighbour *neighbour)
{
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *candidate = &candidates->list[i];

		learn_scope(candidate, vm, neighbour);
		if (!address_equals(&candidate->address, &neighbour->address) ||
			!is_on_its_link(candidate, neighbour))
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

/* The link of the host on which the NIC is: the bridge that its tap is a port of, the tap itself,
 * or the bridge that qemu-bridge-helper was given. 0: not told. */
static uint32_t link_of_nic(const struct vm_nic *nic, int netlink_fd, struct deadline deadline)
{
	const char *name = nic->ifname[0] != '\0' ? nic->ifname : nic->bridge;
	struct netlink_link link = {.ifindex = 0};

	if (name[0] == '\0' || netlink_link_by_name(netlink_fd, deadline, name, &link) < 0)
		return 0;
	return link.master != 0 ? link.master : link.ifindex;
}

/* For link-local addresses whose link no neighbour told. */
static void learn_links(struct candidates *candidates, const struct vm *vm, int netlink_fd,
	struct deadline deadline)
{
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *candidate = &candidates->list[i];
		const struct vm_nic *nic = NULL;

		if (address_classify(&candidate->address) != ADDRESS_LINK_LOCAL ||
			candidate->address.scope_id != 0)
			continue;
		if (candidate->has_mac)
			nic = vm_nic_by_mac(vm, &candidate->mac);
		if (nic != NULL)
			candidate->address.scope_id = link_of_nic(nic, netlink_fd, deadline);
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

/* What slirp gives a guest unless told otherwise (net/slirp.c): 10.0.2.15, and an address of
 * fec0::/64. */
static bool is_slirp_default(const struct address *address)
{
	static const uint8_t ipv4[] = {10, 0, 2, 15};
	static const uint8_t ipv6[] = {0xfe, 0xc0, 0, 0, 0, 0, 0, 0};

	if (address->family == AF_INET)
		return memcmp(address->bytes, ipv4, sizeof(ipv4)) == 0;
	return memcmp(address->bytes, ipv6, sizeof(ipv6)) == 0;
}

static bool is_behind_user_mode(const struct candidate *candidate, const struct vm *vm)
{
	const struct vm_nic *nic = candidate->has_mac ? vm_nic_by_mac(vm, &candidate->mac) : NULL;

	if (vm_is_unreachable(vm))
		return true;
	if (nic != NULL && nic->netdev != VM_NETDEV_UNKNOWN)
		return nic->netdev == VM_NETDEV_USER || nic->netdev == VM_NETDEV_PASST;
	return candidate->route.kind != NETLINK_ROUTE_ON_LINK &&
	       is_slirp_default(&candidate->address);
}

static bool is_on_link(const struct candidate *candidate)
{
	if (address_classify(&candidate->address) == ADDRESS_LINK_LOCAL)
		return candidate->address.scope_id != 0;
	return candidate->route.kind == NETLINK_ROUTE_ON_LINK;
}

static bool is_reachable_now(const struct candidate *candidate)
{
	const struct netlink_neighbour neighbour = {.state = candidate->neighbour_state};

	return candidate->has_neighbour &&
	       netlink_neighbour_rank(&neighbour) == NETLINK_NEIGHBOUR_RANK_MAX;
}

/* What the address itself and the host's tables say, whichever interface it was claimed for. */
static enum candidate_verdict judge_alone(const struct candidate *candidate, const struct vm *vm)
{
	enum address_class class = address_classify(&candidate->address);

	if (class == ADDRESS_REFUSED)
		return CANDIDATE_REFUSED;
	if (is_behind_user_mode(candidate, vm))
		return CANDIDATE_USER_MODE;
	if (candidate->route.kind == NETLINK_ROUTE_LOCAL)
		return CANDIDATE_HOST_OWN;
	if (class == ADDRESS_LINK_LOCAL && candidate->address.scope_id == 0)
		return CANDIDATE_NO_SCOPE;
	if (candidate->has_neighbour && is_on_link(candidate) &&
		(vm_has_macs(vm) || candidate->has_mac) &&
		!is_claimants_mac(vm, candidate, &candidate->neighbour_mac))
		return CANDIDATE_NEIGHBOUR_DIFFERS;
	if (candidate->is_expired && !is_reachable_now(candidate))
		return CANDIDATE_EXPIRED;
	return CANDIDATE_COUNTS;
}

static enum candidate_rank rank_of(const struct candidate *candidate, const struct vm *vm)
{
	if (address_classify(&candidate->address) == ADDRESS_LINK_LOCAL)
		return CANDIDATE_LINK_LOCAL;
	if (candidate->has_neighbour && is_claimants_mac(vm, candidate, &candidate->neighbour_mac))
		return CANDIDATE_PROVEN;
	switch (candidate->route.kind) {
	case NETLINK_ROUTE_ON_LINK:
		return CANDIDATE_ON_LINK;
	case NETLINK_ROUTE_GATEWAY:
		return CANDIDATE_GATEWAY;
	default:
		return CANDIDATE_UNROUTED;
	}
}

static bool is_of_nic(const struct candidate *candidate, const struct vm *vm)
{
	return candidate->has_mac && vm_nic_by_mac(vm, &candidate->mac) != NULL;
}

static bool any_of_nics(const struct candidates *candidates, const struct vm *vm)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (is_of_nic(&candidates->list[i], vm))
			return true;
	return false;
}

/*
 * Only interfaces with a MAC of the VM's NICs count. Where the guest names none (its address is on
 * a bridge that has a MAC of its own), what is on-link and in nobody else's name does.
 */
static void judge_nics(struct candidates *candidates, const struct vm *vm)
{
	bool has_own = any_of_nics(candidates, vm);

	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *candidate = &candidates->list[i];

		if (candidate->verdict != CANDIDATE_COUNTS || is_of_nic(candidate, vm))
			continue;
		if (has_own || !is_on_link(candidate))
			candidate->verdict = CANDIDATE_OTHER_NIC;
	}
}

static bool any_counts(
	const struct candidates *candidates, enum candidate_rank from, enum candidate_rank to)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->list[i].verdict == CANDIDATE_COUNTS &&
			candidates->list[i].rank >= from && candidates->list[i].rank <= to)
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
	if (!rules.routed || any_counts(candidates, CANDIDATE_PROVEN, CANDIDATE_ON_LINK))
		leave_out(candidates, CANDIDATE_GATEWAY, CANDIDATE_ROUTED_LAST);
	if (any_counts(candidates, CANDIDATE_PROVEN, CANDIDATE_GATEWAY))
		leave_out(candidates, CANDIDATE_LINK_LOCAL, CANDIDATE_LINK_LOCAL_LAST);
}

bool candidates_any(const struct candidates *candidates)
{
	return any_counts(candidates, CANDIDATE_PROVEN, CANDIDATE_LINK_LOCAL);
}

/* The answer, while it is put together. */
struct selection {
	int family;
	bool want_scope_id;
	struct address *addresses;
	size_t count;
};

static bool is_selected(const struct selection *selection, const struct address *address)
{
	for (size_t i = 0; i < selection->count; i++)
		if (address_equals(&selection->addresses[i], address))
			return true;
	return false;
}

static void select_candidate(struct selection *selection, struct candidate *candidate)
{
	if (selection->family != AF_UNSPEC && candidate->address.family != selection->family)
		return;
	if (!selection->want_scope_id && candidate->address.scope_id != 0)
		return;
	if (is_selected(selection, &candidate->address))
		return;
	if (selection->count == ANSWER_ADDRESSES_MAX)
		candidate->verdict = CANDIDATE_TOO_MANY;
	else
		selection->addresses[selection->count++] = candidate->address;
}

static void select_rank(struct selection *selection, struct candidates *candidates,
	enum candidate_rank rank, sa_family_t family)
{
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *candidate = &candidates->list[i];

		if (candidate->verdict == CANDIDATE_COUNTS && candidate->rank == rank &&
			candidate->address.family == family)
			select_candidate(selection, candidate);
	}
}

size_t candidates_answer(struct candidates *candidates, int family, bool want_scope_id,
	struct address ret_addresses[static ANSWER_ADDRESSES_MAX])
{
	struct selection selection = {family, want_scope_id, ret_addresses, 0};

	for (int rank = CANDIDATE_PROVEN; rank <= CANDIDATE_LINK_LOCAL; rank++) {
		select_rank(&selection, candidates, (enum candidate_rank)rank, AF_INET);
		select_rank(&selection, candidates, (enum candidate_rank)rank, AF_INET6);
	}
	return selection.count;
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
