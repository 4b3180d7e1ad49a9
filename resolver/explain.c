/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MS_PER_S 1000

/*
 * Answers in words: what is the matter, and what a person can do about it.
 */

/* Paths are named by whoever made the file: only what is surely harmless reaches a terminal. */
static const char *printable(const char *raw, char *text, size_t size)
{
	size_t len = 0;

	for (; raw[len] != '\0' && len + 1 < size; len++)
		text[len] = raw[len] >= ' ' && raw[len] <= '~' ? raw[len] : '?';
	text[len] = '\0';
	return text;
}

/* The one way into a VM with user-mode networks only. */
static void explain_forward(const struct vm_forward *forward, char text[static RESOLVER_TEXT_SIZE])
{
	static const uint8_t any[16] = {0};
	const char *host = "localhost";
	char address[ADDRESS_TEXT_MAX];

	if (memcmp(forward->host.bytes, any, sizeof(any)) != 0)
		host = address_format(&forward->host, address);
	(void)snprintf(text, RESOLVER_TEXT_SIZE,
		"user-mode networks only: the host cannot reach the VM by address; its ssh port is "
		"forwarded: ssh -p %u %s",
		forward->host_port, host);
}

const char *resolver_explain_agent(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE])
{
	int len = snprintf(text, RESOLVER_TEXT_SIZE, "%s", reason_text(answer->agent_reason));

	if (answer->age_ms > 0)
		(void)snprintf(text + len, RESOLVER_TEXT_SIZE - (size_t)len,
			"; this is its answer of %lld s ago",
			(long long)(answer->age_ms / MS_PER_S));
	return text;
}

const char *resolver_explain(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE])
{
	const char *fixed = reason_text(answer->reason);
	/* Is it about the agent's socket, so that its path is worth telling? */
	bool is_about_socket =
		answer->reason == REASON_VM_GONE || answer->reason == REASON_NO_PERMISSION ||
		answer->reason == REASON_STRANGER || answer->reason == REASON_UNSAFE_LINK ||
		(answer->reason >= REASON_AGENT_REPLACED && answer->reason <= REASON_AGENT_MISSING);
	const struct vm_forward *forward = NULL;
	char raw[ENDPOINT_PATH_SIZE], one[ENDPOINT_PATH_SIZE], other[NAME_VM_SIZE];

	for (unsigned int i = 0; i < answer->vm.forward_count && forward == NULL; i++)
		if (answer->vm.forwards[i].guest_port == 22)
			forward = &answer->vm.forwards[i];
	printable(endpoint_format(&answer->vm.agent, raw), one, sizeof(one));
	if (answer->reason == REASON_USER_MODE && forward != NULL)
		explain_forward(forward, text);
	else if (answer->reason == REASON_NONE_COUNTS)
		(void)snprintf(text, RESOLVER_TEXT_SIZE, "%s: %s", fixed,
			candidate_verdict_text(answer->verdict));
	else if (answer->reason == REASON_AMBIGUOUS)
		(void)snprintf(text, RESOLVER_TEXT_SIZE,
			"%s: \"%s\" (pid %d) and \"%s\" (pid %d); use the exact name of one", fixed,
			printable(answer->rivals[0], one, sizeof(one)), (int)answer->rival_pids[0],
			printable(answer->rivals[1], other, sizeof(other)),
			(int)answer->rival_pids[1]);
	else if (is_about_socket && one[0] != '\0')
		(void)snprintf(text, RESOLVER_TEXT_SIZE, "%s: %s", fixed, one);
	else
		(void)snprintf(text, RESOLVER_TEXT_SIZE, "%s", fixed);
	return text;
}
