/* SPDX-License-Identifier: MIT */
#include "cli/answer_text.h"
#include "cli/output.h"
#include "export.h"

/*
 * The address is for what connects by itself (WinRM, tasks that use the variable). ssh is told the
 * name, so that host keys are checked and a VM without an address is reached.
 */
void export_ansible_host(FILE *stream, const struct resolver_answer *vm)
{
	char text[ADDRESS_TEXT_MAX], network[ANSWER_NETWORK_SIZE];
	const char *kind = answer_network(vm, network);

	fputs("{\"ansible_host\": ", stream);
	output_json(
		stream, vm->address_count > 0 ? address_format(&vm->addresses[0], text) : vm->host);
	fprintf(stream, ", \"ansible_ssh_common_args\": \"-o HostName=%s\"", vm->host);
	fputs(", \"qemuvm_id\": ", stream);
	output_json(stream, vm->vm.id);
	fputs(", \"qemuvm_addresses\": ", stream);
	answer_json_addresses(stream, vm);
	fputs(", \"qemuvm_network\": ", stream);
	output_json(stream, kind != NULL ? kind : "");
	fputc('}', stream);
}

/* By the name that is typed. */
static void put_name(FILE *stream, const struct resolver_answer *vm)
{
	char name[NAME_VM_SIZE];

	name_spell(vm->vm.id, name);
	output_json(stream, name);
}

void export_ansible(FILE *stream, const struct export_vms *vms)
{
	const char *separator = "";

	fputs("{\n  \"_meta\": {\"hostvars\": {", stream);
	for (int i = 0; i < vms->count; i++) {
		if (!export_is_unique(vms, i, vms->list[i].vm.id))
			continue;
		fprintf(stream, "%s\n    ", separator);
		put_name(stream, &vms->list[i]);
		fputs(": ", stream);
		export_ansible_host(stream, &vms->list[i]);
		separator = ",";
	}
	fputs("\n  }},\n  \"qemuvm\": {\"hosts\": [", stream);
	separator = "";
	for (int i = 0; i < vms->count; i++) {
		if (!export_is_unique(vms, i, vms->list[i].vm.id))
			continue;
		fputs(separator, stream);
		put_name(stream, &vms->list[i]);
		separator = ", ";
	}
	fputs("]}\n}\n", stream);
}
