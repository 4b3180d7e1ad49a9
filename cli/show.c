/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/agent_about.h"
#include "agent/host_keys.h"
#include "answer_text.h"
#include "command.h"
#include "output.h"
#include "program.h"
#include "terminal.h"

/*
 * Everything that is known about one VM: from its process, from each source, and from the guest.
 */
struct view {
	const char *name;
	struct resolver_answer answer;
	struct resolver_claims claims[SOURCE_COUNT];
	bool was_agent_asked;
	struct agent_about about;
	struct host_keys keys;
};

/* While the agent is connected. */
static void show_session(void *context, const struct vm *vm, struct agent *agent)
{
	struct view *view = context;

	(void)vm;
	view->was_agent_asked = true;
	if (agent_about(agent, &view->about) == 0)
		(void)host_keys_ask(agent, &view->keys);
}

/* Begins a line, for the caller to complete. */
static void begin(const char *label)
{
	printf("  %s%-15s%s ", terminal_style(TERMINAL_STRONG), label,
		terminal_style(TERMINAL_PLAIN));
}

static void print_text(const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	begin(label);
	output_text(stdout, text);
	putchar('\n');
}

static void print_process(const struct view *view)
{
	const struct passwd *user = getpwuid(view->answer.vm.uid);
	int64_t started = answer_started(&view->answer);
	char uptime[ANSWER_UPTIME_SIZE], moment[32];
	time_t seconds = (time_t)started;
	struct tm local;

	begin("process");
	if (view->answer.vm.pid > 0)
		printf("%d", (int)view->answer.vm.pid);
	else
		fputs("not known", stdout);
	if (user != NULL)
		printf(" of %s", user->pw_name);
	else
		printf(" of user %u", (unsigned int)view->answer.vm.uid);
	if (started > 0 && localtime_r(&seconds, &local) != NULL &&
		strftime(moment, sizeof(moment), "%F %T", &local) > 0)
		printf(", up %s, since %s", answer_uptime(started, uptime), moment);
	putchar('\n');
}

static void print_endpoint(const char *label, const struct endpoint *endpoint, const char *kind)
{
	char path[ENDPOINT_PATH_SIZE];

	endpoint_format(endpoint, path);
	begin(label);
	if (path[0] == '\0')
		fputs(endpoint->kind == ENDPOINT_FD ? "a descriptor that QEMU has inherited"
						    : "none",
			stdout);
	output_text(stdout, path);
	puts(path[0] != '\0' ? kind : "");
}

/* The agent's version and what it knows about the guest, or why it does not answer. */
static void print_agent(const struct view *view)
{
	const struct resolver_answer *answer = &view->claims[SOURCE_AGENT].answer;
	char text[RESOLVER_TEXT_SIZE];

	if (view->was_agent_asked) {
		begin("agent");
		fputs(view->about.version[0] != '\0' ? "answers, version " : "answers", stdout);
		output_text(stdout, view->about.version);
		putchar('\n');
	} else if (answer->agent_reason != REASON_OK) {
		print_text("agent", resolver_explain_agent(answer, text));
	}
	print_text("guest", view->about.os);
	print_text("kernel", view->about.kernel);
	print_text("machine", view->about.machine);
	print_text("calls itself", view->about.host_name);
}

/* Each address once that a source has for the NIC and that is used. */
static void print_nic_addresses(const struct view *view, const struct vm_nic *nic)
{
	struct address printed[ANSWER_ADDRESSES_MAX];
	size_t count = 0;

	for (int s = 0; s < SOURCE_COUNT; s++)
		for (size_t i = 0; i < view->claims[s].candidates.count; i++) {
			const struct candidate *claim = &view->claims[s].candidates.list[i];
			char text[ADDRESS_TEXT_MAX];
			bool is_printed = false;

			for (size_t j = 0; j < count; j++)
				is_printed |= address_equals(&printed[j], &claim->address);
			if (is_printed || claim->verdict != CANDIDATE_COUNTS || !claim->has_mac ||
				!mac_equals(&claim->mac, &nic->mac) ||
				count == ANSWER_ADDRESSES_MAX)
				continue;
			printf("%s %s", count == 0 ? ":" : "",
				address_format(&claim->address, text));
			printed[count++] = claim->address;
		}
}

static void print_nic(const struct view *view, const struct vm_nic *nic)
{
	const char *kind = answer_netdev(nic->netdev);
	char mac[MAC_TEXT_MAX];

	begin("network card");
	fputs(nic->has_mac ? mac_format(&nic->mac, mac) : "MAC not known", stdout);
	printf(", %s", kind != NULL ? kind : "network not known");
	if (nic->ifname[0] != '\0') {
		putchar(' ');
		output_text(stdout, nic->ifname);
	}
	if (nic->bridge[0] != '\0') {
		fputs(" on ", stdout);
		output_text(stdout, nic->bridge);
	}
	if (nic->mac_is_shared)
		fputs(", another VM has the same MAC", stdout);
	if (nic->has_mac)
		print_nic_addresses(view, nic);
	putchar('\n');
}

