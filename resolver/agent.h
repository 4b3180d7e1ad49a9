/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_H
#define QEMUVM_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "candidate.h"
#include "deadline.h"
#include "json.h"
#include "vm.h"

/*
 * A client of the QEMU Guest Agent (docs/interop/qemu-ga.rst, qga/qapi-schema.json), as a step
 * function over a descriptor: agent_step() does what can be done now and tells what it waits for, so that one
 * poll loop drives one agent or five hundred.
 *
 * A connection goes through these states:
 *
 *   connecting  the socket's backlog of one may be full (EAGAIN, which poll cannot watch): again
 *               every few milliseconds
 *   probing     is anybody there? QEMU reads its socket only while the guest has the port open
 *               (hw/char/virtio-console.c, chr_can_read). The send buffer is made as small as it goes, and
 *               spaces, which the agent's parser skips in silence, fill it; POLLOUT comes when QEMU has read. Until
 *               then nothing has been asked, so leaving does no harm.
 *   asking      0xFF, guest-sync-delimited and the question in one write. From here on the guest owes a reply;
 *               one that finds nobody listening makes the agent spin (qga/channel-posix.c, ga_channel_write_all), so
 *               we stay until it came or the budget is spent.
 *   reading     lines; all is skipped until the reply that bears our id
 *   idle        the reply is here; another question may be asked
 *
 * The guest is the adversary: what it sends is bounded in bytes and time, never printed, and
 * believed only where its id is the one we drew.
 */

/* Read from one agent for one question, stale bytes and all. A reply of 1,000 interfaces has 381 kB. */
#define AGENT_BYTES_MAX (1024 * 1024)
/* How long QEMU may take to read the probe: where the host already knows a proven address, and else.
 * It takes 0.1 to 5 ms; 17.5 ms were seen on a loaded machine. */
#define AGENT_DRAIN_PROVEN_MS 30
#define AGENT_DRAIN_MS 250
/* A sync, a command and its arguments; a write that a socket with the smallest send buffer takes at once. */
#define AGENT_REQUEST_MAX 1024

struct agent_peer {
	pid_t pid;
	uid_t uid;
};

struct agent_options {
	struct deadline deadline; /* of everything */
	int drain_ms;             /* AGENT_DRAIN_MS and the like */
	/* Opens the endpoint: a connected or connecting non-blocking descriptor, or a negative
	 * errno; -EAGAIN: backlog full, to be tried again. */
	int (*connect)(void *context);
	/* Asked once, with the credentials of who listens (SO_PEERCRED), before a byte is sent; a negative
	 * errno ends the exchange with it. NULL where the peer was seen before. Not called for TCP. */
	int (*accept_peer)(void *context, const struct agent_peer *peer);
	void *context;
};

enum agent_state {
	AGENT_CONNECTING,
	AGENT_PROBING,
	AGENT_ASKING,
	AGENT_READING,
	AGENT_IDLE,
	AGENT_ENDED,
};

/* The caller's storage; fields are the client's own. */
struct agent {
	enum agent_state state;
	struct agent_options options;
	const struct vm_endpoint *endpoint;
	int fd;                /* -1: none */
	bool is_probe_sent;
	int unread;            /* of the probe: what SIOCOUTQ said when it was sent */
	struct deadline until; /* of this state, where it has one of its own */

	const char *command, *arguments; /* of the question: the caller's */
	bool without_id;       /* the agent is one of before 4.0, which refuses the member "id" */
	char id[24];           /* of the question: 62 random bits in decimal */
	char request[AGENT_REQUEST_MAX];
	size_t request_len, sent;

	char *buffer;   /* what was read and not yet dropped; grows to AGENT_BYTES_MAX */
	size_t size, len;
	size_t line;    /* where the line being looked at begins */
	size_t scanned; /* no newline between line and here */
	size_t total;   /* bytes read for this question */
	bool is_synced; /* the sync's reply was seen, so the next one is ours */
	struct json *reply;
	int value;      /* node of its "return" */
};

/* What agent_step() waits for. fd is -1 where only the time counts. */
struct agent_wait {
	int fd;
	short events; /* POLLIN, POLLOUT */
	struct deadline until;
};

/* Prepares to ask. fd is an open connection to the endpoint, which the agent takes over, or -1: it
 * connects by options->connect. The endpoint outlives the agent. Does no I/O. */
void agent_init(struct agent *agent, int fd, const struct vm_endpoint *endpoint,
	const struct agent_options *options);

/* The question: a command of the agent, with its arguments as JSON text or NULL. Both outlive the
 * exchange. 0, -EBUSY while another is under way, -E2BIG, -ENOTCONN after an error. */
int agent_ask(struct agent *agent, const char *command, const char *arguments);

/*
 * Goes as far as it can without waiting. 0: the reply is here, see agent_reply(). -EINPROGRESS: *ret_wait is written; call
 * again when it happened or its time is over. Any other negative errno ends the exchange:
 *  -ENOENT, -ECONNREFUSED, -EACCES    as connect(2) had it
 *  -EBUSY      the backlog stayed full
 *  -EHOSTDOWN  the probe was not read: no agent runs, the VM is paused, or another client holds the socket
 *  -ETIMEDOUT  asked, and no reply within the deadline
 *  -ECONNRESET the connection ended
 *  -EMSGSIZE   more than AGENT_BYTES_MAX
 *  -EBADMSG    our reply is there and is no JSON, or not of the protocol's shape
 *  -EOPNOTSUPP the agent does not know the command or may not run it (CommandNotFound)
 *  -EREMOTEIO  the agent answered another error
 *  -ENOMEM, -EMFILE and the like, or what accept_peer said
 */
int agent_step(struct agent *agent, struct agent_wait *ret_wait);

/* Drives one agent to its end with poll(): 0 or the errors of agent_step(). */
int agent_run(struct agent *agent);

/* The reply as a validated text, and the node of its "return" value. The agent's: until the next
 * question or agent_done(). NULL unless agent_step() returned 0. */
const struct json *agent_reply(const struct agent *agent, int *ret_value);

/* Closes and frees. Takes one that was only initialised, and may be called twice. */
void agent_done(struct agent *agent);

/*
 * The reply of guest-network-get-interfaces into candidates: every address of every interface. An entry
 * that is no address is skipped, one without addresses too; a reply of another shape is refused whole
 * (-EBADMSG, nothing added). vm: where its NICs' MACs are known, claims of other interfaces leave room first. Returns how many were added.
 */
int agent_read_interfaces(const struct json *json, int value, const struct vm *vm, struct candidates *candidates);

#endif
