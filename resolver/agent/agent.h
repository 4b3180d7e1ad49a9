/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_H
#define QEMUVM_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "agent/agent_line.h"
#include "base/deadline.h"
#include "base/json.h"
#include "qemu/vm.h"

/*
 * A client of the QEMU Guest Agent (docs/interop/qemu-ga.rst, qga/qapi-schema.json), as a step
 * function over a descriptor: agent_step() does what can be done now and says what to wait for,
 * so that one poll loop drives one agent or five hundred.
 *
 * A connection goes through these states:
 *
 *   connecting  the socket's backlog of one may be full (EAGAIN, which poll cannot watch): again
 *               every few milliseconds
 *   probing     is anybody there? QEMU reads its socket only while the guest has the port open
 *               (hw/char/virtio-console.c, chr_can_read). The send buffer is made as small as it
 *               goes, and spaces, which the agent's parser skips in silence, fill it; POLLOUT comes
 *               when QEMU has read. Until then nothing has been asked, so leaving does no harm.
 *   asking      0xFF, guest-sync-delimited and the question in one write. From here on the guest
 *               owes a reply; one that finds nobody listening makes the agent spin
 *               (qga/channel-posix.c, ga_channel_write_all), so we stay until it came or the budget
 *               is spent.
 *   reading     lines; all is skipped until the reply that bears our id (agent_line.h)
 *   idle        the reply is here, or nothing was asked yet; a question may be asked
 *
 * The guest is the adversary: what it sends is bounded in bytes and time, never printed, and
 * believed only if its id is the one we drew.
 */

/* Read from one agent for one question, stale bytes and all. A reply of 1,000 interfaces has
 * 381 kB. */
#define AGENT_BYTES_MAX (1024UL * 1024)
/* How long QEMU may take to read the probe: if the host already knows a proven address, and
 * otherwise. It takes 0.1 to 5 ms; 17.5 ms were seen on a loaded machine. */
#define AGENT_DRAIN_PROVEN_MS 30
#define AGENT_DRAIN_MS        250
/* A request: the longest holds a few public keys. Below 2,240 bytes Linux takes it in one piece
 * even with the send buffer that the probe made small (net/unix/af_unix.c, SOCK_MIN_SNDBUF). */
#define AGENT_REQUEST_MAX 2048

struct agent_peer {
	pid_t pid;
	uid_t uid;
};

struct agent_options {
	struct deadline deadline; /* of everything */
	int drain_ms;             /* AGENT_DRAIN_MS and the like; counts from the probe */
	int queue_ms; /* how long to try if others queue before us; 0: half of what is left */
	/*
	 * Asked once, with the credentials of the listener (SO_PEERCRED), before a byte is sent. A
	 * negative errno ends the exchange with it. May be NULL for a descriptor whose peer was
	 * checked before. Not called for TCP.
	 */
	int (*accept_peer)(void *context, const struct agent_peer *peer);
	void *context;
	/* Opens the endpoint: a connected or connecting non-blocking descriptor, or a negative
	 * errno; -EAGAIN: backlog full, to be tried again. Not called if agent_init() was given
	 * a descriptor. */
	int (*connect)(void *context);
	/* -EOPNOTSUPP and -EREMOTEIO answer a question and end nothing: the next may follow. */
	bool takes_refusals;
};

enum agent_state {
	AGENT_IDLE,
	AGENT_CONNECTING,
	AGENT_PROBING,
	AGENT_ASKING,
	AGENT_READING,
	AGENT_ENDED,
};

/* The caller's storage; fields are the client's own. */
struct agent {
	enum agent_state state;
	struct agent_options options;
	const struct endpoint *endpoint;
	int fd;        /* -1: none */
	bool is_ready; /* connected, checked and probed */
	int error;     /* what ended it */

	int retry_ms;          /* the next pause before another connect */
	struct deadline retry; /* its end */
	struct deadline until; /* of connecting, then of probing */
	int queued;            /* bytes of kernel memory before the probe's last space */

