/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CANDIDATE_H
#define QEMUVM_CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/deadline.h"
#include "find/host.h"
#include "host/netlink.h"
#include "qemu/vm.h"

/*
 * A candidate is an address that somebody claims for a VM. A guest can claim any, so what is
 * claimed is held against what the host knows: the VM's NICs from QEMU's command line, routes and
 * neighbours from the kernel. This room says which candidates count, in what order, and why the
 * others do not.
 */

/* Collected before judging. A guest's own interfaces come anywhere among hundreds of containers';
 * those of foreign MACs are not kept, so this bounds what one NIC can claim. */
#define CANDIDATES_MAX 256

enum candidate_verdict {
	CANDIDATE_COUNTS,
	CANDIDATE_REFUSED,           /* loopback, multicast and the like: address_classify() */
	CANDIDATE_OTHER_NIC,         /* on an interface whose MAC is none of the VM's NICs' */
	CANDIDATE_USER_MODE,         /* on a user-mode NIC: true, and unreachable */
	CANDIDATE_HOST_OWN,          /* an address of this host, or a broadcast address */
	CANDIDATE_NEIGHBOUR_DIFFERS, /* on-link, but the neighbour table gives it to another MAC */
	CANDIDATE_EXPIRED,           /* by a lease that has ended, and not heard of any more */
	CANDIDATE_NO_SCOPE,        /* link-local, and no link of the host is known to lead there */
	CANDIDATE_LINK_LOCAL_LAST, /* link-local, and the VM has a better one */
	CANDIDATE_ROUTED_LAST, /* behind a gateway, and the VM has one on-link or the configuration
				  forbids it */
	CANDIDATE_TOO_MANY,    /* cut off at ANSWER_ADDRESSES_MAX */
};

/* How good, best first: the order of an answer. */
enum candidate_rank {
	CANDIDATE_PROVEN, /* the neighbour table gives it to the VM's MAC */
	CANDIDATE_ON_LINK,
	CANDIDATE_UNROUTED, /* no route known */
	CANDIDATE_GATEWAY,
	CANDIDATE_LINK_LOCAL,
};

struct candidate {
	struct address address;
	struct mac mac; /* of the guest's interface, or of the lease */
	bool has_mac;
	bool is_expired; /* claimed by a lease that has ended */
	/* Learned from the kernel by candidates_learn(). */
	struct netlink_route route;
	bool has_neighbour; /* an entry for this address on that link exists */
	struct mac neighbour_mac;
	uint16_t neighbour_state;
	/* Set by candidates_judge(). */
	enum candidate_verdict verdict;
	enum candidate_rank rank;
};

struct candidates {
	struct candidate list[CANDIDATES_MAX];
	size_t count;
	bool is_cut; /* more were claimed than are kept */
};

/*
 * Notes a claim, unless it is there already (same address and same MAC) or the list is full. mac
 * may be NULL: not told. Claims that never count whatever the host knows (ADDRESS_REFUSED) are
 * noted too, so that a person can be told why, but leave room first.
 */
void candidates_add(
	struct candidates *candidates, const struct address *address, const struct mac *mac);

/* The same of a claim that counts only while the neighbour table calls the address reachable,
 * unless it is there already. */
void candidates_add_expired(
	struct candidates *candidates, const struct address *address, const struct mac *mac);

/* Fills in what the kernel knows. After an error of netlink the fields say "nothing known", which
 * candidates_judge() takes as it is. 0 or a negative errno. */
int candidates_learn(struct candidates *candidates, const struct vm *vm, struct host *host,
	struct deadline deadline);

/*
 * Judges every candidate by the facts in it: verdict and rank. routed: may an address behind a
 * gateway count. macs_shared: another VM bears the same MACs, so they tell nothing. Reads nothing
 * but its arguments.
 */
struct candidate_rules {
	bool routed;
	bool macs_shared;
};
void candidates_judge(
	struct candidates *candidates, const struct vm *vm, struct candidate_rules rules);

/* Does any of them count, of whichever family? */
bool candidates_any(const struct candidates *candidates);

/*
 * The addresses of the family (AF_UNSPEC: both) that count, best first, IPv4 before IPv6 within a
 * rank, otherwise in the order in which they were claimed; each once, and at most
 * ANSWER_ADDRESSES_MAX (the others become CANDIDATE_TOO_MANY). Link-local ones only if
 * want_scope_id. Returns how many.
 */
size_t candidates_answer(struct candidates *candidates, int family, bool want_scope_id,
	struct address ret_addresses[static ANSWER_ADDRESSES_MAX]);

/* A few words for a person: "not on a NIC of the VM". */
const char *candidate_verdict_text(enum candidate_verdict verdict);

#endif
