/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ANSWER_TEXT_H
#define QEMUVM_ANSWER_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "resolver.h"

/*
 * What an answer says of a VM, in the words and forms that several commands share.
 */

/* Why there is no address, or why the guest's agent is not the one who named it; or NULL. Fit for a
 * terminal. */
const char *answer_hint(const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE]);

/* Which source named the addresses; or NULL. */
const char *answer_source(const struct resolver_answer *answer);

/* The kinds of networks that its NICs are on, each once: "tap", "bridge+user"; or NULL where none
 * is known. */
#define ANSWER_NETWORK_SIZE 64
const char *answer_network(
	const struct resolver_answer *answer, char text[static ANSWER_NETWORK_SIZE]);
/* Of one NIC; or NULL. */
const char *answer_netdev(enum vm_netdev netdev);

/* When its process started, in seconds since 1970 as the kernel has it (proc(5), btime): the same
 * each time it is asked. 0: not known. */
int64_t answer_started(const struct resolver_answer *answer);

/* "<1 min", "12 min", "3 h", "8 d". */
#define ANSWER_UPTIME_SIZE 32
const char *answer_uptime(int64_t started, char text[static ANSWER_UPTIME_SIZE]);

/*
 * A JSON object with one key for each thing that is known: see qemuvm(1), JSON. The lines after the
 * first begin with the indent; no newline follows.
 */
void answer_json(FILE *stream, const struct resolver_answer *answer, const char *indent);

/* Its addresses alone, as a JSON array. */
void answer_json_addresses(FILE *stream, const struct resolver_answer *answer);

#endif
