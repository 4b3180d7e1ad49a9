/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "cli/output.h"
#include "monitor/vm_monitor.h"

static bool check_answer(struct host *host, const struct resolver_answer *answer)
{
	char text[RESOLVER_TEXT_SIZE];
	bool is_ok = answer->outcome == RESOLVER_ADDRESSES;
	/* A user-mode network has no address for the host, which is no mistake: ssh uses a
	 * forward. */
	bool is_private = answer->reason == REASON_USER_MODE;
	bool is_silent = answer->reason == REASON_AGENT_SILENT ||
			 answer->agent_reason == REASON_AGENT_SILENT;
	int is_open;

	check_begin(is_ok ? CHECK_OK : is_private ? CHECK_SKIPPED : CHECK_PROBLEM);
	output_text(stdout, answer->host);
	printf(": %s", is_ok ? address_format(&answer->addresses[0], text)
			     : resolver_explain(answer, text));
	if (is_ok && answer->agent_reason != REASON_OK)
		printf(", from its %s; %s", config_source_name(answer->source),
			resolver_explain_agent(answer, text));
	/* Why an agent is silent: QEMU's monitor knows whether the guest has opened its port. */
	is_open = is_silent ? vm_monitor_agent_port(&host->trust, &answer->vm) : -ENODATA;
	if (is_open > 0)
		fputs(": the guest has opened its port, so another program holds the socket, or "
		      "the VM is paused",
			stdout);
	else if (is_open == 0)
		fputs(": the guest has not opened its port, so no agent runs in it (in the guest: "
		      "apt install qemu-guest-agent)",
			stdout);
	putchar('\n');
	return is_ok || is_private;
}

bool check_answers(struct host *host, bool has_nss, const struct answer_list *answers)
{
	const struct resolver_answer *found = NULL;
	bool is_ok = true;

	for (int i = 0; i < answers->count; i++) {
		const struct resolver_answer *answer = &answers->list[i];

		is_ok &= check_answer(host, answer);
		if (found == NULL && answer->outcome == RESOLVER_ADDRESSES)
			found = answer;
	}
	is_ok &= check_reach(answers);
	if (found != NULL && has_nss)
		is_ok &= check_nss_probe(found);
	return is_ok;
}
