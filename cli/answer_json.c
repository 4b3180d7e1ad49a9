/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "answer_text.h"
#include "output.h"

/* A key, and a comma before it: vm-id is the first member. */
static void put_key(FILE *stream, const char *indent, const char *key)
{
	fprintf(stream, ",\n%s \"%s\": ", indent, key);
}

static void put_text(FILE *stream, const char *indent, const char *key, const char *text)
{
	put_key(stream, indent, key);
	if (text == NULL || text[0] == '\0')
		fputs("null", stream);
	else
		output_json(stream, text);
}

static void put_number(FILE *stream, const char *indent, const char *key, int64_t number)
{
	put_key(stream, indent, key);
	if (number == 0)
		fputs("null", stream);
	else
		fprintf(stream, "%" PRId64, number);
}

void answer_json_addresses(FILE *stream, const struct resolver_answer *answer)
{
	char text[ADDRESS_TEXT_MAX];

	fputc('[', stream);
	for (size_t i = 0; i < answer->address_count; i++) {
		fputs(i > 0 ? ", " : "", stream);
		output_json(stream, address_format(&answer->addresses[i], text));
	}
	fputc(']', stream);
}

void answer_json(FILE *stream, const struct resolver_answer *answer, const char *indent)
{
	const struct vm *vm = &answer->vm;
	char text[RESOLVER_TEXT_SIZE], network[ANSWER_NETWORK_SIZE], socket[ENDPOINT_PATH_SIZE];
	const char *separator = "";

	fputs("{\"vm-id\": ", stream);
	output_json(stream, vm->id);
	put_text(stream, indent, "host", answer->host);
	put_key(stream, indent, "names");
	fputc('[', stream);
	for (unsigned int i = 0; i < vm->name_count; i++) {
		fputs(i > 0 ? ", " : "", stream);
		output_json(stream, vm->names[i]);
	}
	fputc(']', stream);
	put_key(stream, indent, "ip-addresses");
	answer_json_addresses(stream, answer);
	put_text(stream, indent, "source", answer_source(answer));
	put_text(stream, indent, "hint", answer_hint(answer, text));
	put_text(stream, indent, "network", answer_network(answer, network));
	put_key(stream, indent, "macs");
	fputc('[', stream);
	for (unsigned int i = 0; i < vm->nic_count; i++) {
		if (!vm->nics[i].has_mac)
			continue;
		fputs(separator, stream);
		output_json(stream, mac_format(&vm->nics[i].mac, text));
		separator = ", ";
	}
	fputc(']', stream);
	put_key(stream, indent, "forwards");
	fputc('[', stream);
	for (unsigned int i = 0; i < vm->forward_count; i++) {
		const struct vm_forward *forward = &vm->forwards[i];

		fprintf(stream, "%s{\"host-ip\": ", i > 0 ? ", " : "");
		output_json(stream, address_format(&forward->host, text));
		fprintf(stream, ", \"host-port\": %u, \"guest-port\": %u}", forward->host_port,
			forward->guest_port);
	}
	fputc(']', stream);
	put_number(stream, indent, "vsock-cid", vm->vsock_cid);
	put_text(stream, indent, "agent-socket", endpoint_format(&vm->agent, socket));
	put_number(stream, indent, "pid", vm->pid);
	put_number(stream, indent, "started", answer_started(answer));
	fputc('}', stream);
}

void answer_json_list(FILE *stream, const struct answer_list *answers)
{
	fputs("[\n", stream);
	for (int i = 0; i < answers->count; i++) {
		fputs("  ", stream);
		answer_json(stream, &answers->list[i], "  ");
		fputs(i + 1 < answers->count ? ",\n" : "\n", stream);
	}
	fputs("]\n", stream);
}
