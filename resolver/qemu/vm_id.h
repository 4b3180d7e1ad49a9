/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_ID_H
#define QEMUVM_VM_ID_H

#include "config/config.h"
#include "qemu/argv.h"
#include "qemu/vm.h"

/*
 * Under which name a VM is shown: vm->id. What its agent's socket is called, if that follows a
 * template of the configuration, so that a VM has one id however it was found; else the first of
 * its names. One that QEMU's arguments do not name is called after its agent's socket, the folder
 * of its disk image, or its pid; that name is added to its names, and "pid-N" in any case.
 *
 * vm is read by vm_argv_parse(); cwd is QEMU's working directory, or "" if it is not known.
 */
void vm_choose_id(
	struct vm *vm, const struct argv *argv, const char *cwd, const struct config *config);

#endif
