/* SPDX-License-Identifier: MIT */
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>

#include "source/candidate.h"
#include "unit.h"

#define NIC   "52:54:00:aa:bb:01"
#define OTHER "02:42:00:00:00:01"

/* One VM and what is claimed for it; every test begins with neither. */
static struct vm vm;
static struct candidates candidates;
static struct address answer[ANSWER_ADDRESSES_MAX];

static void begin(void)
{
	memset(&vm, 0, sizeof(vm));
	memset(&candidates, 0, sizeof(candidates));
}

static void plug(const char *mac, enum vm_netdev netdev)
{
	struct vm_nic *nic = &vm.nics[vm.nic_count++];

	vm.has_argv = true;
	nic->netdev = netdev;
	nic->has_mac = mac_parse(mac, &nic->mac) == 0;
}

/* A claim, with what the kernel knows of the address. neighbour: a MAC, or NULL. */
static struct candidate *claim(const char *text, const char *interface_mac,
	enum netlink_route_kind route, const char *neighbour)
{
	struct address address;
	struct candidate *candidate;
	struct mac mac;

	ck_assert_int_eq(address_parse(text, &address), 0);
	if (interface_mac != NULL)
		mac_parse(interface_mac, &mac);
	candidates_add(&candidates, &address, interface_mac != NULL ? &mac : NULL);
	candidate = &candidates.list[candidates.count - 1];
	candidate->route = (struct netlink_route){route, 3};
	candidate->has_neighbour = neighbour != NULL;
	candidate->neighbour_state = NUD_REACHABLE;
	if (neighbour != NULL)
		mac_parse(neighbour, &candidate->neighbour_mac);
	return candidate;
}

static size_t judge(void)
{
	candidates_judge(&candidates, &vm, (struct candidate_rules){.routed = true});
	return candidates_answer(&candidates, AF_UNSPEC, true, answer);
}

static void check_answer(size_t n, const char *text)
{
	char buf[ADDRESS_TEXT_MAX];

	ck_assert_str_eq(address_format(&answer[n], buf), text);
}

START_TEST(only_the_vms_own_nics_count)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("172.17.0.1", OTHER, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.6", NULL, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 1);
	check_answer(0, "10.0.0.5");
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_OTHER_NIC);
	ck_assert_int_eq(candidates.list[2].verdict, CANDIDATE_OTHER_NIC);
}
END_TEST

START_TEST(a_bridge_inside_the_guest_counts_if_it_is_on_link)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("10.0.0.5", OTHER, NETLINK_ROUTE_ON_LINK, NULL);
	claim("172.17.0.1", OTHER, NETLINK_ROUTE_GATEWAY, NULL);
	claim("192.0.2.1", OTHER, NETLINK_ROUTE_NONE, NULL);
	ck_assert_uint_eq(judge(), 1);
	check_answer(0, "10.0.0.5");
}
END_TEST

START_TEST(without_known_macs_every_interface_counts)
{
	begin();
	claim("10.0.0.5", OTHER, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.6", NULL, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 2);
}
END_TEST

START_TEST(shared_macs_tell_nothing)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("10.0.0.5", OTHER, NETLINK_ROUTE_GATEWAY, NULL);
	candidates_judge(
		&candidates, &vm, (struct candidate_rules){.routed = true, .macs_shared = true});
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_COUNTS);
}
END_TEST

START_TEST(what_leads_to_no_vm_is_refused)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("127.0.0.1", NIC, NETLINK_ROUTE_LOCAL, NULL);
	claim("169.254.169.254", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	claim("::ffff:10.0.0.1", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 0);
	ck_assert_int_eq(candidates.list[1].verdict, CANDIDATE_REFUSED);
}
END_TEST

START_TEST(an_address_of_the_hosts_is_refused)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("10.0.0.1", NIC, NETLINK_ROUTE_LOCAL, NULL);
	ck_assert_uint_eq(judge(), 0);
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_HOST_OWN);
}
END_TEST

START_TEST(another_machines_address_is_refused)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("10.0.0.7", NIC, NETLINK_ROUTE_ON_LINK, OTHER);
	ck_assert_uint_eq(judge(), 0);
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_NEIGHBOUR_DIFFERS);

	/* Also where the guest gives its interface the other machine's MAC. */
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("10.0.0.7", OTHER, NETLINK_ROUTE_ON_LINK, OTHER);
	ck_assert_uint_eq(judge(), 0);

	/* And where the VM's MACs are not known. */
	begin();
	claim("10.0.0.7", NIC, NETLINK_ROUTE_ON_LINK, OTHER);
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

