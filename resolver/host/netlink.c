/* SPDX-License-Identifier: MIT */
#include "host/netlink.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel fills dumps in pieces of up to 32 KiB if the reader offers that much
 * (net/netlink/af_netlink.c, netlink_dump()); on the heap, since no stranger's stack has the room.
 */
#define RECEIVE_SIZE 32768
/* Routes asked in one write: their answers (about 150 bytes each) stay below the default receive
 * buffer. */
#define ROUTES_PER_WRITE 64
/* The kernel keeps 1,024 of each family unless it is told to keep more (gc_thresh3). */
#define NEIGHBOURS_MAX 262144

int netlink_open(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	int on = 1;

	if (fd < 0)
		return -errno;
	/* Errors without the request's text; older kernels do not know it, and need not. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return fd;
}

/* What comes behind the first message of left bytes; unlike NLMSG_NEXT() safe if its length,
 * rounded up, is beyond them. */
static char *skip_message(const struct nlmsghdr *message, size_t *left)
{
	size_t len = NLMSG_ALIGN(message->nlmsg_len);

	if (len > *left)
		len = *left;
	*left -= len;
	return (char *)message + len;
}

int netlink_begin(
	struct netlink_walk *walk, int fd, struct deadline deadline, void *requests, size_t len)
{
	struct nlmsghdr *request = requests;
	size_t left = len;
	ssize_t sent;

	*walk = (struct netlink_walk){
		.fd = fd, .deadline = deadline, .sequence = (uint32_t)deadline_now_ns()};
	for (; NLMSG_OK(request, left); request = (void *)skip_message(request, &left))
		request->nlmsg_seq = walk->sequence + walk->asked++;
	walk->unanswered = walk->asked;
	/* Without an address it goes to the kernel. */
	do
		sent = send(fd, requests, len, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	if ((size_t)sent != len)
		return -EIO;
	walk->buffer = malloc(RECEIVE_SIZE);
	return walk->buffer != NULL ? 0 : -ENOMEM;
}

void netlink_end(struct netlink_walk *walk)
{
	free(walk->buffer);
	walk->buffer = NULL;
}

/* One datagram of the kernel's; whatever another process sent is dropped. */
static int receive_datagram(struct netlink_walk *walk)
{
	struct pollfd ready = {.fd = walk->fd, .events = POLLIN};

	for (;;) {
		struct sockaddr_nl sender = {0};
		socklen_t sender_len = sizeof(sender);
		ssize_t got = recvfrom(walk->fd, walk->buffer, RECEIVE_SIZE, MSG_TRUNC,
			(struct sockaddr *)&sender, &sender_len);

		if (got >= 0 && sender.nl_pid != 0)
			continue;
		if (got > RECEIVE_SIZE)
			return -EMSGSIZE;
		if (got >= 0 && got < NLMSG_HDRLEN)
			return -EBADMSG;
		if (got >= 0) {
			walk->next = walk->buffer;
			walk->left = (size_t)got;
			return 0;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (deadline_is_past(walk->deadline))
			return -ETIMEDOUT;
		if (poll(&ready, 1, deadline_left_ms(walk->deadline)) < 0 && errno != EINTR)
			return -errno;
	}
}

int netlink_next(struct netlink_walk *walk, const struct nlmsghdr **ret_message)
{
	while (walk->unanswered > 0) {
		const struct nlmsghdr *message = (const void *)walk->next;
		const struct nlmsgerr *error;

		if (message == NULL || !NLMSG_OK(message, walk->left)) {
			int r = receive_datagram(walk);

			if (r < 0)
				return r;
			continue;
		}
		walk->next = skip_message(message, &walk->left);
		if (message->nlmsg_seq - walk->sequence >= walk->asked)
			continue;
		if ((message->nlmsg_flags & NLM_F_MULTI) == 0 || message->nlmsg_type == NLMSG_DONE)
			walk->unanswered--;
		if (message->nlmsg_type == NLMSG_ERROR && walk->asked == 1) {
			error = NLMSG_DATA(message);
			if (message->nlmsg_len < NLMSG_LENGTH(sizeof(error->error)))
				return -EBADMSG;
			return error->error < 0 ? error->error : -EBADMSG;
		}
		if (message->nlmsg_type >= NLMSG_MIN_TYPE) {
			*ret_message = message;
			return 1;
		}
	}
	return 0;
}

bool netlink_begin_attributes(
	struct netlink_attributes *attributes, const struct nlmsghdr *message, size_t fixed_size)
{
	size_t skipped = NLMSG_SPACE(fixed_size);

	if (message->nlmsg_len < skipped)
		return false;
	attributes->next = (const char *)message + skipped;
	attributes->left = message->nlmsg_len - skipped;
	return true;
}

const struct rtattr *netlink_next_attribute(struct netlink_attributes *attributes)
{
	const struct rtattr *attribute = (const void *)attributes->next;
	size_t len;

	if (!RTA_OK(attribute, attributes->left))
		return NULL;
	len = RTA_ALIGN(attribute->rta_len);
	if (len > attributes->left)
		len = attributes->left;
	attributes->next += len;
	attributes->left -= len;
	return attribute;
}

bool netlink_copy(const struct rtattr *attribute, void *ret_value, size_t size)
{
	if (attribute->rta_len != RTA_LENGTH(size))
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

int netlink_begin_neighbours(
	struct netlink_walk *walk, int fd, struct deadline deadline, int family)
{
	struct {
		struct nlmsghdr header;
		struct ndmsg entry;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETNEIGH,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.entry = {.ndm_family = (uint8_t)family},
	};

	return netlink_begin(walk, fd, deadline, &request, sizeof(request));
}

static bool read_neighbour(const struct nlmsghdr *message, struct netlink_neighbour *ret_neighbour)
{
	const struct ndmsg *entry = NLMSG_DATA(message);
	struct netlink_neighbour neighbour = {.ifindex = 0};
	bool has_address = false, has_mac = false;
	struct netlink_attributes attributes;
	const struct rtattr *attribute;

	if (message->nlmsg_type != RTM_NEWNEIGH ||
		!netlink_begin_attributes(&attributes, message, sizeof(*entry)) ||
		(entry->ndm_family != AF_INET && entry->ndm_family != AF_INET6))
		return false;
	neighbour.address.family = entry->ndm_family;
	neighbour.ifindex = (uint32_t)entry->ndm_ifindex;
	neighbour.state = entry->ndm_state;
	while ((attribute = netlink_next_attribute(&attributes)) != NULL) {
		if (attribute->rta_type == NDA_DST)
			has_address = netlink_copy(
				attribute, neighbour.address.bytes, address_len(entry->ndm_family));
		else if (attribute->rta_type == NDA_LLADDR)
			has_mac = netlink_copy(attribute, &neighbour.mac, sizeof(neighbour.mac));
	}
	if (!has_address || !has_mac || netlink_neighbour_rank(&neighbour) == 0)
		return false;
	if (address_classify(&neighbour.address) == ADDRESS_LINK_LOCAL)
		neighbour.address.scope_id = neighbour.ifindex;
	*ret_neighbour = neighbour;
	return true;
}

int netlink_next_neighbour(struct netlink_walk *walk, struct netlink_neighbour *ret_neighbour)
{
	const struct nlmsghdr *message;
	int r;

	while ((r = netlink_next(walk, &message)) > 0)
		if (read_neighbour(message, ret_neighbour))
			return 1;
	return r;
}

int netlink_read_neighbours(struct netlink_neighbours *neighbours, int fd, struct deadline deadline)
{
	struct netlink_neighbour neighbour;
	struct netlink_walk walk;
	int r;

	if (neighbours->is_read)
		return 0;
	neighbours->count = 0;
	r = netlink_begin_neighbours(&walk, fd, deadline, AF_UNSPEC);
	while (r >= 0 && (r = netlink_next_neighbour(&walk, &neighbour)) > 0) {
		if (neighbours->count == neighbours->size) {
			size_t size = neighbours->size == 0 ? 64 : neighbours->size * 2;
			struct netlink_neighbour *grown = NULL;

			if (size <= NEIGHBOURS_MAX)
				grown = realloc(neighbours->list, size * sizeof(*grown));
			if (grown == NULL) {
				r = -ENOMEM;
				break;
			}
			neighbours->list = grown;
			neighbours->size = size;
		}
		neighbours->list[neighbours->count++] = neighbour;
	}
	netlink_end(&walk);
	neighbours->is_read = r == 0;
	return r;
}

void netlink_forget_neighbours(struct netlink_neighbours *neighbours)
{
	free(neighbours->list);
	*neighbours = (struct netlink_neighbours){.list = NULL};
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
static size_t write_route_request(const struct address *address, struct route_request *ret_request)
{
	struct route_request request = {.link = 0};
	size_t address_size = address_len(address->family);
	size_t len = offsetof(struct route_request, destination) + address_size;

	request.header.nlmsg_type = RTM_GETROUTE;
	request.header.nlmsg_flags = NLM_F_REQUEST;
	request.route.rtm_family = (uint8_t)address->family;
	request.route.rtm_dst_len = (uint8_t)(address_size * 8);
	request.destination_header.rta_type = RTA_DST;
	request.destination_header.rta_len = (unsigned short)RTA_LENGTH(address_size);
	memcpy(request.destination, address->bytes, address_size);
	if (address->scope_id != 0) {
		/* Link-local, so of 16 bytes: the fields are where the message needs them. */
		request.link_header.rta_type = RTA_OIF;
		request.link_header.rta_len = RTA_LENGTH(sizeof(request.link));
		request.link = address->scope_id;
		len = sizeof(request);
	}
	request.header.nlmsg_len = (uint32_t)len;
	*ret_request = request;
	return len;
}

static struct netlink_route read_route(const struct nlmsghdr *message)
{
	const struct rtmsg *route = NLMSG_DATA(message);
	struct netlink_route result = {.kind = NETLINK_ROUTE_NONE};
	bool has_gateway = false;
	struct netlink_attributes attributes;
	const struct rtattr *attribute;

	if (message->nlmsg_type != RTM_NEWROUTE ||
		!netlink_begin_attributes(&attributes, message, sizeof(*route)))
		return result;
	while ((attribute = netlink_next_attribute(&attributes)) != NULL) {
		if (attribute->rta_type == RTA_OIF)
			netlink_copy(attribute, &result.ifindex, sizeof(result.ifindex));
		else if (attribute->rta_type == RTA_GATEWAY || attribute->rta_type == RTA_VIA)
			has_gateway = true;
	}
	switch (route->rtm_type) {
	case RTN_UNICAST:
		result.kind = has_gateway ? NETLINK_ROUTE_GATEWAY : NETLINK_ROUTE_ON_LINK;
		break;
	case RTN_LOCAL:
	case RTN_BROADCAST:
	case RTN_ANYCAST:
	case RTN_MULTICAST:
		result.kind = NETLINK_ROUTE_LOCAL;
		break;
	default:
		break;
	}
	return result;
}

/* The same as netlink_routes(), of no more addresses than one write may ask for. */
static int ask_routes(int fd, struct deadline deadline, const struct address *addresses,
	size_t count, struct netlink_route *routes)
{
	struct route_request *requests = calloc(count, sizeof(*requests));
	const struct nlmsghdr *message;
	struct netlink_walk walk;
	size_t len = 0;
	int r;

	if (requests == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct route_request request;
		size_t one = write_route_request(&addresses[i], &request);

		memcpy((char *)requests + len, &request, one);
		len += one;
	}
	r = netlink_begin(&walk, fd, deadline, requests, len);
	free(requests);
	/* An error (ENETUNREACH and the like) is an answer too: no route. */
	while (r >= 0 && (r = netlink_next(&walk, &message)) > 0)
		routes[message->nlmsg_seq - walk.sequence] = read_route(message);
	netlink_end(&walk);
	return r;
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

static int read_link(const struct nlmsghdr *message, struct netlink_link *link)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	struct netlink_attributes attributes;
	const struct rtattr *attribute;

	if (message->nlmsg_type != RTM_NEWLINK ||
		!netlink_begin_attributes(&attributes, message, sizeof(*info)))
		return -EBADMSG;
	link->ifindex = (uint32_t)info->ifi_index;
	while ((attribute = netlink_next_attribute(&attributes)) != NULL) {
		if (attribute->rta_type == IFLA_MASTER)
			netlink_copy(attribute, &link->master, sizeof(link->master));
		else if (attribute->rta_type == IFLA_LINK)
			netlink_copy(attribute, &link->parent, sizeof(link->parent));
		else if (attribute->rta_type == IFLA_ADDRESS)
			link->has_mac = netlink_copy(attribute, &link->mac, sizeof(link->mac));
	}
	return 0;
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
			.nlmsg_flags = NLM_F_REQUEST},
		.name_header = {.rta_len = RTA_LENGTH(sizeof(request.name)),
			.rta_type = IFLA_IFNAME},
	};
	struct netlink_link link = {.ifindex = 0};
	const struct nlmsghdr *message = NULL;
	struct netlink_walk walk;
	size_t len = strlen(name);
	int r;

	if (len == 0 || len >= sizeof(request.name))
		return -ENODEV;
	memcpy(request.name, name, len);
	memcpy(link.name, name, len);
	r = netlink_begin(&walk, fd, deadline, &request, sizeof(request));
	if (r == 0 && (r = netlink_next(&walk, &message)) > 0)
		r = read_link(message, &link);
	else if (r == 0)
		r = -EBADMSG;
	netlink_end(&walk);
	if (r == 0)
		*ret_link = link;
	return r;
}
