/* SPDX-License-Identifier: MIT */
/*
 * /var/lib/libvirt/dnsmasq/BRIDGE.status, which libvirt's helper of dnsmasq writes
 * (src/util/virlease.c), empty before the first lease:
 *
 *	[{"ip-address": "192.168.122.50", "mac-address": "52:54:00:12:34:56", "expiry-time": 17...}]
 *
 * and BRIDGE.macs beside it, which libvirt itself writes (src/util/virmacmap.c):
 *
 *	[{"domain": "web", "macs": ["52:54:00:12:34:56"]}]
 */
#include <errno.h>
#include <stdlib.h>

#include "lease/lease_file.h"
#include "lease/lease_format.h"
#include "lease/lease_json.h"

static int libvirt_parse(struct text text, struct lease_table *table)
{
	struct lease_json walk = {.rest = text, .mac_key = "\"mac-address\"", .table = table};
	struct json *json;
	int r;

	while ((r = lease_json_next(&walk, &json)) > 0) {
		int mac = json_member(json, JSON_ROOT, "mac-address");
		struct lease lease;

		/* An infinite lease has no expiry time there. */
		if (lease_json_number(json, "expiry-time", &lease.expires) < 0 ||
			lease.expires <= 0)
			lease.expires = LEASE_INFINITE;
		if (lease_json_mac(json, mac, &lease.mac) == 0 &&
			lease_json_address(json, "ip-address", &lease.address) == 0)
			lease_table_put(table, &lease);
		json_free(json);
	}
	return r < 0 ? r : walk.depth != 0;
}

const struct lease_format lease_format_libvirt = {.opening = "[", .parse = libvirt_parse};

int lease_macs_parse(const char *text, size_t len, const char *domain,
	struct mac ret_macs[static LEASE_MACS_MAX], bool *ret_is_cut)
{
	struct lease_json walk = {.rest = {text, text + len}};
	struct json *json;
	int r, count = 0;

	while ((r = lease_json_next(&walk, &json)) > 0) {
		int macs = json_member(json, JSON_ROOT, "macs"), node = -ENOENT;

		if (json_string_equals(json, json_member(json, JSON_ROOT, "domain"), domain))
			node = json_first(json, macs);
		for (; node >= 0 && count < LEASE_MACS_MAX; node = json_next(json, macs, node))
			count += lease_json_mac(json, node, &ret_macs[count]) == 0;
		json_free(json);
	}
	if (r < 0)
		return r;
	*ret_is_cut = walk.depth != 0 || len == 0;
	return count;
}

int lease_macs_read(int fd, const char *domain, struct mac ret_macs[static LEASE_MACS_MAX])
{
	bool is_again = false;
	int r;

	do {
		struct lease_file file;
		bool is_cut = true;

		r = lease_file_read(fd, &file);
		if (r < 0)
			return r;
		r = lease_macs_parse(file.text, file.len, domain, ret_macs, &is_cut);
		is_again = !is_again && lease_file_wait_for_writer(&file, is_cut);
		free(file.text);
	} while (is_again);
	return r;
}
