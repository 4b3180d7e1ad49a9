/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "base/name.h"
#include "export.h"

static bool bears(const struct resolver_answer *vm, const char *typed)
{
	if (name_matches(typed, vm->vm.id))
		return true;
	for (unsigned int i = 0; i < vm->vm.name_count; i++)
		if (name_matches(typed, vm->vm.names[i]))
			return true;
	return false;
}

bool export_is_unique(const struct export_vms *vms, int vm, const char *name)
{
	char typed[NAME_VM_SIZE];

	if (name_spell(name, typed) == 0)
		return false;
	for (int i = 0; i < vms->count; i++)
		if (i != vm && bears(&vms->list[i], typed))
			return false;
	return true;
}

/* Its id first, then what else it is called, each once. */
static void print_names(FILE *stream, const struct export_vms *vms, int vm)
{
	const struct resolver_answer *answer = &vms->list[vm];
	char id[NAME_VM_SIZE], name[NAME_VM_SIZE];

	name_spell(answer->vm.id, id);
	if (export_is_unique(vms, vm, answer->vm.id))
		fprintf(stream, " %s." NAME_DOMAIN, id);
	for (unsigned int i = 0; i < answer->vm.name_count; i++) {
		bool is_new = name_spell(answer->vm.names[i], name) > 0 && strcasecmp(name, id) != 0;

		for (unsigned int j = 0; is_new && j < i; j++)
			is_new = strcasecmp(answer->vm.names[i], answer->vm.names[j]) != 0;
		if (is_new && export_is_unique(vms, vm, answer->vm.names[i]))
			fprintf(stream, " %s." NAME_DOMAIN, name);
	}
	fputc('\n', stream);
}

static bool has_unique_name(const struct export_vms *vms, int vm)
{
	const struct resolver_answer *answer = &vms->list[vm];
	bool has_one = export_is_unique(vms, vm, answer->vm.id);

	for (unsigned int i = 0; !has_one && i < answer->vm.name_count; i++)
		has_one = export_is_unique(vms, vm, answer->vm.names[i]);
	return has_one;
}

void export_hosts(FILE *stream, const struct export_vms *vms)
{
	char text[ADDRESS_TEXT_MAX];

	fputs("# Virtual machines, by qemuvm export.\n", stream);
	for (int i = 0; i < vms->count; i++) {
		if (!has_unique_name(vms, i))
			continue;
		for (size_t j = 0; j < vms->list[i].address_count; j++) {
			const struct address *address = &vms->list[i].addresses[j];

			if (address->scope_id != 0)
				continue;
			fputs(address_format(address, text), stream);
			print_names(stream, vms, i);
		}
	}
}