	char id[AGENT_ID_SIZE];
	char request[AGENT_REQUEST_MAX];
	size_t request_len;
	size_t sent;
	bool refuses_id; /* an agent that must be asked without "id" */
	bool was_asked;  /* a byte of the request was sent: leaving now leaves the guest a debt */

	char *buffer; /* all that was read for this question */
	size_t size;
	size_t len;
	size_t line;    /* where the line begins that is being read */
	size_t scanned; /* no newline from line up to here */
	bool is_synced; /* the reply to our sync was read */
	struct json *reply;
	int refusal; /* what the agent answered in place of a reply, or 0 */
};

/* What agent_step() waits for. fd is -1 if only the time matters. */
struct agent_wait {
	int fd;
	short events; /* POLLIN, POLLOUT */
	struct deadline until;
};

/* Prepares to ask. fd is an open connection to the endpoint, which the agent takes over, or -1: it
 * connects by options->connect. The endpoint outlives the agent. Does no I/O. */
void agent_init(struct agent *agent, int fd, const struct endpoint *endpoint,
	const struct agent_options *options);

/*
 * The question: a command of the agent without arguments, or with arguments given as JSON text (or
 * NULL). 0, -EBUSY while another is under way, -E2BIG, -ENOTCONN after an exchange that ended with
 * an error, or what getrandom(2) said.
 */
int agent_ask(struct agent *agent, const char *command, const char *arguments);

/*
 * Goes as far as it can without waiting. 0: the reply is here, see agent_reply(). -EINPROGRESS:
 * *ret_wait is written; call again when it happened or its time is over (earlier does no harm). Any
 * other negative errno ends the exchange and closes the connection:
 *  -ENOENT, -ECONNREFUSED, -EACCES    as connect(2) had it
 *  -EBUSY      the backlog stayed full for queue_ms
 *  -EHOSTDOWN  the probe was not read: no agent runs, the VM is paused, or another client holds the
 *              socket
 *  -ETIMEDOUT  no reply within the deadline
 *  -ECONNRESET the connection ended
 *  -EMSGSIZE   more than AGENT_BYTES_MAX
 *  -EBADMSG    our reply is there and is no JSON, or not of the protocol's shape
 *  -EOPNOTSUPP the agent does not know the command or may not run it (CommandNotFound)
 *  -EREMOTEIO  the agent answered another error
 *  -ENOMEM, -EMFILE ..., or what accept_peer said
 */
int agent_step(struct agent *agent, struct agent_wait *ret_wait);

/* Waits at most ms more for a place in the backlog or for the probe to be read; what is asked
 * already is waited for as before. *wait is what agent_step() waits for. */
void agent_shorten_timeout(struct agent *agent, int ms, struct agent_wait *wait);

/* Drives one agent to its end with poll(): 0 or the errors of agent_step(). */
int agent_run(struct agent *agent);

/* The reply as a validated text, and the node of its "return". The agent's: until the next question
 * or agent_done(). NULL unless agent_step() returned 0 for a question. */
const struct json *agent_reply(const struct agent *agent, int *ret_value);

/* agent_ask(), agent_run() and agent_reply() in one: the node of the "return" of *ret_json, or a
 * negative errno. */
int agent_call(struct agent *agent, const char *command, const char *arguments,
	const struct json **ret_json);

/* Text as a string of JSON for arguments, with its quotes. Its length, -EINVAL (it holds a control
 * character), or -E2BIG. */
int agent_quote(const char *text, char *ret_json, size_t size);

/* Does the guest owe a reply that nobody is there to take, if we leave now? */
bool agent_owes_reply(const struct agent *agent);

/*
 * More questions to an agent over the connection on which it has named the addresses; for programs,
 * which may wait.
 */
struct agent_session {
	/* Are they worth a connection that nothing else makes necessary? NULL: always. */
	bool (*is_needed)(void *context, const struct vm *vm);
	/* The agent is idle; its deadline holds. */
	void (*run)(void *context, const struct vm *vm, struct agent *agent);
	void *context;
};

/* Closes and frees. Takes one that was only initialised, and may be called twice. */
void agent_done(struct agent *agent);

#endif
