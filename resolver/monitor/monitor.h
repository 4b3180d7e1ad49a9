/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_MONITOR_H
#define QEMUVM_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"
#include "qemu/vm.h"

/*
 * A client of QEMU's monitors, for the programs alone: QMP serves one client at a time, and
 * management tools need it. Both protocols do one thing here: run a command of the monitor for
 * people (HMP, docs/system/monitor.rst) and give its text. It is a step function over a descriptor,
 * so that one poll loop drives one monitor or many.
 *
 *   QMP  (docs/interop/qmp-spec.rst) a greeting, qmp_capabilities, then human-monitor-command; each
 *        a line, with events between
 *   HMP  a banner and the prompt "(qemu) "; what is typed comes back as an echo, drawn anew for
 * each letter (util/readline.c), then the text and the next prompt. A client's half-typed line is
 *        forgotten when it leaves.
 */

/* What a monitor that another client holds may cost: connecting works, and no greeting comes. */
#define MONITOR_MS 100
/* Read for one question; `info qtree` of a large VM has 100 kB. */
#define MONITOR_BYTES_MAX ((size_t)512 * 1024)
/* A command line with what each protocol adds. */
#define MONITOR_REQUEST_MAX 512

enum monitor_state {
	MONITOR_IDLE,
	MONITOR_GREETING,
	MONITOR_ASKING,
	MONITOR_READING,
	MONITOR_ENDED
};

/* The caller's storage; fields are the client's own. */
struct monitor {
	enum vm_monitor_protocol protocol;
	enum monitor_state state;
	struct deadline deadline;
	int fd;
	bool is_greeted;
	unsigned int id; /* of the question that is under way */
	char request[MONITOR_REQUEST_MAX];
	size_t request_len, sent;
	char *buffer; /* what was read for this question, with a NUL behind it */
	size_t size, len;
	char *reply; /* a text of its own, or NULL */
};

/* Takes over fd, which is connected (or connecting) and non-blocking. Does no I/O. */
void monitor_init(struct monitor *monitor, int fd, enum vm_monitor_protocol protocol,
	struct deadline deadline);

/* The question: "info usernet". 0, -EINVAL (holds anything but printable ASCII), -E2BIG, -EBUSY
 * (another is under way), -ENOTCONN (the exchange has ended with an error). */
int monitor_ask(struct monitor *monitor, const char *command_line);

/*
 * Goes as far as it can without waiting. 0: the reply is here. -EINPROGRESS: *ret_events of the
 * descriptor (poll(2)) are waited for, until the deadline. Any other error ends the exchange and
 * closes the connection: -ETIMEDOUT (another client holds it, or QEMU is busy), -ECONNRESET,
 * -EMSGSIZE (longer than MONITOR_BYTES_MAX), -EBADMSG (no monitor's words), -EREMOTEIO (QMP refused
 * the command), -ENOMEM.
 */
int monitor_step(struct monitor *monitor, short *ret_events);

/* The text, with "\n" for line ends: the monitor's, until the next question. NULL unless
 * monitor_step() returned 0 for one. */
const char *monitor_reply(const struct monitor *monitor);

/* One question and its answer, waited for with poll(): 0 or the errors of monitor_ask() and
 * monitor_step(). */
int monitor_run(struct monitor *monitor, const char *command_line);

/* Closes at once and frees; may be called twice. */
void monitor_done(struct monitor *monitor);

#endif
