/* SPDX-License-Identifier: MIT */
#include "qemu/vm.h"

#include <string.h>

void vm_add_name(struct vm *vm, const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_VM_MAX || vm->name_count == VM_NAMES_MAX)
		return;
	for (unsigned int i = 0; i < vm->name_count; i++)
		if (strcmp(vm->names[i], name) == 0)
			return;
	memcpy(vm->names[vm->name_count++], name, len + 1);
}

bool vm_has_name(const struct vm *vm, const char *typed)
{
	for (unsigned int i = 0; i < vm->name_count; i++)
		if (name_matches(typed, vm->names[i]))
			return true;
	return name_matches(typed, vm->id);
}

void vm_add_forward(struct vm *vm, const struct vm_forward *forward)
{
	if (vm->forward_count == VM_FORWARDS_MAX)
		return;
	for (unsigned int i = 0; i < vm->forward_count; i++) {
		const struct vm_forward *other = &vm->forwards[i];

		if (address_equals(&other->host, &forward->host) &&
			other->host_port == forward->host_port &&
			other->guest_port == forward->guest_port)
			return;
	}
	vm->forwards[vm->forward_count++] = *forward;
}

const struct vm_nic *vm_nic_by_mac(const struct vm *vm, const struct mac *mac)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].has_mac && mac_equals(&vm->nics[i].mac, mac))
			return &vm->nics[i];
	return NULL;
}

void vm_add_mac(struct vm *vm, const struct mac *mac)
{
	if (vm->nic_count < VM_NICS_MAX && vm_nic_by_mac(vm, mac) == NULL)
		vm->nics[vm->nic_count++] = (struct vm_nic){.mac = *mac, .has_mac = true};
}

bool vm_has_macs(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].has_mac)
			return true;
	return false;
}

bool vm_has_user_network(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].netdev == VM_NETDEV_USER)
			return true;
	return false;
}

bool vm_nic_is_private(const struct vm_nic *nic)
{
	return nic->netdev == VM_NETDEV_USER || nic->netdev == VM_NETDEV_PASST ||
	       nic->netdev == VM_NETDEV_NONE;
}

bool vm_has_default_mac_of(const struct vm *vm, const struct vm *other)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].mac_is_default && vm_nic_by_mac(other, &vm->nics[i].mac) != NULL)
			return true;
	return false;
}

void vm_note_shared_macs(struct vm *vm, const struct vm *other)
{
	for (unsigned int i = 0; i < vm->nic_count; i++) {
		struct vm_nic *nic = &vm->nics[i];
		const struct vm_nic *same = vm_nic_by_mac(other, &nic->mac);

		if (nic->mac_is_default && same != NULL && !vm_nic_is_private(same))
			nic->mac_is_shared = true;
	}
}

bool vm_shares_macs(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].mac_is_shared)
			return true;
	return false;
}

static bool nic_is_unique(const struct vm_nic *nic)
{
	return nic->has_mac && !nic->mac_is_shared && !vm_nic_is_private(nic);
}

bool vm_mac_is_unique(const struct vm *vm, const struct mac *mac)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (nic_is_unique(&vm->nics[i]) && mac_equals(&vm->nics[i].mac, mac))
			return true;
	return false;
}

bool vm_has_unique_macs(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (nic_is_unique(&vm->nics[i]))
			return true;
	return false;
}

bool vm_is_unreachable(const struct vm *vm)
{
	if (!vm->has_argv || vm->nic_count == 0)
		return false;
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (!vm_nic_is_private(&vm->nics[i]))
			return false;
	return true;
}

struct address vm_forward_address(const struct vm_forward *forward)
{
	static const uint8_t any[sizeof(forward->host.bytes)];
	struct address address = forward->host;

	if (memcmp(address.bytes, any, sizeof(any)) != 0)
		return address;
	if (address.family == AF_INET)
		address.bytes[0] = 127;
	address.bytes[address_len(address.family) - 1] = 1;
	return address;
}
