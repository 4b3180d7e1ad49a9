/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_SOURCE_H
#define QEMUVM_SOURCE_H

#include "base/deadline.h"
#include "config/config.h"
#include "find/host.h"
#include "qemu/vm.h"
#include "source/candidate.h"

/*
 * A way to learn the addresses of a VM. A new one is a new file that keeps this contract, and one
 * line in the table of source.c. A source claims; whether a claim counts is decided in candidate.h.
 */
struct source_call {
	struct host *host;
	struct vm *vm;            /* a source may learn more of it: whose process listens, its MACs */
	struct deadline deadline; /* of the whole lookup */
	struct candidates *candidates; /* what is claimed */
};

struct source {
	enum source_id id;
	/*
	 * Adds its claims. A count > 0; 0: it has nothing to do with this VM; a negative errno: it
	 * tried and failed (-EADDRNOTAVAIL: it knows the VM, which has no address). Does not wait
	 * for anybody outside the host: the one source that does is source_agent.h.
	 */
	int (*claim)(const struct source_call *call);
};

/* The source of that id, or NULL: that of the agent. */
const struct source *source_by_id(enum source_id id);

extern const struct source source_lease;
extern const struct source source_neighbour;

#endif
