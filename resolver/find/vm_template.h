/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_TEMPLATE_H
#define QEMUVM_VM_TEMPLATE_H

/* What is done with each socket that follows a template: 0 to go on, another value ends the walk
 * and is returned. */
struct vm_template_visitor {
	int (*visit)(void *context, const char *name, const char *path);
	void *context;
};

/*
 * Visits each entry of the template's directory that follows it (see struct config), with the VM's
 * name in it; whether it is a socket is not looked at. A directory that cannot be read holds none.
 * 0, or what visit() returned.
 */
int vm_template_each(const char *template, struct vm_template_visitor visitor);

#endif
