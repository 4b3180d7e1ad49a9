/* SPDX-License-Identifier: MIT */
/*
 * systemd-networkd's DHCP server (src/libsystemd-network/sd-dhcp-server-lease.c), one object that
 * has the leases in an array, addresses as numbers, times in microseconds:
 *
 *	{"BootID": "...", "Leases": [{"Address": [10, 0, 0, 50], "HardwareAddressType": 1,
 *	 "HardwareAddressLength": 6, "HardwareAddress": [82, 84, 0, 18, 52, 86],
 *	 "ExpirationRealtimeUSec": 1756000000000000}]}
 */
#include <errno.h>
#include <sys/socket.h>

#include "lease/lease_format.h"
#include "lease/lease_json.h"

#define HARDWARE_ETHERNET 1
#define USEC_PER_SEC      1000000

/* The first `len` elements of an array of octets, which may have more: some versions write all 16
 * of a client's hardware address. */
static int networkd_read_octets(
	const struct json *json, const char *key, uint8_t *ret_octets, size_t len)
{
	int array = json_member(json, JSON_ROOT, key);
	int node = json_first(json, array);
	int64_t octet;

	for (size_t i = 0; i < len; i++, node = json_next(json, array, node)) {
		if (json_int(json, node, &octet) < 0 || octet < 0 || octet > UINT8_MAX)
			return -EINVAL;
		ret_octets[i] = (uint8_t)octet;
	}
	return 0;
}

/* Is the member absent, or that number? */
static bool networkd_may_be(const struct json *json, const char *key, int64_t expected)
{
	int64_t number;

	if (json_member(json, JSON_ROOT, key) < 0)
		return true;
	return lease_json_number(json, key, &number) == 0 && number == expected;
}

static bool networkd_read_lease(const struct json *json, struct lease *ret_lease)
{
	struct lease lease = {.address.family = AF_INET};
	const size_t mac_len = sizeof(lease.mac.byte);

	if (!networkd_may_be(json, "HardwareAddressType", HARDWARE_ETHERNET) ||
		!networkd_may_be(json, "HardwareAddressLength", (int64_t)mac_len) ||
		networkd_read_octets(json, "HardwareAddress", lease.mac.byte, mac_len) < 0)
		return false;
	if (lease_json_address(json, "AddressString", &lease.address) < 0 &&
		networkd_read_octets(json, "Address", lease.address.bytes, address_len(AF_INET)) <
			0)
		return false;
	/* "ExpirationUSec" is of the clock since boot, and useless here. */
	if (lease_json_number(json, "ExpirationRealtimeUSec", &lease.expires) < 0 ||
		lease.expires < 0)
		lease.expires = 0;
	if (lease.expires != INT64_MAX)
		lease.expires /= USEC_PER_SEC;
	*ret_lease = lease;
	return true;
}

static int networkd_parse(struct text text, struct lease_table *table)
{
	struct lease_json walk = {.rest = text};
	struct lease lease;
	struct json *json;
	int r;

	while ((r = lease_json_next(&walk, &json)) > 0) {
		if (networkd_read_lease(json, &lease))
			lease_table_put(table, &lease);
		json_free(json);
	}
	return r < 0 ? r : walk.depth != 0;
}

const struct lease_format lease_format_networkd = {.opening = "{", .parse = networkd_parse};
