/* SPDX-License-Identifier: MIT */
/* Any text as a lease file, of every client and of one, and as libvirt's file of MACs. */
#include <stdlib.h>

#include "fuzz.h"
#include "lease/lease.h"

static int parse(const char *name, struct lease_wanted wanted, const uint8_t *bytes, size_t len)
{
	struct lease_table *table = NULL;
	unsigned int at = 0;
	struct lease lease;
	bool is_cut;
	int count = 0;
	int r = lease_parse(name, (const char *)bytes, len, wanted, &table, &is_cut);

	while (lease_table_next(table, &at, &lease)) {
		if (lease.address.scope_id != 0 || mac_is_void(&lease.mac) || lease.expires < 0 ||
			(lease.address.family != AF_INET && lease.address.family != AF_INET6))
			abort();
		if (wanted.macs != NULL && !mac_equals(&lease.mac, wanted.macs))
			abort();
		count++;
	}
	if (count != (r > 0 ? r : 0) || r > LEASE_KEPT_MAX)
		abort();
	lease_table_free(table);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct mac web = {{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};
	const struct lease_wanted one = {&web, 1}, all = {NULL, 0};
	struct mac macs[LEASE_MACS_MAX];
	bool is_cut;

	if (parse(NULL, one, bytes, len) > parse(NULL, all, bytes, len))
		abort();
	parse("x.status", all, bytes, len);
	if (lease_macs_parse((const char *)bytes, len, "web", macs, &is_cut) > LEASE_MACS_MAX)
		abort();
	return 0;
}
