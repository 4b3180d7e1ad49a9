/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_INTERFACES_H
#define QEMUVM_AGENT_INTERFACES_H

#include "base/json.h"
#include "qemu/vm.h"
#include "source/candidate.h"

/*
 * The reply of guest-network-get-interfaces into candidates: every address of every interface. An
 * entry that is no address is skipped, one without addresses too; a reply of another shape is
 * refused whole (-EBADMSG, nothing added). Claims of interfaces with a MAC of the VM's NICs come
 * first, wherever they stand in the reply, so that others cannot take their room. Returns how many
 * addresses the reply names.
 */
int agent_read_interfaces(
	const struct json *json, int value, const struct vm *vm, struct candidates *candidates);

#endif
