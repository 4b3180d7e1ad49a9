/* SPDX-License-Identifier: MIT */
#include "source/agent_interfaces.h"

#include <errno.h>

/*
 * The reply of guest-network-get-interfaces (qga/qapi-schema.json, GuestNetworkInterface): an array
 * of {"name", "hardware-address"?, "ip-addresses"?: [{"ip-address", "ip-address-type", "prefix"}],
 * "statistics"?}, in no particular order.
 */

/* An IPv6 address, '%' and the guest's zone: an interface name or, on Windows, a number. */
#define CLAIM_TEXT_SIZE (INET6_ADDRSTRLEN + 1 + IF_NAMESIZE)

/* The interface's MAC, or NULL: tunnels have none, or zeros. */
static const struct mac *read_mac(const struct json *json, int interface, struct mac *storage)
{
	char text[MAC_TEXT_MAX];
	int node = json_member(json, interface, "hardware-address");

	if (json_string(json, node, text, sizeof(text)) < 0 ||
		mac_from_text(text_of(text), storage) < 0)
		return NULL;
	return mac_is_void(storage) ? NULL : storage;
}

/* An entry whose family is not the one it names is no address; one that names none is taken at its
 * address. */
static int add_interface(const struct json *json, int interface, const struct mac *mac,
	struct candidates *candidates)
{
	int list = json_member(json, interface, "ip-addresses");
	int count = 0;

	for (int entry = json_first(json, list); entry >= 0; entry = json_next(json, list, entry)) {
		int node = json_member(json, entry, "ip-address");
		int type = json_member(json, entry, "ip-address-type");
		struct address address;
		char text[CLAIM_TEXT_SIZE];

		if (json_string(json, node, text, sizeof(text)) < 0 ||
			address_from_text(text_of(text), &address) < 0)
			continue;
		if (type >= 0 && !json_string_equals(
					 json, type, address.family == AF_INET ? "ipv4" : "ipv6"))
			continue;
		candidates_add(candidates, &address, mac);
		count++;
	}
	return count;
}

int agent_read_interfaces(
	const struct json *json, int value, const struct vm *vm, struct candidates *candidates)
{
	int count = 0;

	if (json_kind(json, value) != JSON_ARRAY)
		return -EBADMSG;
	for (int interface = json_first(json, value); interface >= 0;
		interface = json_next(json, value, interface)) {
		int name = json_member(json, interface, "name");
		int addresses = json_member(json, interface, "ip-addresses");

		if (json_kind(json, interface) != JSON_OBJECT ||
			json_kind(json, name) != JSON_STRING ||
			(addresses >= 0 && json_kind(json, addresses) != JSON_ARRAY))
			return -EBADMSG;
	}
	/* Those whose MAC is one of the VM's, and then the others. */
	for (int pass = 0; pass < 2; pass++)
		for (int interface = json_first(json, value); interface >= 0;
			interface = json_next(json, value, interface)) {
			struct mac storage;
			const struct mac *mac = read_mac(json, interface, &storage);
			bool is_of_nic = mac != NULL && vm_nic_by_mac(vm, mac) != NULL;

			if (is_of_nic == (pass == 0))
				count += add_interface(json, interface, mac, candidates);
		}
	return count;
}
