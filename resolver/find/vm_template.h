/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_TEMPLATE_H
#define QEMUVM_VM_TEMPLATE_H

#include <stdbool.h>

#include "base/name.h"
#include "config/config.h"

/*
 * A walk over the entries of a template's directory that follow it (see struct config), each with
 * the VM's name in it. What is plainly no socket is passed over, so that it takes no VM's place;
 * whether the rest are sockets, and whose, is not looked at. A directory that cannot be read has no
 * entries.
 */
struct vm_template_walk {
	const char *template;
	void *directory; /* DIR * */
	unsigned int entries;
	bool names_folder; /* the %s is in the name of a directory */
	/* The part of the path that has the %s: before and behind it. */
	char before[CONFIG_PATH_SIZE], behind[CONFIG_PATH_SIZE];
	/* What vm_template_next() found. */
	char name[NAME_VM_SIZE];
	char path[CONFIG_PATH_SIZE];
};

void vm_template_begin(struct vm_template_walk *walk, const char *template);
bool vm_template_next(struct vm_template_walk *walk);
void vm_template_end(struct vm_template_walk *walk);

#endif
