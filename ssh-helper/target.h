/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_TARGET_H
#define QEMUVM_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver.h"

/*
 * Where a port of a VM may be reached.
 */
enum target_kind {
	TARGET_ADDRESS, /* an address of the guest */
	TARGET_FORWARD, /* a port of the host that QEMU's user-mode network forwards */
	TARGET_VSOCK,   /* AF_VSOCK (vsock(7)): no network at all */
};

struct target {
	enum target_kind kind;
	struct address address; /* unless TARGET_VSOCK */
	uint16_t port;
	uint32_t cid; /* of TARGET_VSOCK */
	/* 0: not tried; -EINPROGRESS: no answer in time; -EAGAIN: the connection was accepted and
	 * no server has spoken; else why it failed. */
	int error;
};

#define TARGETS_MAX (ANSWER_ADDRESSES_MAX + VM_FORWARDS_MAX + 2)

struct targets {
	struct target list[TARGETS_MAX];
	size_t count;
	const struct target *winner; /* NULL: none */
};

/* All targets in an answer, the best first: addresses, forwards to the port, the guest's cid. */
void targets_gather(
	const struct resolver_answer *answer, uint16_t port, struct targets *ret_targets);
void targets_add_forward(struct targets *targets, const struct vm_forward *forward);

/* The same place; errors are not compared. */
bool target_equals(const struct target *a, const struct target *b);

/* A non-blocking CLOEXEC descriptor that is connected or connecting; or a negative errno. */
int target_connect(const struct target *target);

/* "192.0.2.5 port 22", "vsock cid 3 port 22". Returns text. */
#define TARGET_TEXT_SIZE (ADDRESS_TEXT_MAX + 32)
const char *target_format(const struct target *target, char text[static TARGET_TEXT_SIZE]);

/* Why the target was not reached, for a person. */
const char *target_error_text(const struct target *target);

#endif
