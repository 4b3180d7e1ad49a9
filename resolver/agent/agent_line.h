/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_LINE_H
#define QEMUVM_AGENT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

/*
 * One line of what an agent sends: is it the reply to our question? A stream may begin with whole
 * replies to other clients, the tail of one, our own request echoed by a tty (isa-serial), and
 * errors that our 0xFF provoked; see docs/interop/qemu-ga.rst.
 *
 * The reply bears the "id" that was sent with the question. Agents before QEMU 4.0 do not repeat it
 * (qapi/qmp-dispatch.c, commit 4eaca8de26); theirs is the line after the reply to
 * guest-sync-delimited. If that command is blocked, only the id identifies it.
 */

/* A decimal of 62 bits, and its NUL. */
#define AGENT_ID_SIZE 24

enum agent_line {
	AGENT_LINE_FOREIGN,    /* not ours, to be skipped */
	AGENT_LINE_SYNC,       /* the reply to our sync: the next one is that to our question */
	AGENT_LINE_REPLY,      /* what was asked for: an object with a "return" */
	AGENT_LINE_REFUSES_ID, /* before QEMU 4.0 some refuse to be given an "id": ask without */
};

/*
 * Reads text[0..len), a line without its newline. id: the number of our sync, and as a string the
 * "id" of our question. is_synced: the reply to our sync was seen before. Lines that cannot be ours
 * are not parsed, so that a flood of them costs one pass over its bytes.
 *
 * An enum agent_line; with AGENT_LINE_REPLY *ret_json is a view of the line for the caller to free.
 * -EOPNOTSUPP, -EREMOTEIO: ours, and an error of the agent, as agent_step() has them.
 * -EBADMSG: ours, and no JSON or not a reply. -ENOMEM.
 */
int agent_line_read(
	const char *text, size_t len, const char *id, bool is_synced, struct json **ret_json);

#endif
