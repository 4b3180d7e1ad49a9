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

static bool is_interface(const struct json *json, int interface)
{
	int addresses = json_member(json, interface, "ip-addresses");

	return json_is(json, interface, JSON_OBJECT) &&
	       json_is(json, json_member(json, interface, "name"), JSON_STRING) &&
	       (addresses < 0 || json_is(json, addresses, JSON_ARRAY));
}

/* The interface's MAC, or NULL: tunnels have none, or zeros. */
static const struct mac *read_mac(const struct json *json, int interface, struct mac *storage)
{
	char text[MAC_TEXT_MAX];
	int node = json_member(json, interface, "hardware-address");

	if (json_string(json, node, text, sizeof(text)) < 0 || mac_parse(text, storage) < 0)
		return NULL;
	return mac_is_void(storage) ? NULL : storage;
}

/* Is the family what the entry says it is? One that says nothing is taken at its address. */
static bool is_of_type(const struct json *json, int entry, sa_family_t family)
{
	int type = json_member(json, entry, "ip-address-type");

	return type < 0 || json_string_equals(json, type, family == AF_INET ? "ipv4" : "ipv6");
}

static bool read_address(const struct json *json, int entry, struct address *ret_address)
{
	char text[CLAIM_TEXT_SIZE];
	int node = json_member(json, entry, "ip-address");
	struct address address;

	if (json_string(json, node, text, sizeof(text)) < 0 || address_parse(text, &address) < 0 ||
		!is_of_type(json, entry, address.family))
		return false;
	*ret_address = address;
	return true;
}

static int add_interface(const struct json *json, int interface, const struct mac *mac,
	struct candidates *candidates)
{
	int list = json_member(json, interface, "ip-addresses");
	int count = 0;

	for (int entry = json_first(json, list); entry >= 0; entry = json_next(json, list, entry)) {
		struct address address;

		if (!read_address(json, entry, &address))
			continue;
		candidates_add(candidates, &address, mac);
		count++;
	}
	return count;
}

/* Those whose MAC is one of the VM's, or the others. */
static int add_interfaces(const struct json *json, int array, const struct vm *vm, bool of_nics,
	struct candidates *candidates)
{
	int count = 0;

	for (int interface = json_first(json, array); interface >= 0;
		interface = json_next(json, array, interface)) {
		struct mac storage;
		const struct mac *mac = read_mac(json, interface, &storage);
		bool is_of_nic = mac != NULL && vm_nic_by_mac(vm, mac) != NULL;

		if (is_of_nic == of_nics)
			count += add_interface(json, interface, mac, candidates);
	}
	return count;
}

int agent_read_interfaces(
	const struct json *json, int value, const struct vm *vm, struct candidates *candidates)
{
	int count;

	if (!json_is(json, value, JSON_ARRAY))
		return -EBADMSG;
	for (int interface = json_first(json, value); interface >= 0;
		interface = json_next(json, value, interface))
		if (!is_interface(json, interface))
			return -EBADMSG;
	count = add_interfaces(json, value, vm, true, candidates);
	return count + add_interfaces(json, value, vm, false, candidates);
}
