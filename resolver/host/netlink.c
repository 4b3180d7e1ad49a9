/* SPDX-License-Identifier: MIT */
#include "host/netlink.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel fills dumps in pieces of up to 32 KiB where the reader offers that much
 * (net/netlink/af_netlink.c, netlink_dump()); on the heap, since no stranger's stack has the room.
 */
#define RECEIVE_SIZE 32768
/* Routes asked in one write: their answers (about 150 bytes each) stay below the default receive
 * buffer. */
#define ROUTES_PER_WRITE 64

int netlink_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int on = 1;

	if (fd < 0)
		return -errno;
	/* Errors without the request's text; older kernels do not know it, and need not. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return fd;
}

static int send_request(int fd, const void *request, size_t len)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t sent;

	do
		sent = sendto(fd, request, len, MSG_NOSIGNAL, (const struct sockaddr *)&kernel,
			sizeof(kernel));
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	return (size_t)sent == len ? 0 : -EIO;
}

static int wait_readable(int fd, struct deadline deadline)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int r;

	do
		r = poll(&ready, 1, deadline_left_ms(deadline));
	while (r < 0 && errno == EINTR && !deadline_is_past(deadline));
	if (r < 0)
		return -errno;
	return r > 0 ? 0 : -ETIMEDOUT;
}

/* One datagram of the kernel's; whatever another process sent is dropped. Returns its length. */
static ssize_t receive(int fd, struct deadline deadline, void *buffer)
{
	for (;;) {
		struct sockaddr_nl sender = {0};
		socklen_t sender_len = sizeof(sender);
		ssize_t got = recvfrom(fd, buffer, RECEIVE_SIZE, MSG_TRUNC,
			(struct sockaddr *)&sender, &sender_len);
		int r;

		if (got >= 0 && sender.nl_pid != 0)
			continue;
		if (got > RECEIVE_SIZE)
			return -EMSGSIZE;
		if (got >= 0)
			return got;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		r = wait_readable(fd, deadline);
		if (r < 0)
			return r;
	}
}

/* Takes one message of the answer: > 0 it was the last, 0 there are more, or a negative errno. */
struct taker {
	int (*take)(void *context, const struct nlmsghdr *message);
	void *context;
};

static int take_datagram(const void *buffer, size_t len, struct taker taker)
{
	const struct nlmsghdr *message = buffer;

	for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		int r = taker.take(taker.context, message);

		if (r != 0)
			return r;
	}
	return 0;
}

static int receive_until_done(int fd, struct deadline deadline, struct taker taker)
{
	void *buffer = malloc(RECEIVE_SIZE);
	int r = 0;

	if (buffer == NULL)
		return -ENOMEM;
	while (r == 0) {
		ssize_t len = receive(fd, deadline, buffer);

		r = len < 0 ? (int)len : take_datagram(buffer, (size_t)len, taker);
	}
	free(buffer);
	return r < 0 ? r : 0;
}

static int error_in(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = NLMSG_DATA(message);

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(error->error)))
		return -EBADMSG;
	return error->error < 0 ? error->error : -EBADMSG;
}

/* Copies an attribute of exactly that size, so that it may be read as what it is. */
static bool copy_attribute(const struct rtattr *attribute, void *ret_value, size_t size)
{
	if (RTA_PAYLOAD(attribute) != size)
		return false;
	memcpy(ret_value, RTA_DATA(attribute), size);
	return true;
}

int netlink_neighbour_rank(const struct netlink_neighbour *neighbour)
{
	if ((neighbour->state & (NUD_PERMANENT | NUD_REACHABLE)) != 0)
		return NETLINK_NEIGHBOUR_RANK_MAX;
	if ((neighbour->state & (NUD_DELAY | NUD_PROBE)) != 0)
		return 2;
	return (neighbour->state & NUD_STALE) != 0 ? 1 : 0;
}

struct neighbour_dump {
	uint32_t sequence;
	void (*each)(void *context, const struct netlink_neighbour *neighbour);
	void *context;
};

