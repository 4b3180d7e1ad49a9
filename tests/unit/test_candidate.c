/* SPDX-License-Identifier: MIT */
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>

#include "source/candidate.h"
#include "unit.h"

#define NIC    "52:54:00:aa:bb:01"
#define SECOND "52:54:00:aa:bb:02"
#define OTHER  "02:42:00:00:00:01"

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
	nic->has_mac = mac_from_text(text_of(mac), &nic->mac) == 0;
}

/* A claim, with what the kernel knows of the address. neighbour: a MAC, or NULL. */
static struct candidate *claim(const char *text, const char *interface_mac,
	enum netlink_route_kind route, const char *neighbour)
{
	struct address address;
	struct candidate *candidate;
	struct mac mac;

	ck_assert_int_eq(address_from_text(text_of(text), &address), 0);
	if (interface_mac != NULL)
		mac_from_text(text_of(interface_mac), &mac);
	candidates_add(&candidates, &address, interface_mac != NULL ? &mac : NULL);
	candidate = &candidates.list[candidates.count - 1];
	candidate->route = (struct netlink_route){route, 3};
	candidate->has_neighbour = neighbour != NULL;
	candidate->neighbour_state = NUD_REACHABLE;
	if (neighbour != NULL)
		mac_from_text(text_of(neighbour), &candidate->neighbour_mac);
	return candidate;
}

static size_t judge(void)
{
	candidates_judge(&candidates, &vm, (struct candidate_rules){.routed = true});
	return candidates_answer(&candidates, AF_UNSPEC, true, answer);
}

/* The first `count` of the answer, parted by blanks. */
static const char *answer_text(size_t count)
{
	static char text[ANSWER_ADDRESSES_MAX * ADDRESS_TEXT_MAX];
	char *end = text;

	*end = '\0';
	for (size_t i = 0; i < count; i++) {
		char buf[ADDRESS_TEXT_MAX];

		end += sprintf(end, "%s%s", i == 0 ? "" : " ", address_format(&answer[i], buf));
	}
	return text;
}

