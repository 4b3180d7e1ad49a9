/* SPDX-License-Identifier: MIT */
#include "lease_format.h"

#include <stddef.h>

/*
 * dnsmasq's file (src/lease.c, lease_update_file()): "EXPIRY MAC ADDRESS NAME CLIENT-ID". After a
 * line "duid ..." of the server's own follow DHCPv6 leases, whose second field is the IAID and
 * whose last the client's DUID.
 */

/* An instant of the seventies is none: where dnsmasq was built for machines without a clock
 * (HAVE_BROKEN_RTC), the field holds the length of the lease. Nobody leases for ten years. */
#define LENGTH_MAX INT64_C(315360000)
/* RFC 8415, 11.1. */
#define DUID_MAX 130

enum { EXPIRY, MAC, ADDRESS, NAME, CLIENT_ID, FIELDS };

static int64_t expiry_of(int64_t number)
{
	if (number == 0)
		return LEASE_INFINITE;
	return number < LENGTH_MAX ? 0 : number;
}

static int mac_in_client_id(struct lease_field field, struct mac *ret_mac)
{
	uint8_t duid[DUID_MAX];
	int len = lease_field_octets(field, duid, sizeof(duid));

	return len < 0 ? len : lease_duid_mac(duid, (size_t)len, ret_mac);
}

/* Lines of another kind ("duid", "agent-info", "vendorclass") begin with a word. */
static void take_line(
	const struct lease_field fields[static FIELDS], bool is_v6, const struct lease_query *query)
{
	struct lease lease;
	int64_t expiry;

	if (lease_field_number(fields[EXPIRY], &expiry) < 0)
		return;
	if ((is_v6 ? mac_in_client_id(fields[CLIENT_ID], &lease.mac)
		   : lease_field_mac(fields[MAC], &lease.mac)) < 0)
		return;
	if (!query->wants(query->context, &lease.mac) ||
		lease_field_address(fields[ADDRESS], &lease.address) < 0 ||
		(lease.address.family == AF_INET6) != is_v6)
		return;
	lease.expires = expiry_of(expiry);
	query->visit(query->context, &lease);
}

bool lease_dnsmasq_parse(const char *text, size_t len, const struct lease_query *query)
{
	struct lease_lines lines = lease_lines_begin(text, len);
	struct lease_field line, fields[FIELDS];
	bool is_v6 = false;

	while (lease_lines_next(&lines, &line)) {
		unsigned int count = lease_split(line, ' ', fields, FIELDS);

		is_v6 |= lease_field_equals(fields[0], "duid");
		/* A line that is being written lacks its end, which is of no interest in IPv4, and
		 * makes a DUID too short. */
		if (count >= FIELDS && fields[CLIENT_ID].len > 0)
			take_line(fields, is_v6, query);
	}
	return len == 0 || lines.is_cut;
}
