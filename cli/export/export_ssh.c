/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "export.h"

#define HELPER   QEMUVM_LIBEXECDIR "/qemuvm/ssh-helper"
#define SSH_PORT 22

/* The '%' before a scope begins a token in HostName (ssh_config(5)), unless it is doubled. */
static void export_ssh_address(FILE *stream, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	for (const char *c = address_format(address, text); *c != '\0'; c++) {
		if (*c == '%')
			fputc('%', stream);
		fputc(*c, stream);
	}
}

void export_ssh(FILE *stream, const struct answer_list *answers)
{
	char name[NAME_HOST_SIZE];

	fputs("# Virtual machines, by qemuvm export.\n", stream);
	for (int i = 0; i < answers->count; i++) {
		const struct resolver_answer *answer = &answers->list[i];
		const struct vm *vm = &answer->vm;
		unsigned int f = 0;

		if (!export_is_unique(answers, i, vm->id) || !list_all_name(answer, name))
			continue;
		fprintf(stream, "\nHost %s", answer->host);
		if (strcmp(name, answer->host) != 0)
			fprintf(stream, " %s", name);
		fputc('\n', stream);
		while (f < vm->forward_count && vm->forwards[f].guest_port != SSH_PORT)
			f++;
		/* Programs that connect by themselves need an address or a forward; otherwise the
		 * helper connects. */
		if (answer->address_count > 0) {
			fputs("\tHostName ", stream);
			export_ssh_address(stream, &answer->addresses[0]);
			fputc('\n', stream);
		} else if (f < vm->forward_count) {
			struct address address = vm_forward_address(&vm->forwards[f]);

			fputs("\tHostName ", stream);
			export_ssh_address(stream, &address);
			fprintf(stream, "\n\tPort %u\n", vm->forwards[f].host_port);
		} else {
			fprintf(stream,
				"\tHostName %s\n\tProxyCommand " HELPER
				" connect %%h %%p\n\tProxyUseFdpass yes\n",
				answer->host);
		}
		/* Host keys are checked by the VM's name, however it is reached. */
		fprintf(stream,
			"\tHostKeyAlias %s\n\tKnownHostsCommand " HELPER
			" host-keys %%H %s %%K\n\tCheckHostIP no\n",
			answer->host, answer->host);
	}
}
