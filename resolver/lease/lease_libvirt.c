/* SPDX-License-Identifier: MIT */
/*
 * /var/lib/libvirt/dnsmasq/BRIDGE.status, which libvirt's helper of dnsmasq writes
 * (src/util/virlease.c), empty before the first lease:
 *
 *	[{"ip-address": "192.168.122.50", "mac-address": "52:54:00:12:34:56", "expiry-time": 17...}]
 */
#include <errno.h>

#include "lease/lease_format.h"
#include "lease/lease_json.h"

/* An infinite lease has no expiry time there. */
static int64_t read_expiry(const struct json *json)
{
	int64_t expires;

	if (lease_json_number(json, "expiry-time", &expires) < 0 || expires <= 0)
		return LEASE_INFINITE;
	return expires;
}

static void parse_lease(void *context, const struct json *json)
{
	struct lease_table *table = context;
	struct lease lease = {.expires = read_expiry(json)};
	int mac = json_member(json, JSON_ROOT, "mac-address");

	if (lease_json_mac(json, mac, &lease.mac) == 0 &&
		lease_json_address(json, "ip-address", &lease.address) == 0)
		lease_table_put(table, &lease);
}

static bool can_matter(const void *context, struct lease_text object)
{
	struct lease_text text;
	struct mac mac;

	return !lease_json_glance(object, "\"mac-address\"", &text) ||
	       lease_text_mac(text, &mac) < 0 || lease_table_wants(context, &mac);
}

static int parse(struct lease_text text, struct lease_table *table)
{
	const struct lease_json_visitor visitor = {
		.can_matter = can_matter, .visit = parse_lease, .context = table};

	return lease_json_each(text, &visitor);
}

static bool has_line(struct lease_text line)
{
	struct lease_text word;

	return lease_text_take_word(&line, &word) && *word.at == '[';
}

const struct lease_format lease_format_libvirt = {.has_line = has_line, .parse = parse};