/* What is claimed of one VM, what the kernel knows of it, and what has to come of it. */
static const struct judgement {
	const char *rule;
	struct {
		const char *mac;
		enum vm_netdev netdev;
	} nics[2];
	struct {
		const char *address, *interface_mac;
		enum netlink_route_kind route;
		const char *neighbour;
		enum candidate_verdict verdict;
	} claims[4];
	const char *answer;
	bool routed_never, macs_shared;
} judgements[] = {
	{"an interface with another MAC does not count", {{NIC, VM_NETDEV_TAP}},
		{{"172.17.0.1", OTHER, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_OTHER_NIC},
			{"10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS},
			{"10.0.0.6", NULL, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_OTHER_NIC}},
		.answer = "10.0.0.5"},
	{"a bridge inside the guest counts if it is on-link", {{NIC, VM_NETDEV_TAP}},
		{{"10.0.0.5", OTHER, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS},
			{"172.17.0.1", OTHER, NETLINK_ROUTE_GATEWAY, NULL, CANDIDATE_OTHER_NIC},
			{"192.0.2.1", OTHER, NETLINK_ROUTE_NONE, NULL, CANDIDATE_OTHER_NIC}},
		.answer = "10.0.0.5"},
	{"every interface counts if no MAC of the VM is known", {{.mac = NULL}},
		{{"10.0.0.5", OTHER, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS},
			{"10.0.0.6", NULL, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS}},
		.answer = "10.0.0.5 10.0.0.6"},
	{"a MAC that two VMs have excludes no interface", {{NIC, VM_NETDEV_TAP}},
		{{"10.0.0.5", OTHER, NETLINK_ROUTE_GATEWAY, NULL, CANDIDATE_COUNTS}},
		.answer = "10.0.0.5", .macs_shared = true},
	{"loopback, link-local IPv4 and embedded IPv4 are refused", {{NIC, VM_NETDEV_TAP}},
		{{"127.0.0.1", NIC, NETLINK_ROUTE_LOCAL, NULL, CANDIDATE_REFUSED},
			{"169.254.169.254", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_REFUSED},
			{"::ffff:10.0.0.1", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_REFUSED}},
		.answer = ""},
	{"an address of the host itself is refused", {{NIC, VM_NETDEV_TAP}},
		{{"10.0.0.1", NIC, NETLINK_ROUTE_LOCAL, NULL, CANDIDATE_HOST_OWN}}, .answer = ""},
	{"an address that the neighbour table gives to another machine is refused",
		{{NIC, VM_NETDEV_TAP}},
		{{"10.0.0.7", NIC, NETLINK_ROUTE_ON_LINK, OTHER, CANDIDATE_NEIGHBOUR_DIFFERS}},
		.answer = ""},
	{"also if the guest gives its interface the other machine's MAC", {{NIC, VM_NETDEV_TAP}},
		{{"10.0.0.7", OTHER, NETLINK_ROUTE_ON_LINK, OTHER, CANDIDATE_NEIGHBOUR_DIFFERS}},
		.answer = ""},
	{"also if no MAC of the VM is known", {{.mac = NULL}},
		{{"10.0.0.7", NIC, NETLINK_ROUTE_ON_LINK, OTHER, CANDIDATE_NEIGHBOUR_DIFFERS}},
		.answer = ""},
	{"a user-mode NIC is not reached, the VM's other NIC is",
		{{NIC, VM_NETDEV_USER}, {SECOND, VM_NETDEV_TAP}},
		{{"10.0.2.15", NIC, NETLINK_ROUTE_GATEWAY, NULL, CANDIDATE_USER_MODE},
			{"10.0.0.5", SECOND, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS}},
		.answer = "10.0.0.5"},
	{"a NIC of passt is not reached", {{NIC, VM_NETDEV_PASST}},
		{{"192.168.1.5", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_USER_MODE}},
		.answer = ""},
	{"slirp's own addresses are user-mode even if no NIC is known", {{.mac = NULL}},
		{{"10.0.2.15", NIC, NETLINK_ROUTE_GATEWAY, NULL, CANDIDATE_USER_MODE},
			{"fec0::5054:ff:fe12:3456", NIC, NETLINK_ROUTE_NONE, NULL,
				CANDIDATE_USER_MODE}},
		.answer = ""},
	{"unless the host has a link where they belong", {{.mac = NULL}},
		{{"10.0.2.15", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS}},
		.answer = "10.0.2.15"},
	{"what the neighbour table proves comes first, then on-link, then no route",
		{{NIC, VM_NETDEV_TAP}},
		{{"192.0.2.9", NIC, NETLINK_ROUTE_NONE, NULL, CANDIDATE_COUNTS},
			{"fd00::5", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS},
			{"10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS},
			{"fd00::6", NIC, NETLINK_ROUTE_ON_LINK, NIC, CANDIDATE_COUNTS}},
		.answer = "fd00::6 10.0.0.5 fd00::5 192.0.2.9"},
	{"an address behind a gateway counts if it is the only one", {{NIC, VM_NETDEV_TAP}},
		{{"8.8.8.8", NIC, NETLINK_ROUTE_GATEWAY, NULL, CANDIDATE_COUNTS}},
		.answer = "8.8.8.8"},
	{"and does not beside one that is on-link", {{NIC, VM_NETDEV_TAP}},
		{{"8.8.8.8", NIC, NETLINK_ROUTE_GATEWAY, NULL, CANDIDATE_ROUTED_LAST},
			{"10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS}},
		.answer = "10.0.0.5"},
	{"and does not if the configuration says no", {{NIC, VM_NETDEV_TAP}},
		{{"8.8.8.8", NIC, NETLINK_ROUTE_GATEWAY, NULL, CANDIDATE_ROUTED_LAST}},
		.answer = "", .routed_never = true},
	{"a link-local address without a link of the host does not count", {{NIC, VM_NETDEV_TAP}},
		{{"fe80::1", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_NO_SCOPE}}, .answer = ""},
	{"one address of two interfaces is answered once", {{.mac = NULL}},
		{{"10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS},
			{"10.0.0.5", OTHER, NETLINK_ROUTE_ON_LINK, NULL, CANDIDATE_COUNTS}},
		.answer = "10.0.0.5"},
};

START_TEST(each_claim_is_judged_by_its_rule)
{
	const struct judgement *judgement = &judgements[_i];
	struct candidate_rules rules = {
		.routed = !judgement->routed_never, .macs_shared = judgement->macs_shared};
	size_t count;

	begin();
	for (size_t i = 0; i < COUNT_OF(judgement->nics) && judgement->nics[i].mac != NULL; i++)
		plug(judgement->nics[i].mac, judgement->nics[i].netdev);
	for (size_t i = 0; i < COUNT_OF(judgement->claims); i++)
		if (judgement->claims[i].address != NULL)
			claim(judgement->claims[i].address, judgement->claims[i].interface_mac,
				judgement->claims[i].route, judgement->claims[i].neighbour);
	candidates_judge(&candidates, &vm, rules);
	count = candidates_answer(&candidates, AF_UNSPEC, true, answer);
	ck_assert_msg(strcmp(answer_text(count), judgement->answer) == 0,
		"%s: the answer is \"%s\", not \"%s\"", judgement->rule, answer_text(count),
		judgement->answer);
	for (size_t i = 0; i < candidates.count; i++)
		ck_assert_msg(candidates.list[i].verdict == judgement->claims[i].verdict,
			"%s: %s is \"%s\"", judgement->rule, judgement->claims[i].address,
			candidate_verdict_text(candidates.list[i].verdict));
}
END_TEST

START_TEST(link_local_counts_with_the_hosts_scope_if_there_is_nothing_better)
{
	begin();
	plug(NIC, VM_NETDEV_TAP);
	claim("fe80::1", NIC, NETLINK_ROUTE_ON_LINK, NULL)->address.scope_id = 7;
	ck_assert_str_eq(answer_text(judge()), "fe80::1%7");
	ck_assert_uint_eq(candidates_answer(&candidates, AF_UNSPEC, false, answer), 0);

	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_str_eq(answer_text(judge()), "10.0.0.5");
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
	ck_assert_str_eq(
		answer_text(candidates_answer(&candidates, AF_INET6, true, answer)), "fd00::5");
}
END_TEST

START_TEST(a_claim_that_comes_twice_is_kept_once)
{
	begin();
	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.5", OTHER, NETLINK_ROUTE_ON_LINK, NULL);
	claim("10.0.0.5", NIC, NETLINK_ROUTE_ON_LINK, NULL);
	ck_assert_uint_eq(candidates.count, 2);
}
END_TEST

START_TEST(refused_claims_make_room_for_others)
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
	Suite *suite = suite_create("candidate");
	TCase *tcase = tcase_create("candidate");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, each_claim_is_judged_by_its_rule, 0, COUNT_OF(judgements));
	tcase_add_test(tcase, link_local_counts_with_the_hosts_scope_if_there_is_nothing_better);
	tcase_add_test(tcase, a_family_is_chosen_before_the_answer_is_cut);
	tcase_add_test(tcase, a_claim_that_comes_twice_is_kept_once);
	tcase_add_test(tcase, refused_claims_make_room_for_others);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
