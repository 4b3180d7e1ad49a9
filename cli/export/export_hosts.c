/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/name.h"
#include "export.h"

bool export_is_unique(const struct answer_list *answers, int vm, const char *name)
{
	char typed[NAME_VM_SIZE], checked[NAME_VM_SIZE];

	if (name_spell(name, typed) == 0 || typed[0] == '-' || name_from_typed(typed, checked) < 0)
		return false;
	for (int i = 0; i < answers->count; i++)
		if (i != vm && vm_has_name(&answers->list[i].vm, typed))
			return false;
	return true;
}

/* " web.vm other.vm": the VM's id and its other names, each once, if they are unique. Returns their
 * number. */
static unsigned int export_hosts_names(FILE *stream, const struct answer_list *answers, int index)
{
	const struct vm *vm = &answers->list[index].vm;
	char id[NAME_VM_SIZE], name[NAME_VM_SIZE];
	unsigned int count = 0;

	name_spell(vm->id, id);
	if (export_is_unique(answers, index, vm->id))
		count += fprintf(stream, " %s." NAME_DOMAIN, id) > 0;
	for (unsigned int i = 0; i < vm->name_count; i++) {
		bool is_new = name_spell(vm->names[i], name) > 0 && strcasecmp(name, id) != 0;

		for (unsigned int j = 0; is_new && j < i; j++)
			is_new = strcasecmp(vm->names[i], vm->names[j]) != 0;
		if (is_new && export_is_unique(answers, index, vm->names[i]))
			count += fprintf(stream, " %s." NAME_DOMAIN, name) > 0;
	}
	return count;
}

void export_hosts(FILE *stream, const struct answer_list *answers)
{
	char text[ADDRESS_TEXT_MAX];

	fputs("# Virtual machines, by qemuvm export.\n", stream);
	for (int i = 0; i < answers->count; i++) {
		const struct resolver_answer *answer = &answers->list[i];
		char *names = NULL;
		size_t size;
		FILE *memory = open_memstream(&names, &size);
		unsigned int count = 0;

		if (memory == NULL)
			continue;
		count = export_hosts_names(memory, answers, i);
		if (fclose(memory) == 0)
			for (size_t j = 0; j < answer->address_count && count > 0; j++)
				if (answer->addresses[j].scope_id == 0)
					fprintf(stream, "%s%s\n",
						address_format(&answer->addresses[j], text), names);
		free(names);
	}
}