START_TEST(a_user_mode_nic_is_not_reached)
{
	begin();
	plug(NIC, VM_NETDEV_USER);
	plug("52:54:00:aa:bb:02", VM_NETDEV_TAP);
	claim("10.0.2.15", NIC, NETLINK_ROUTE_GATEWAY, NULL);
	claim("10.0.0.5", "52:54:00:aa:bb:02", NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 1);
	check_answer(0, "10.0.0.5");
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_USER_MODE);

	begin();
	plug(NIC, VM_NETDEV_PASST);
	claim("192.168.1.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 0);
}
END_TEST

START_TEST(slirps_own_address_is_known_without_a_command_line)
{
	begin();
	claim("10.0.2.15", NIC, NETLINK_ROUTE_GATEWAY, NULL);
	claim("fec0::5054:ff:fe12:3456", NIC, NETLINK_ROUTE_NONE, NULL);
	ck_assert_uint_eq(judge(), 0);
	begin();
	claim("10.0.2.15", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 1);
}
END_TEST

START_TEST(what_is_proven_comes_first)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("192.0.2.9", NIC, NETLINK_ROUTE_NONE, NULL);
	claim("fd00::5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	claim("fd00::6", NIC, NETLINK_ROUTE_ON_LINK, NIC);
	ck_assert_uint_eq(judge(), 4);
	check_answer(0, "fd00::6");
	check_answer(1, "10.0.0.5");
	check_answer(2, "fd00::5");
	check_answer(3, "192.0.2.9");
}
END_TEST

START_TEST(a_gateway_counts_only_where_nothing_is_on_link)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("8.8.8.8", NIC, NETLINK_ROUTE_GATEWAY, NULL);
	ck_assert_uint_eq(judge(), 1);
	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 1);
	check_answer(0, "10.0.0.5");
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_ROUTED_LAST);

	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("8.8.8.8", NIC, NETLINK_ROUTE_GATEWAY, NULL);
	candidates_judge(&candidates, &vm, (struct candidate_rules){.routed = false});
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_ROUTED_LAST);
}
END_TEST

START_TEST(link_local_counts_last_and_with_the_hosts_scope)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("fe80::1", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 0);
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_NO_SCOPE);

	candidates.list[0].address.scope_id = 7;
	ck_assert_uint_eq(judge(), 1);
	check_answer(0, "fe80::1%7");
	ck_assert_uint_eq(candidates_answer(&candidates, AF_UNSPEC, false, answer), 0);

	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), 1);
	check_answer(0, "10.0.0.5");
	ck_assert_int_eq(candidates.list[0].verdict, CANDIDATE_LINK_LOCAL_LAST);
}
END_TEST

START_TEST(a_family_is_chosen_before_the_answer_is_cut)
{
	char text[32];

	begin();
	plug(NIC, VM_NETDEV_TAP);
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "10.0.0.%d", i + 1);
		claim(text, NIC, NETLINK_ROUTE_ON_LINK, NULL);
	}
	claim("fd00::5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(judge(), ANSWER_ADDRESSES_MAX);
	ck_assert_int_eq(candidates.list[16].verdict, CANDIDATE_TOO_MANY);
	candidates_judge(&candidates, &vm, (struct candidate_rules){.routed = true});
	ck_assert_uint_eq(candidates_answer(&candidates, AF_INET6, true, answer), 1);
	check_answer(0, "fd00::5");
}
END_TEST

START_TEST(an_address_is_answered_once)
{
	begin();
	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.5", OTHER, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(candidates.count, 2);
	ck_assert_uint_eq(judge(), 1);
}
END_TEST

START_TEST(refused_claims_leave_their_room)
{
	char text[32];

	begin();
	for (int i = 0; i < CANDIDATES_MAX + 10; i++) {
		snprintf(text, sizeof(text), "127.0.%d.%d", i / 200, i % 200 + 1);
		claim(text, NIC, NETLINK_ROUTE_LOCAL, NULL);
	}
	ck_assert_uint_eq(candidates.count, CANDIDATES_MAX);
	ck_assert(candidates.is_cut);
	candidates_add(
		&candidates, &(struct address){.family = AF_INET, .bytes = {10, 0, 0, 5}}, NULL);
	ck_assert_uint_eq(judge(), 1);
}
END_TEST

int main(void)
{
	UNIT_RUN("candidate", only_the_vms_own_nics_count,
		a_bridge_inside_the_guest_counts_if_it_is_on_link,
		without_known_macs_every_interface_counts, shared_macs_tell_nothing,
		what_leads_to_no_vm_is_refused, an_address_of_the_hosts_is_refused,
		another_machines_address_is_refused, a_user_mode_nic_is_not_reached,
		slirps_own_address_is_known_without_a_command_line, what_is_proven_comes_first,
		a_gateway_counts_only_where_nothing_is_on_link,
		link_local_counts_last_and_with_the_hosts_scope,
		a_family_is_chosen_before_the_answer_is_cut, an_address_is_answered_once,
		refused_claims_leave_their_room);
}
