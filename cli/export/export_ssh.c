/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/name.h"
#include "export.h"

#define HELPER   QEMUVM_LIBEXECDIR "/qemuvm/ssh-helper"
#define SSH_PORT 22

static const struct vm_forward *forward_to_ssh(const struct resolver_answer *vm)
{
	for (unsigned int i = 0; i < vm->vm.forward_count; i++)
		if (vm->vm.forwards[i].guest_port == SSH_PORT)
			return &vm->vm.forwards[i];
	return NULL;
}

/* Any address of the host's is reached by its loopback, too. */
static const char *host_of(const struct vm_forward *forward, char text[static ADDRESS_TEXT_MAX])
{
	static const uint8_t any[sizeof(forward->host.bytes)] = {0};

	if (memcmp(forward->host.bytes, any, sizeof(any)) != 0)
		return address_format(&forward->host, text);
	return forward->host.family == AF_INET6 ? "::1" : "127.0.0.1";
}

/* How it is reached: what stands in the file, for programs that connect by themselves, or else the
 * helper. */
static void print_way(FILE *stream, const struct resolver_answer *vm)
{
	const struct vm_forward *forward = forward_to_ssh(vm);
	char text[ADDRESS_TEXT_MAX];

	if (vm->address_count > 0) {
		fprintf(stream, "\tHostName %s\n", address_format(&vm->addresses[0], text));
	} else if (forward != NULL) {
		fprintf(stream, "\tHostName %s\n\tPort %u\n", host_of(forward, text),
			forward->host_port);
	} else {
		fprintf(stream,
			"\tHostName %s\n\tProxyCommand " HELPER
			" connect %%h %%p\n\tProxyUseFdpass yes\n",
			vm->host);
	}
}

void export_ssh(FILE *stream, const struct export_vms *vms)
{
	char name[NAME_VM_SIZE];

	fputs("# Virtual machines, by qemuvm export.\n", stream);
	for (int i = 0; i < vms->count; i++) {
		const struct resolver_answer *vm = &vms->list[i];

		if (name_spell(vm->vm.id, name) == 0 || !export_is_unique(vms, i, vm->vm.id))
			continue;
		fprintf(stream, "\nHost %s %s\n", name, vm->host);
		print_way(stream, vm);
		/* Checked as ever, by the VM's name, wherever it is reached. */
		fprintf(stream,
			"\tHostKeyAlias %s\n\tKnownHostsCommand " HELPER
			" host-keys %%H %s %%K\n\tCheckHostIP no\n",
			vm->host, vm->host);
	}
}
