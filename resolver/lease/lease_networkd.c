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
static int read_octets(const struct json *json, const char *key, uint8_t *ret_octets, size_t len)
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
static bool may_be(const struct json *json, const char *key, int64_t expected)
{
	int64_t number;

	if (json_member(json, JSON_ROOT, key) < 0)
		return true;
	return lease_json_number(json, key, &number) == 0 && number == expected;
}

static int read_mac(const struct json *json, struct mac *ret_mac)
{
	if (!may_be(json, "HardwareAddressType", HARDWARE_ETHERNET) ||
		!may_be(json, "HardwareAddressLength", sizeof(ret_mac->byte)))
		return -EINVAL;
	return read_octets(json, "HardwareAddress", ret_mac->byte, sizeof(ret_mac->byte));
}

static int read_address(const struct json *json, struct address *ret_address)
{
	struct address address = {.family = AF_INET};

	if (lease_json_address(json, "AddressString", ret_address) == 0)
		return 0;
	if (read_octets(json, "Address", address.bytes, address_len(AF_INET)) < 0)
		return -EINVAL;
	*ret_address = address;
	return 0;
}

/* "ExpirationUSec" is of the clock since boot, and of no use here. */
static int64_t read_expiry(const struct json *json)
{
	int64_t usec;

	if (lease_json_number(json, "ExpirationRealtimeUSec", &usec) < 0 || usec <= 0)
		return 0;
	return usec == INT64_MAX ? LEASE_INFINITE : usec / USEC_PER_SEC;
}

static void parse_lease(void *context, const struct json *json)
{
	struct lease_table *table = context;
	struct lease lease = {.expires = read_expiry(json)};

	if (read_mac(json, &lease.mac) == 0 && read_address(json, &lease.address) == 0)
		lease_table_put(table, &lease);
}

static int parse(struct lease_text text, struct lease_table *table)
{
	const struct lease_json_visitor visitor = {.visit = parse_lease, .context = table};

	return lease_json_each(text, &visitor);
}

static bool has_line(struct lease_text line)
{
	struct lease_text word;

	return lease_text_take_word(&line, &word) && *word.at == '{';
}

const struct lease_format lease_format_networkd = {.has_line = has_line, .parse = parse};
