/* SPDX-License-Identifier: MIT */
/* Any text as a lease file, of every client and of one, and as libvirt's file of MACs. */
#include <stdlib.h>

#include "fuzz.h"
#include "lease/lease.h"

static bool wants_one(void *context, const struct mac *mac)
{
	(void)context;
	return mac->byte[5] == 0x56;
}

static void check_lease(void *context, const struct lease *lease)
{
	int *visited = context;

	if (lease->address.scope_id != 0 || mac_is_void(&lease->mac) || lease->expires < 0 ||
		(lease->address.family != AF_INET && lease->address.family != AF_INET6))
		abort();
	(*visited)++;
}

static void ignore_mac(void *context, const struct mac *mac)
{
	(void)context;
	(void)mac;
}

static int parse(const char *name, bool (*wants)(void *context, const struct mac *mac),
	const uint8_t *bytes, size_t len)
{
	int visited = 0;
	const struct lease_visitor visitor = {wants, check_lease, &visited};
	bool is_cut;
	int r = lease_parse(name, (const char *)bytes, len, &visitor, &is_cut);

	if (visited != (r > 0 ? r : 0) || r > LEASE_KEPT_MAX)
		abort();
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct lease_macs_visitor macs = {.visit = ignore_mac};
	bool is_cut;

	if (parse(NULL, wants_one, bytes, len) > parse(NULL, NULL, bytes, len))
		abort();
	parse("x.status", NULL, bytes, len);
	lease_macs_parse((const char *)bytes, len, "web", &macs, &is_cut);
	return 0;
}
