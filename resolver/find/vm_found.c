/* SPDX-License-Identifier: MIT */
#include "find/vm_found.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void vm_found_close(struct vm_found *found)
{
	if (found->agent_fd >= 0)
		close(found->agent_fd);
	found->agent_fd = -1;
}

void vm_rivals_set(struct vm_rivals *rivals, const struct vm *one, const struct vm *other)
{
	memcpy(rivals->id[0], one->id, NAME_VM_SIZE);
	memcpy(rivals->id[1], other->id, NAME_VM_SIZE);
	rivals->pid[0] = one->pid;
	rivals->pid[1] = other->pid;
}

int vm_founds_add(struct vm_founds *founds, struct vm_found **ret_found)
{
	struct vm_found *found, **grown;

	if (founds->count == VM_FOUNDS_MAX)
		return -E2BIG;
	if (founds->count == founds->size) {
		size_t size = founds->size == 0 ? 8 : founds->size * 2;

		grown = realloc(founds->list, size * sizeof(struct vm_found *));
		if (grown == NULL)
			return -ENOMEM;
		founds->list = grown;
		founds->size = size;
	}
	found = calloc(1, sizeof(*found));
	if (found == NULL)
		return -ENOMEM;
	found->agent_fd = -1;
	found->template_index = VM_FOUND_BY_PROCESS;
	founds->list[founds->count++] = *ret_found = found;
	return 0;
}

void vm_founds_drop(struct vm_founds *founds)
{
	struct vm_found *last = founds->list[--founds->count];

	vm_found_close(last);
	free(last);
}

void vm_founds_free(struct vm_founds *founds)
{
	while (founds->count > 0)
		vm_founds_drop(founds);
	free(founds->list);
}