/* What a source answers: each address, and why it is used or left out. */
static void print_source(const struct view *view, enum source_id source)
{
	static const char *const ranks[] = {
		[CANDIDATE_PROVEN] = "known to the neighbour table",
		[CANDIDATE_ON_LINK] = "on a network of this host",
		[CANDIDATE_UNROUTED] = "no route to it is known",
		[CANDIDATE_GATEWAY] = "behind a gateway",
		[CANDIDATE_LINK_LOCAL] = "link-local",
	};
	const struct candidates *claims = &view->claims[source].candidates;
	char label[32], text[RESOLVER_TEXT_SIZE], mac[MAC_TEXT_MAX];

	/* print_agent() has printed why the agent does not answer. */
	if (claims->count == 0 && view->claims[source].answer.agent_reason != REASON_OK)
		return;
	(void)snprintf(label, sizeof(label), "%s says", config_source_name(source));
	begin(label);
	if (claims->count == 0)
		puts(resolver_explain(&view->claims[source].answer, text));
	else
		printf("%zu address%s\n", claims->count, claims->count == 1 ? "" : "es");
	for (size_t i = 0; i < claims->count; i++) {
		const struct candidate *claim = &claims->list[i];

		begin("");
		fputs(address_format(&claim->address, text), stdout);
		if (claim->has_mac)
			printf(" (%s)", mac_format(&claim->mac, mac));
		if (claim->verdict == CANDIDATE_COUNTS)
			printf(": %s\n", ranks[claim->rank]);
		else
			printf(": left out: %s\n", candidate_verdict_text(claim->verdict));
	}
}

/* As ssh-keygen shows them; without it, their types. */
static void print_keys(const struct host_keys *keys)
{
	static const char *const command[] = {"ssh-keygen", "-l", "-f", "-", NULL};
	static char output[HOST_KEYS_MAX * 256];
	char *input = NULL, *rest = output, *line;
	size_t size;
	FILE *stream = open_memstream(&input, &size);
	int status = -ENOMEM;

	if (stream == NULL)
		return;
	for (unsigned int i = 0; i < keys->count; i++)
		fprintf(stream, "%s\n", keys->list[i]);
	if (fclose(stream) == 0)
		status = program_run(command, input, output, sizeof(output));
	while (status == 0 && (line = strtok_r(rest, "\n", &rest)) != NULL)
		print_text("host key", line);
	for (unsigned int i = 0; status != 0 && i < keys->count; i++) {
		begin("host key");
		printf("%.*s\n", (int)strcspn(keys->list[i], " "), keys->list[i]);
	}
	free(input);
}

static void print_view(const struct view *view)
{
	const struct resolver_answer *claimed = &view->claims[SOURCE_AGENT].answer;
	const struct vm *vm = &view->answer.vm;
	char text[RESOLVER_TEXT_SIZE];

	printf("%s", terminal_style(TERMINAL_STRONG));
	output_text(stdout, view->answer.host);
	puts(terminal_style(TERMINAL_PLAIN));
	begin("names");
	output_text(stdout, vm->id);
	for (unsigned int i = 0; i < vm->name_count; i++) {
		if (strcmp(vm->names[i], vm->id) == 0)
			continue;
		fputs(", ", stdout);
		output_text(stdout, vm->names[i]);
	}
	putchar('\n');
	print_process(view);
	print_endpoint("monitor", &vm->monitor,
		vm->monitor_protocol == VM_MONITOR_QMP ? " (QMP)" : " (HMP)");
	print_endpoint("agent socket", &vm->agent, "");
	print_agent(view);
	for (unsigned int i = 0; i < vm->nic_count; i++)
		print_nic(view, &vm->nics[i]);
	for (unsigned int i = 0; i < vm->forward_count; i++) {
		begin("forward");
		printf("%s port %u leads to its port %u\n",
			address_format(&vm->forwards[i].host, text), vm->forwards[i].host_port,
			vm->forwards[i].guest_port);
	}
	if (vm->vsock_cid != 0) {
		begin("vsock");
		printf("cid %u\n", vm->vsock_cid);
	}
	if (claimed->reason == REASON_USER_MODE)
		print_text("addresses", resolver_explain(claimed, text));
	for (int s = 0; s < SOURCE_COUNT && claimed->reason != REASON_USER_MODE; s++)
		print_source(view, (enum source_id)s);
	if (view->keys.count > 0)
		print_keys(&view->keys);
}

int command_show(int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	static const enum source_id all[SOURCE_COUNT] = {
		SOURCE_AGENT, SOURCE_LEASE, SOURCE_NEIGHBOUR};
	static struct view view;
	const struct agent_session session = {NULL, show_session, &view};
	struct resolver_question question = {
		.no_cache = true,
		.session = &session,
		.sources = all,
		.source_count = SOURCE_COUNT,
		.claims = view.claims,
	};

	if (command_option(argc, argv, ":", options) != COMMAND_OPTIONS_END ||
		command_operands(argc, argv, 1, &view.name) < 0)
		return EXIT_USAGE;
	if (view.name == NULL)
		return command_usage("show");
	question.name = view.name;
	command_ask(command_host(), question, &view.answer);
	if (view.answer.outcome == RESOLVER_NO_VM)
		return command_explain(view.name, &view.answer);
	print_view(&view);
	host_keys_done(&view.keys);
	return EXIT_OK;
}
