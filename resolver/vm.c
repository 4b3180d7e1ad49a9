/* SPDX-License-Identifier: MIT */
#include "vm.h"

#include <errno.h>
#include <string.h>

const struct vm_nic *vm_nic_by_mac(const struct vm *vm, const struct mac *mac)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].has_mac && mac_equals(&vm->nics[i].mac, mac))
			return &vm->nics[i];
	return NULL;
}

bool vm_has_macs(const struct vm *vm)
{
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].has_mac)
			return true;
	return false;
}

bool vm_is_unreachable(const struct vm *vm)
{
	if (!vm->has_argv || vm->nic_count == 0)
		return false;
	for (unsigned int i = 0; i < vm->nic_count; i++) {
		enum vm_netdev netdev = vm->nics[i].netdev;

		if (netdev != VM_NETDEV_USER && netdev != VM_NETDEV_PASST &&
			netdev != VM_NETDEV_NONE)
			return false;
	}
	return true;
}

int vm_endpoint_set_path(struct vm_endpoint *endpoint, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof(endpoint->path))
		return -ENAMETOOLONG;
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->kind = VM_ENDPOINT_UNIX;
	memcpy(endpoint->path, path, len + 1);
	endpoint->path_len = (uint8_t)len;
	return 0;
}
