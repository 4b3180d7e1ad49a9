/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "find/vm_scan.h"
#include "host/netlink.h"

/* How long the kernel may take for its neighbour table; it takes some 20 us. */
#define NEIGHBOUR_MS 100

int resolver_mac_of(const struct address *address, struct mac *ret_mac)
{
	struct netlink_neighbour neighbour;
	struct netlink_walk walk;
	bool is_known = false;
	struct mac mac;
	int netlink_fd, r;

	/* A link-local address exists once on each link, and who asks cannot say which. */
	if (address_classify(address) != ADDRESS_UNICAST)
		return -ENOENT;
	netlink_fd = netlink_open(NETLINK_ROUTE);
	if (netlink_fd < 0)
		return netlink_fd;
	r = netlink_begin_neighbours(
		&walk, netlink_fd, deadline_after_ms(NEIGHBOUR_MS), address->family);
	while (r >= 0 && (r = netlink_next_neighbour(&walk, &neighbour)) > 0)
		if (address_equals(address, &neighbour.address)) {
			mac = neighbour.mac;
			is_known = true;
		}
	netlink_end(&walk);
	close(netlink_fd);
	if (r < 0)
		return r;
	if (!is_known)
		return -ENOENT;
	*ret_mac = mac;
	return 0;
}

void resolver_ask_mac(struct host *host, const struct mac *mac, struct resolver_answer *ret_answer)
{
	int r;

	memset(ret_answer, 0, sizeof(*ret_answer));
	host_begin(host, 0);
	r = vm_scan_by_mac(host, mac, &ret_answer->vm);
	if (r == 0) {
		answer_name_host(ret_answer);
		answer_set(ret_answer, RESOLVER_ADDRESSES, REASON_OK);
	} else {
		answer_not_found(ret_answer, reason_of_finding(r));
		ret_answer->outcome = RESOLVER_NO_VM;
	}
}
