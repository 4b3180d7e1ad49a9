/* SPDX-License-Identifier: MIT */
#include "base/name.h"
#include "export.h"

#define HELPER   QEMUVM_LIBEXECDIR "/qemuvm/ssh-helper"
#define SSH_PORT 22

void export_ssh(FILE *stream, const struct answer_list *answers)
{
	char name[NAME_VM_SIZE], text[ADDRESS_TEXT_MAX];

	fputs("# Virtual machines, by qemuvm export.\n", stream);
	for (int i = 0; i < answers->count; i++) {
		const struct resolver_answer *answer = &answers->list[i];
		const struct vm *vm = &answer->vm;
		unsigned int f = 0;

		if (name_spell(vm->id, name) == 0 || !export_is_unique(answers, i, vm->id))
			continue;
		fprintf(stream, "\nHost %s %s\n", name, answer->host);
		while (f < vm->forward_count && vm->forwards[f].guest_port != SSH_PORT)
			f++;
		/* Programs that connect by themselves need an address or a forward; otherwise the
		 * helper connects. */
		if (answer->address_count > 0) {
			fprintf(stream, "\tHostName %s\n",
				address_format(&answer->addresses[0], text));
		} else if (f < vm->forward_count) {
			struct address address = vm_forward_address(&vm->forwards[f]);

			fprintf(stream, "\tHostName %s\n\tPort %u\n",
				address_format(&address, text), vm->forwards[f].host_port);
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
