/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_SOURCE_H
#define QEMUVM_SOURCE_H

#include "agent/agent.h"
#include "base/deadline.h"
#include "config/config.h"
#include "find/host.h"
#include "qemu/vm.h"
#include "source/candidate.h"
#include "source/memory.h"

/*
 * A way to learn the addresses of a VM. A new one is a new file that keeps this contract, and one
 * line in the table of source.c.
 *
 * ask() answers with a count > 0 (that many addresses were claimed), 0 (this VM is none of mine) or
 * a negative errno (tried and failed: remember why; -EADDRNOTAVAIL: answered, and the VM has none).
 * -EINPROGRESS is no failure: call->wait says for what, and ask() is called again, on the same
 * call, when that has happened or its time is over. leave() is called exactly once for a call whose
 * ask() was called, whatever it said; it ends what is still under way.
 */
struct source_call {
	/* What the source is told. */
	struct host *host;
	struct vm *vm;            /* a source may learn more of it: whose process listens */
	struct deadline deadline; /* of the whole look-up */
	bool is_patient;          /* a person waits for this VM to boot: be more so */
	bool asks_nobody;         /* only what is remembered of a guest counts */

	struct memory *memory;               /* what is remembered of the VM */
	const struct agent_session *session; /* or NULL */

	/* What it says. */
	struct candidates *candidates;
	int failure;            /* why it had to say what it said earlier, or 0 */
	struct agent_wait wait; /* with -EINPROGRESS */

	/* A connection to the VM's agent that was opened while the VM was looked for, or -1. A
	 * source that uses it sets it to -1. Whose it still is at the end closes it. */
	int *agent_fd;

	/* What a source keeps from one ask() to the next. */
	bool is_begun;
	struct agent agent;
	int said;                     /* while it stays a little longer */
	struct deadline linger_until; /* until then */
	bool is_lingering;
};

struct source {
	enum source_id id;
	/* Does it ask somebody outside the host? Those that do are asked first, and have time until
	 * the others were: what those know tells how long waiting is worth it. */
	bool waits;
	int (*ask)(struct source_call *call);
	/* The host already proves an address: be less patient. NULL where nothing is waited for. */
	void (*shorten_timeout)(struct source_call *call);
	void (*leave)(struct source_call *call);
};

/* The source of that id, or NULL where there is none. */
const struct source *source_by_id(enum source_id id);

extern const struct source source_agent;
extern const struct source source_lease;
extern const struct source source_neighbour;

#endif