static void take_neighbour(struct neighbour_dump *dump, const struct nlmsghdr *message)
{
	const struct ndmsg *entry = NLMSG_DATA(message);
	struct netlink_neighbour neighbour = {0};
	const struct rtattr *attribute;
	bool has_address = false, has_mac = false;
	size_t len;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*entry)))
		return;
	if (entry->ndm_family != AF_INET && entry->ndm_family != AF_INET6)
		return;
	neighbour.address.family = entry->ndm_family;
	neighbour.ifindex = (uint32_t)entry->ndm_ifindex;
	neighbour.state = entry->ndm_state;
	len = message->nlmsg_len - NLMSG_LENGTH(sizeof(*entry));
	attribute = (const struct rtattr *)((const char *)entry + NLMSG_ALIGN(sizeof(*entry)));
	for (; RTA_OK(attribute, len); attribute = RTA_NEXT(attribute, len)) {
		if (attribute->rta_type == NDA_DST)
			has_address = copy_attribute(
				attribute, neighbour.address.bytes, address_len(entry->ndm_family));
		else if (attribute->rta_type == NDA_LLADDR)
			has_mac = copy_attribute(attribute, &neighbour.mac, sizeof(neighbour.mac));
	}
	if (!has_address || !has_mac || netlink_neighbour_rank(&neighbour) == 0)
		return;
	if (address_classify(&neighbour.address) == ADDRESS_LINK_LOCAL)
		neighbour.address.scope_id = neighbour.ifindex;
	dump->each(dump->context, &neighbour);
}

static int take_neighbours(void *context, const struct nlmsghdr *message)
{
	struct neighbour_dump *dump = context;

	if (message->nlmsg_seq != dump->sequence)
		return 0;
	switch (message->nlmsg_type) {
	case NLMSG_DONE:
		return 1;
	case NLMSG_ERROR:
		return error_in(message);
	case RTM_NEWNEIGH:
		take_neighbour(dump, message);
		return 0;
	default:
		return 0;
	}
}

int netlink_each_neighbour(int fd, struct deadline deadline, int family,
	void (*each)(void *context, const struct netlink_neighbour *neighbour), void *context)
{
	struct {
		struct nlmsghdr header;
		struct ndmsg entry;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETNEIGH,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			.nlmsg_seq = (uint32_t)deadline_now_ns()},
		.entry = {.ndm_family = (uint8_t)family},
	};
	struct neighbour_dump dump = {request.header.nlmsg_seq, each, context};
	int r = send_request(fd, &request, sizeof(request));

	if (r < 0)
		return r;
	return receive_until_done(fd, deadline, (struct taker){take_neighbours, &dump});
}

struct route_request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr destination_header;
	uint8_t destination[16];
	struct rtattr link_header;
	uint32_t link;
};

/* Writes the question for one address; returns its length. */
static size_t write_route_request(
	const struct address *address, uint32_t sequence, struct route_request *ret_request)
{
	struct route_request request = {0};
	size_t address_size = address_len(address->family);
	size_t len = offsetof(struct route_request, destination) + address_size;

	request.header.nlmsg_type = RTM_GETROUTE;
	request.header.nlmsg_flags = NLM_F_REQUEST;
	request.header.nlmsg_seq = sequence;
	request.route.rtm_family = (uint8_t)address->family;
	request.route.rtm_dst_len = (uint8_t)(address_size * 8);
	request.destination_header.rta_type = RTA_DST;
	request.destination_header.rta_len = (unsigned short)RTA_LENGTH(address_size);
	memcpy(request.destination, address->bytes, address_size);
	if (address->scope_id != 0) {
		/* Link-local, so of 16 bytes: the fields stand where the message wants them. */
		request.link_header.rta_type = RTA_OIF;
		request.link_header.rta_len = RTA_LENGTH(sizeof(request.link));
		request.link = address->scope_id;
		len = sizeof(request);
	}
	request.header.nlmsg_len = (uint32_t)len;
	*ret_request = request;
	return len;
}

struct route_batch {
	uint32_t sequence; /* of the first question; the others follow */
	size_t count, answered;
	struct netlink_route *routes;
};

static enum netlink_route_kind kind_of(const struct rtmsg *route, bool has_gateway)
{
	switch (route->rtm_type) {
	case RTN_UNICAST:
		return has_gateway ? NETLINK_ROUTE_GATEWAY : NETLINK_ROUTE_ON_LINK;
	case RTN_LOCAL:
	case RTN_BROADCAST:
	case RTN_ANYCAST:
	case RTN_MULTICAST:
		return NETLINK_ROUTE_LOCAL;
	default:
		return NETLINK_ROUTE_NONE;
	}
}

