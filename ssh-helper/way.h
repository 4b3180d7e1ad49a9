/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_WAY_H
#define QEMUVM_WAY_H

#include <stddef.h>
#include <stdint.h>

#include "resolver.h"

/*
 * A way on which a VM's port may be reached.
 */
enum way_kind {
	WAY_ADDRESS, /* an address of the guest's own */
	WAY_FORWARD, /* a port of the host's that QEMU's user-mode network forwards */
	WAY_VSOCK,   /* AF_VSOCK (vsock(7)): no network at all */
};

struct way {
	enum way_kind kind;
	struct address address; /* not of WAY_VSOCK */
	uint16_t port;
	uint32_t cid; /* of WAY_VSOCK */
	/* 0: not tried; -EINPROGRESS: no answer in time; -EAGAIN: it took the connection and said
	 * nothing; else why not. */
	int error;
};

#define WAYS_MAX (ANSWER_ADDRESSES_MAX + VM_FORWARDS_MAX + 2)

struct ways {
	struct way list[WAYS_MAX];
	size_t count;
	const struct way *winner; /* NULL: none */
};

/* All that the answer tells of, the best first: addresses, forwards to the port, the guest's cid.
 */
void ways_gather(const struct resolver_answer *answer, uint16_t port, struct ways *ret_ways);
void ways_add_forward(struct ways *ways, const struct vm_forward *forward);

/* A non-blocking CLOEXEC descriptor that is connected or connecting; or a negative errno. */
int way_connect(const struct way *way);

/* "192.0.2.5 port 22", "vsock cid 3 port 22". Returns text. */
#define WAY_TEXT_SIZE (ADDRESS_TEXT_MAX + 32)
const char *way_format(const struct way *way, char text[static WAY_TEXT_SIZE]);

/* Why it did not lead there, for a person. */
const char *way_error_text(const struct way *way);

#endif
