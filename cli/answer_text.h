/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ANSWER_TEXT_H
#define QEMUVM_ANSWER_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "list_all.h"
#include "resolver.h"

/*
 * Parts of an answer in words, and as JSON, for several commands.
 */

/* Why there is no address, or why the guest agent was not used; or NULL. Safe for a terminal. */
const char *answer_hint(const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE]);

/* The source of the addresses; or NULL. */
const char *answer_source(const struct resolver_answer *answer);

/* The kinds of networks that its NICs are on, each once: "tap", "bridge+user"; or NULL if none is
 * known. */
#define ANSWER_NETWORK_SIZE 64
const char *answer_network(
	const struct resolver_answer *answer, char text[static ANSWER_NETWORK_SIZE]);
/* The kind of one network; or NULL. */
const char *answer_netdev(enum vm_netdev netdev);

/* When its process started, in seconds since 1970, computed from the kernel's boot time (proc(5),
 * btime), so that it is the same in each call. 0: not known. */
int64_t answer_started(const struct resolver_answer *answer);

/* "<1 min", "12 min", "3 h", "8 d". */
#define ANSWER_UPTIME_SIZE 32
const char *answer_uptime(int64_t started, char text[static ANSWER_UPTIME_SIZE]);

/*
 * A JSON object, see qemuvm(1), JSON. Each line after the first begins with indent; no newline
 * follows.
 */
void answer_json(FILE *stream, const struct resolver_answer *answer, const char *indent);

/* The objects of all answers, as a JSON array. */
void answer_json_list(FILE *stream, const struct answer_list *answers);

/* The addresses alone, as a JSON array. */
void answer_json_addresses(FILE *stream, const struct resolver_answer *answer);

#endif