static struct netlink_route route_in(const struct nlmsghdr *message)
{
	const struct rtmsg *route = NLMSG_DATA(message);
	struct netlink_route result = {0};
	const struct rtattr *attribute;
	bool has_gateway = false;
	size_t len;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*route)))
		return result;
	len = message->nlmsg_len - NLMSG_LENGTH(sizeof(*route));
	attribute = (const struct rtattr *)((const char *)route + NLMSG_ALIGN(sizeof(*route)));
	for (; RTA_OK(attribute, len); attribute = RTA_NEXT(attribute, len)) {
		if (attribute->rta_type == RTA_OIF)
			copy_attribute(attribute, &result.ifindex, sizeof(result.ifindex));
		else if (attribute->rta_type == RTA_GATEWAY || attribute->rta_type == RTA_VIA)
			has_gateway = true;
	}
	result.kind = kind_of(route, has_gateway);
	return result;
}

static int take_routes(void *context, const struct nlmsghdr *message)
{
	struct route_batch *batch = context;
	uint32_t index = message->nlmsg_seq - batch->sequence;

	if (index >= batch->count)
		return 0;
	/* An error (ENETUNREACH and the like) is an answer too: no route. */
	if (message->nlmsg_type == RTM_NEWROUTE)
		batch->routes[index] = route_in(message);
	else if (message->nlmsg_type != NLMSG_ERROR)
		return 0;
	return ++batch->answered == batch->count;
}

static int ask_routes(int fd, struct deadline deadline, const struct address *addresses,
	size_t count, struct netlink_route *routes)
{
	struct route_batch batch = {(uint32_t)deadline_now_ns(), count, 0, routes};
	struct route_request *requests = calloc(count, sizeof(*requests));
	size_t len = 0;
	int r;

	if (requests == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct route_request request;
		size_t one =
			write_route_request(&addresses[i], batch.sequence + (uint32_t)i, &request);

		memcpy((unsigned char *)requests + len, &request, one);
		len += one;
	}
	r = send_request(fd, requests, len);
	free(requests);
	if (r < 0)
		return r;
	return receive_until_done(fd, deadline, (struct taker){take_routes, &batch});
}

int netlink_routes(int fd, struct deadline deadline, const struct address *addresses, size_t count,
	struct netlink_route *ret_routes)
{
	memset(ret_routes, 0, count * sizeof(*ret_routes));
	for (size_t done = 0; done < count; done += ROUTES_PER_WRITE) {
		size_t part = count - done < ROUTES_PER_WRITE ? count - done : ROUTES_PER_WRITE;
		int r = ask_routes(fd, deadline, addresses + done, part, ret_routes + done);

		if (r < 0)
			return r;
	}
	return 0;
}

struct link_question {
	uint32_t sequence;
	struct netlink_link link;
};

static int take_link(void *context, const struct nlmsghdr *message)
{
	struct link_question *question = context;
	const struct ifinfomsg *info = NLMSG_DATA(message);
	struct netlink_link *link = &question->link;
	const struct rtattr *attribute;
	size_t len;

	if (message->nlmsg_seq != question->sequence)
		return 0;
	if (message->nlmsg_type == NLMSG_ERROR)
		return error_in(message);
	if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return -EBADMSG;
	link->ifindex = (uint32_t)info->ifi_index;
	len = message->nlmsg_len - NLMSG_LENGTH(sizeof(*info));
	attribute = (const struct rtattr *)((const char *)info + NLMSG_ALIGN(sizeof(*info)));
	for (; RTA_OK(attribute, len); attribute = RTA_NEXT(attribute, len)) {
		if (attribute->rta_type == IFLA_MASTER)
			copy_attribute(attribute, &link->master, sizeof(link->master));
		else if (attribute->rta_type == IFLA_LINK)
			copy_attribute(attribute, &link->parent, sizeof(link->parent));
		else if (attribute->rta_type == IFLA_ADDRESS)
			link->has_mac = copy_attribute(attribute, &link->mac, sizeof(link->mac));
	}
	return 1;
}

int netlink_link_by_name(
	int fd, struct deadline deadline, const char *name, struct netlink_link *ret_link)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
		struct rtattr name_header;
		char name[IF_NAMESIZE];
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = (uint32_t)deadline_now_ns()},
		.name_header = {.rta_len = RTA_LENGTH(sizeof(request.name)),
			.rta_type = IFLA_IFNAME},
	};
	struct link_question question = {.sequence = request.header.nlmsg_seq};
	size_t len = strlen(name);
	int r;

	if (len == 0 || len >= sizeof(request.name))
		return -ENODEV;
	memcpy(request.name, name, len);
	memcpy(question.link.name, name, len);
	r = send_request(fd, &request, sizeof(request));
	if (r == 0)
		r = receive_until_done(fd, deadline, (struct taker){take_link, &question});
	if (r == 0)
		*ret_link = question.link;
	return r;
}
