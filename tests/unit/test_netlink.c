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

	ck_assert_int_eq(address_from_text(text_of(text), &address), 0);
	return address;
}

START_TEST(routes_are_answered_each_for_its_address)
{
	struct address addresses[70];
	struct netlink_route routes[70];
	int fd = netlink_open(NETLINK_ROUTE);

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

/* A veth pair with neighbours of each state would need privileges: tests/find has those. */
START_TEST(a_walk_over_the_neighbours_ends_and_the_next_one_begins)
{
	int fd = netlink_open(NETLINK_ROUTE);

	for (int i = 0; i < 20; i++) {
		struct netlink_neighbour neighbour;
		struct netlink_walk walk;
		int r = netlink_begin_neighbours(&walk, fd, deadline_after_ms(2000), AF_UNSPEC);

		while (r >= 0 && (r = netlink_next_neighbour(&walk, &neighbour)) > 0)
			ck_assert_int_gt(netlink_neighbour_rank(&neighbour), 0);
		ck_assert_int_eq(r, 0);
		netlink_end(&walk);
	}
	close(fd);
}
END_TEST

START_TEST(the_table_of_neighbours_is_read_once)
{
	struct netlink_neighbours neighbours = {.is_read = false};
	int fd = netlink_open(NETLINK_ROUTE);

	ck_assert_int_eq(netlink_read_neighbours(&neighbours, -1, deadline_after_ms(0)), -EBADF);
	ck_assert_int_eq(netlink_read_neighbours(&neighbours, fd, deadline_after_ms(2000)), 0);
	close(fd);
	ck_assert_int_eq(netlink_read_neighbours(&neighbours, -1, deadline_after_ms(0)), 0);
	netlink_forget_neighbours(&neighbours);
	ck_assert_int_eq(netlink_read_neighbours(&neighbours, -1, deadline_after_ms(0)), -EBADF);
}
END_TEST

/* The loopback link, whatever else is there. */
START_TEST(any_dump_of_rtnetlink_can_be_walked)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
	} request = {.header = {.nlmsg_len = sizeof(request),
			     .nlmsg_type = RTM_GETLINK,
			     .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
	int fd = netlink_open(NETLINK_ROUTE), links = 0, loopbacks = 0, r;
	const struct nlmsghdr *message;
	struct netlink_walk walk;

	r = netlink_begin(&walk, fd, deadline_after_ms(2000), &request, sizeof(request));
	while (r >= 0 && (r = netlink_next(&walk, &message)) > 0) {
		const struct ifinfomsg *info = NLMSG_DATA(message);

		ck_assert_int_eq(message->nlmsg_type, RTM_NEWLINK);
		links++;
		loopbacks += (info->ifi_flags & IFF_LOOPBACK) != 0;
	}
	netlink_end(&walk);
	ck_assert_int_eq(r, 0);
	ck_assert_int_ge(links, 1);
	ck_assert_int_eq(loopbacks, 1);
	close(fd);
}
END_TEST

/* Stands in for the kernel at the other end of a socket pair. */
static void answer(int fd, struct nlmsghdr header, const void *text, size_t len)
{
	char datagram[64];

	header.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	memcpy(datagram, &header, sizeof(header));
	memcpy(datagram + sizeof(header), text, len);
	ck_assert_int_eq(send(fd, datagram, header.nlmsg_len, 0), header.nlmsg_len);
}

START_TEST(answers_to_other_questions_and_cut_messages_are_passed_over)
{
	struct nlmsghdr request = {.nlmsg_len = sizeof(request)}, asked;
	const struct nlmsghdr *message;
	struct netlink_walk walk;
	int fds[2], error = -EPERM;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	ck_assert_int_eq(
		netlink_begin(&walk, fds[0], deadline_after_ms(0), &request, sizeof(request)), 0);
	ck_assert_int_eq(recv(fds[1], &asked, sizeof(asked), 0), sizeof(asked));
	asked.nlmsg_type = RTM_NEWLINK;
	asked.nlmsg_flags = NLM_F_MULTI;
	asked.nlmsg_seq--;
	answer(fds[1], asked, "", 0);
	asked.nlmsg_seq++;
	/* Its length, rounded up, is beyond the datagram. */
	answer(fds[1], asked, "x", 1);
	ck_assert_int_eq(netlink_next(&walk, &message), 1);
	ck_assert_uint_eq(message->nlmsg_len, NLMSG_LENGTH(1));
	ck_assert_int_eq(netlink_next(&walk, &message), -ETIMEDOUT);
	asked.nlmsg_type = NLMSG_ERROR;
	answer(fds[1], asked, &error, sizeof(error));
	ck_assert_int_eq(netlink_next(&walk, &message), -EPERM);
	netlink_end(&walk);
	close(fds[0]);
	close(fds[1]);
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
	int fd = netlink_open(NETLINK_ROUTE);

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

START_TEST(a_bad_descriptor_is_an_error)
{
	struct netlink_link link;

	ck_assert_int_eq(netlink_link_by_name(-1, deadline_after_ms(100), "lo", &link), -EBADF);
}
END_TEST

int main(void)
{
	UNIT_RUN("netlink", routes_are_answered_each_for_its_address,
		a_walk_over_the_neighbours_ends_and_the_next_one_begins,
		the_table_of_neighbours_is_read_once, any_dump_of_rtnetlink_can_be_walked,
		answers_to_other_questions_and_cut_messages_are_passed_over,
		neighbours_are_ranked_by_their_state, a_link_is_found_by_its_name,
		a_bad_descriptor_is_an_error);
}
