/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "cli/output.h"
#include "monitor/vm_monitor.h"

/* Is the agent's silence its own? QEMU's monitor tells whether the guest has opened its port. */
static const char *silence_of(struct host *host, const struct resolver_answer *answer)
{
	static struct vm vm;
	int is_open;

	if (resolver_locate(host, answer->vm.id, &vm) < 0)
		return "";
	is_open = vm_monitor_agent_port(&host->trust, &vm);
	if (is_open < 0)
		return "";
	return is_open > 0
		       ? ": the guest has its port open, so another program holds the socket, or "
			 "the VM is paused"
		       : ": the guest has not opened its port, so no agent runs in it (in the "
			 "guest: apt install qemu-guest-agent)";
}

static bool is_silent(const struct resolver_answer *answer)
{
	return answer->reason == RESOLVER_AGENT_SILENT ||
	       answer->agent_reason == RESOLVER_AGENT_SILENT;
}

static bool check_answer(struct host *host, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];
	bool is_ok = answer->outcome == RESOLVER_ADDRESSES;

	/* Its name leads to no address, which is what its network is made for; ssh has other ways.
	 */
	bool is_private = answer->reason == RESOLVER_USER_MODE;

	check_begin(is_ok ? CHECK_OK : is_private ? CHECK_SKIPPED : CHECK_PROBLEM);
	output_text(stdout, answer->host);
	if (is_ok)
		printf(": %s", address_format(&answer->addresses[0], text));
	else
		printf(": %s", resolver_explain(answer, text));
	if (is_ok && answer->agent_reason != RESOLVER_OK)
		printf(", by its %s; %s", config_source_name(answer->source),
			resolver_explain_agent(answer, text));
	puts(is_silent(answer) ? silence_of(host, answer) : "");
	return is_ok || is_private;
}

/* Of those that have an address the first is tried as other programs would. */
bool check_answers(struct host *host, bool has_nss, const struct resolver_answer *answers,
	size_t count)
{
	const struct resolver_answer *found = NULL;
	bool is_ok = true;

	for (size_t i = 0; i < count; i++) {
		is_ok &= check_answer(host, &answers[i]);
		if (found == NULL && answers[i].outcome == RESOLVER_ADDRESSES)
			found = &answers[i];
	}
	is_ok &= check_reach(answers, count);
	if (found != NULL && has_nss)
		is_ok &= check_nss_probe(found);
	return is_ok;
}
