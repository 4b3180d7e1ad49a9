/* SPDX-License-Identifier: MIT */
#include "cli/answer_text.h"
#include "cli/output.h"
#include "export.h"

/*
 * ansible_host is the address, for plugins that connect by themselves (WinRM) and tasks that use
 * the variable. ssh gets the name, so that host keys are checked and a VM without an address is
 * reached. A value that is not ours is marked: Ansible would expand "{{ ... }}" in it, on the machine
 * that it runs on.
 */
void export_ansible_host(FILE *stream, const struct resolver_answer *answer)
{
	char text[ADDRESS_TEXT_MAX], network[ANSWER_NETWORK_SIZE];
	const char *kind = answer_network(answer, network), *host = answer->host;

	if (answer->address_count > 0)
		host = address_format(&answer->addresses[0], text);
	fputs("{\"ansible_host\": ", stream);
	output_json(stream, host);
	fprintf(stream, ", \"ansible_ssh_common_args\": \"-o HostName=%s\"", answer->host);
	fputs(", \"qemuvm_id\": {\"__ansible_unsafe\": ", stream);
	output_json(stream, answer->vm.id);
	fputc('}', stream);
	fputs(", \"qemuvm_addresses\": ", stream);
	answer_json_addresses(stream, answer);
	fputs(", \"qemuvm_network\": ", stream);
	output_json(stream, kind != NULL ? kind : "");
	fputc('}', stream);
}

/* What the inventory calls the VM; false if it is not in there. */
static bool export_ansible_name(
	const struct answer_list *answers, int index, char ret_name[static NAME_HOST_SIZE])
{
	const struct resolver_answer *answer = &answers->list[index];

	return export_is_unique(answers, index, answer->vm.id) && list_all_name(answer, ret_name);
}

void export_ansible(FILE *stream, const struct answer_list *answers)
{
	const char *separator = "";
	char name[NAME_HOST_SIZE];

	fputs("{\n  \"_meta\": {\"hostvars\": {", stream);
	for (int i = 0; i < answers->count; i++) {
		if (!export_ansible_name(answers, i, name))
			continue;
		fprintf(stream, "%s\n    ", separator);
		output_json(stream, name);
		fputs(": ", stream);
		export_ansible_host(stream, &answers->list[i]);
		separator = ",";
	}
	fputs("\n  }},\n  \"qemuvm\": {\"hosts\": [", stream);
	separator = "";
	for (int i = 0; i < answers->count; i++) {
		if (!export_ansible_name(answers, i, name))
			continue;
		fputs(separator, stream);
		output_json(stream, name);
		separator = ", ";
	}
	fputs("]}\n}\n", stream);
}
