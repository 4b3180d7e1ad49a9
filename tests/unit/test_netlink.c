/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>
#include <unistd.h>

#include "host/netlink.h"
#include "unit.h"

/* What holds on every machine, in every network namespace. */

static struct address parsed(const char *text)
{
	struct address address;

	ck_assert_int_eq(address_parse(text, &address), 0);
	return address;
}

START_TEST(routes_are_answered_each_for_its_address)
{
	struct address addresses[70];
	struct netlink_route routes[70];
	int fd = netlink_open();

	ck_assert_int_ge(fd, 0);
	/* More than one write holds. */
	for (size_t i = 0; i < COUNT_OF(addresses); i++)
		addresses[i] = parsed(i % 2 == 0 ? "127.0.0.1" : "255.255.255.255");
	ck_assert_int_eq(
		netlink_routes(fd, deadline_after_ms(2000), addresses, COUNT_OF(addresses), routes),
		0);
	for (size_t i = 0; i < COUNT_OF(addresses); i += 2)
		ck_assert_int_eq(routes[i].kind, NETLINK_ROUTE_LOCAL);
	close(fd);
}
END_TEST

static void never(void *context, const struct netlink_neighbour *neighbour)
{
	(void)context;
	ck_assert_int_gt(netlink_neighbour_rank(neighbour), 0);
}

START_TEST(only_usable_neighbours_are_told)
{
	int fd = netlink_open();

	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(
			netlink_each_neighbour(fd, deadline_after_ms(2000), AF_UNSPEC, never, NULL),
			0);
	close(fd);
}
END_TEST

START_TEST(neighbours_are_ranked_by_their_state)
{
	static const uint16_t best_first[] = {NUD_REACHABLE, NUD_DELAY, NUD_STALE, NUD_FAILED};
	struct netlink_neighbour neighbour = {.state = NUD_PERMANENT};
	int rank = netlink_neighbour_rank(&neighbour) + 1;

	for (size_t i = 0; i < COUNT_OF(best_first); i++) {
		neighbour.state = best_first[i];
		ck_assert_int_lt(netlink_neighbour_rank(&neighbour), rank);
		rank = netlink_neighbour_rank(&neighbour);
	}
	ck_assert_int_eq(rank, 0);
	neighbour.state = NUD_INCOMPLETE;
	ck_assert_int_eq(netlink_neighbour_rank(&neighbour), 0);
	neighbour.state = NUD_NOARP;
	ck_assert_int_eq(netlink_neighbour_rank(&neighbour), 0);
}
END_TEST

START_TEST(a_link_is_found_by_its_name)
{
	struct netlink_link link = {0};
	int fd = netlink_open();

	ck_assert_int_eq(netlink_link_by_name(fd, deadline_after_ms(2000), "lo", &link), 0);
	ck_assert_uint_eq(link.ifindex, if_nametoindex("lo"));
	ck_assert_uint_eq(link.master, 0);
	ck_assert_int_eq(
		netlink_link_by_name(fd, deadline_after_ms(2000), "no-such", &link), -ENODEV);
	ck_assert_int_eq(netlink_link_by_name(fd, deadline_after_ms(2000), "", &link), -ENODEV);
	ck_assert_int_eq(netlink_link_by_name(fd, deadline_after_ms(2000),
				 "a-name-longer-than-the-kernel-takes", &link),
		-ENODEV);
	close(fd);
}
END_TEST

START_TEST(a_descriptor_that_is_none_is_told)
{
	struct netlink_link link;

	ck_assert_int_eq(netlink_link_by_name(-1, deadline_after_ms(100), "lo", &link), -EBADF);
}
END_TEST

int main(void)
{
	UNIT_RUN("netlink", routes_are_answered_each_for_its_address,
		only_usable_neighbours_are_told, neighbours_are_ranked_by_their_state,
		a_link_is_found_by_its_name, a_descriptor_that_is_none_is_told);
}
