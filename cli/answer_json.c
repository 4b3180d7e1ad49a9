/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "answer_text.h"
#include "output.h"

/* A key with its comma; the first one follows the brace. */
static void begin_member(FILE *stream, const char *indent, const char *key)
{
	fprintf(stream, ",\n%s \"%s\": ", indent, key);
}

static void put_text(FILE *stream, const char *indent, const char *key, const char *text)
{
	begin_member(stream, indent, key);
	if (text == NULL || text[0] == '\0')
		fputs("null", stream);
	else
		output_json(stream, text);
}

static void put_number(FILE *stream, const char *indent, const char *key, int64_t number)
{
	begin_member(stream, indent, key);
	if (number == 0)
		fputs("null", stream);
	else
		fprintf(stream, "%" PRId64, number);
}

static void put_names(FILE *stream, const struct resolver_answer *answer)
{
	for (unsigned int i = 0; i < answer->vm.name_count; i++) {
		fputs(i > 0 ? ", " : "", stream);
		output_json(stream, answer->vm.names[i]);
	}
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

static void put_macs(FILE *stream, const struct resolver_answer *answer)
{
	char text[MAC_TEXT_MAX];
	bool is_first = true;

	for (unsigned int i = 0; i < answer->vm.nic_count; i++) {
		if (!answer->vm.nics[i].has_mac)
			continue;
		fputs(is_first ? "" : ", ", stream);
		output_json(stream, mac_format(&answer->vm.nics[i].mac, text));
		is_first = false;
	}
}

static void put_forwards(FILE *stream, const struct resolver_answer *answer)
{
	char text[ADDRESS_TEXT_MAX];

	for (unsigned int i = 0; i < answer->vm.forward_count; i++) {
		const struct vm_forward *forward = &answer->vm.forwards[i];

		fprintf(stream, "%s{\"host-ip\": ", i > 0 ? ", " : "");
		output_json(stream, address_format(&forward->host, text));
		fprintf(stream, ", \"host-port\": %u, \"guest-port\": %u}", forward->host_port,
			forward->guest_port);
	}
}

static void put_list(FILE *stream, const char *indent, const char *key,
	void (*put)(FILE *stream, const struct resolver_answer *answer),
	const struct resolver_answer *answer)
{
	begin_member(stream, indent, key);
	fputc('[', stream);
	put(stream, answer);
	fputc(']', stream);
}

void answer_json(FILE *stream, const struct resolver_answer *answer, const char *indent)
{
	char text[RESOLVER_TEXT_SIZE], network[ANSWER_NETWORK_SIZE], socket[ENDPOINT_PATH_SIZE];

	fputs("{\"vm-id\": ", stream);
	output_json(stream, answer->vm.id);
	put_text(stream, indent, "host", answer->host);
	put_list(stream, indent, "names", put_names, answer);
	begin_member(stream, indent, "ip-addresses");
	answer_json_addresses(stream, answer);
	put_text(stream, indent, "source", answer_source(answer));
	put_text(stream, indent, "hint", answer_hint(answer, text));
	put_text(stream, indent, "network", answer_network(answer, network));
	put_list(stream, indent, "macs", put_macs, answer);
	put_list(stream, indent, "forwards", put_forwards, answer);
	put_number(stream, indent, "vsock-cid", answer->vm.vsock_cid);
	put_text(stream, indent, "agent-socket", endpoint_format(&answer->vm.agent, socket));
	put_number(stream, indent, "pid", answer->vm.pid);
	put_number(stream, indent, "started", answer_started(answer));
	fputc('}', stream);
}
