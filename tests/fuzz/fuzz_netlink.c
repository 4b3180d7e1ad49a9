/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what the kernel answers over netlink. The first byte chooses the question; the rest
 * are datagrams, each behind a byte of its length. In a message whose sequence number is below 8,
 * that of the question is added, so that it is an answer.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "host/netlink.h"

#define DEADLINE_MS 10000
#define ADDRESSES   3

struct kernel {
	int fd;
	const uint8_t *at, *end;
};

static void *answer(void *argument)
{
	struct kernel *kernel = argument;
	union {
		struct nlmsghdr message;
		uint8_t bytes[512];
	} question, datagram;

	if (recv(kernel->fd, &question, sizeof(question), 0) < (ssize_t)sizeof(question.message))
		kernel->at = kernel->end;
	while (kernel->at < kernel->end) {
		size_t len = *kernel->at++, offset = 0;

		if (len > (size_t)(kernel->end - kernel->at))
			len = (size_t)(kernel->end - kernel->at);
		memcpy(datagram.bytes, kernel->at, len);
		kernel->at += len;
		while (offset + sizeof(struct nlmsghdr) <= len) {
			struct nlmsghdr message;

			memcpy(&message, datagram.bytes + offset, sizeof(message));
			if (message.nlmsg_seq < 8)
				message.nlmsg_seq += question.message.nlmsg_seq;
			memcpy(datagram.bytes + offset, &message, sizeof(message));
			if (message.nlmsg_len < sizeof(message) || message.nlmsg_len > len)
				break;
			offset += NLMSG_ALIGN(message.nlmsg_len);
		}
		if (send(kernel->fd, datagram.bytes, len, MSG_NOSIGNAL) < 0)
			break;
	}
	shutdown(kernel->fd, SHUT_RDWR);
	return NULL;
}

static void ask(int fd, uint8_t what)
{
	struct deadline deadline = deadline_after_ms(DEADLINE_MS);
	struct address addresses[ADDRESSES] = {
		{.family = AF_INET}, {.family = AF_INET6}, {.family = AF_INET6, .scope_id = 1}};
	struct netlink_route routes[ADDRESSES];
	struct netlink_neighbour neighbour;
	struct netlink_link link;
	struct netlink_walk walk;
	int r;

	switch (what % 3) {
	case 0:
		r = netlink_begin_neighbours(&walk, fd, deadline, AF_UNSPEC);
		while (r >= 0 && (r = netlink_next_neighbour(&walk, &neighbour)) > 0)
			if (netlink_neighbour_rank(&neighbour) == 0)
				abort();
		netlink_end(&walk);
		break;
	case 1:
		(void)netlink_routes(fd, deadline, addresses, ADDRESSES, routes);
		for (int i = 0; i < ADDRESSES; i++)
			if ((unsigned int)routes[i].kind > NETLINK_ROUTE_LOCAL)
				abort();
		break;
	case 2:
		if (netlink_link_by_name(fd, deadline, "tap0", &link) == 0 &&
			strcmp(link.name, "tap0") != 0)
			abort();
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct kernel kernel = {-1, bytes + (len > 0), bytes + len};
	pthread_t thread;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	kernel.fd = fds[1];
	if (pthread_create(&thread, NULL, answer, &kernel) != 0)
		abort();
	ask(fds[0], len > 0 ? bytes[0] : 0);
	shutdown(fds[0], SHUT_RDWR);
	pthread_join(thread, NULL);
	close(fds[0]);
	close(fds[1]);
	return 0;
}
