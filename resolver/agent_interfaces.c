/* SPDX-License-Identifier: MIT */
#include "agent.h"

#include <errno.h>

/*
 * The reply of guest-network-get-interfaces (qga/qapi-schema.json, GuestNetworkInterface). The
 * order of interfaces means nothing: NICs come anywhere among hundreds of containers'.
 */

/* Of an entry that is missing there is nothing to check. */
static bool is_kind_or_missing(const struct json *json, int node, enum json_kind kind)
{
	return node < 0 || json_is(json, node, kind);
}

static bool has_shape(const struct json *json, int interface)
{
	return json_is(json, interface, JSON_OBJECT) &&
	       is_kind_or_missing(json, json_member(json, interface, "name"), JSON_STRING) &&
	       is_kind_or_missing(
		       json, json_member(json, interface, "hardware-address"), JSON_STRING) &&
	       is_kind_or_missing(json, json_member(json, interface, "ip-addresses"), JSON_ARRAY);
}

static bool all_have_shape(const struct json *json, int interfaces)
{
	if (!json_is(json, interfaces, JSON_ARRAY))
		return false;
	for (int node = json_first(json, interfaces); node >= 0;
		node = json_next(json, interfaces, node))
		if (!has_shape(json, node))
			return false;
	return true;
}

static bool read_mac(const struct json *json, int interface, struct mac *ret_mac)
{
	char text[MAC_TEXT_MAX];

	return json_string(json, json_member(json, interface, "hardware-address"), text,
		       sizeof(text)) >= 0 &&
	       mac_parse(text, ret_mac) == 0 && !mac_is_void(ret_mac);
}

/* The type must be what the address is: who says one and means the other is not believed. */
static bool has_type_of(const struct json *json, int entry, const struct address *address)
{
	int type = json_member(json, entry, "ip-address-type");

	return json_string_equals(json, type, address->family == AF_INET ? "ipv4" : "ipv6");
}

static int read_address(const struct json *json, int entry, struct address *ret_address)
{
	char text[ADDRESS_TEXT_MAX + 64]; /* a guest's zone is cut off, and may be long */
	struct address address;

	if (json_string(json, json_member(json, entry, "ip-address"), text, sizeof(text)) < 0 ||
		address_parse(text, &address) < 0 || !has_type_of(json, entry, &address))
		return -EINVAL;
	*ret_address = address;
	return 0;
}

static int add_addresses(const struct json *json, int interface, const struct mac *mac,
	struct candidates *candidates)
{
	int entries = json_member(json, interface, "ip-addresses");
	int added = 0;

	for (int entry = json_first(json, entries); entry >= 0;
		entry = json_next(json, entries, entry)) {
		struct address address;

		if (read_address(json, entry, &address) < 0)
			continue;
		candidates_add(candidates, &address, mac);
		added++;
	}
	return added;
}

/* One of two passes: the VM's own NICs first, so that no number of other interfaces takes their room. */
static int add_interfaces(const struct json *json, int interfaces, const struct vm *vm,
	bool of_nics, struct candidates *candidates)
{
	int added = 0;

	for (int node = json_first(json, interfaces); node >= 0;
		node = json_next(json, interfaces, node)) {
		struct mac mac;
		bool has_mac = read_mac(json, node, &mac);

		if ((has_mac && vm_nic_by_mac(vm, &mac) != NULL) == of_nics)
			added += add_addresses(json, node, has_mac ? &mac : NULL, candidates);
	}
	return added;
}

int agent_read_interfaces(const struct json *json, int value, const struct vm *vm,
	struct candidates *candidates)
{
	int added;

	if (!all_have_shape(json, value))
		return -EBADMSG;
	added = add_interfaces(json, value, vm, true, candidates);
	return added + add_interfaces(json, value, vm, false, candidates);
}
