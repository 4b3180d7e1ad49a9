/* SPDX-License-Identifier: MIT */
/*
 * dnsmasq (src/lease.c), one lease in a line:
 *
 *	EXPIRES MAC IPV4 NAME CLIENT-ID
 *	EXPIRES IAID IPV6 NAME CLIENT-DUID
 *
 * with other lines among them ("duid", its own one, before the IPv6 leases; "agent-info" and
 * "vendorclass" of newer versions). The file is rewritten in place and has an address once.
 */
#include <errno.h>
#include <string.h>

#include "lease/lease_duid.h"
#include "lease/lease_format.h"

/*
 * Built with HAVE_BROKEN_RTC, as for routers without a clock, dnsmasq writes how long a lease lasts
 * instead of when it ends. Ten years in seconds: longer than any lease, less than any clock shows.
 */
#define LENGTH_MAX ((int64_t)10 * 365 * 24 * 60 * 60)

enum word { EXPIRES, CLIENT, ADDRESS, NAME, CLIENT_ID, WORD_COUNT };

/* False: there are fewer words than dnsmasq itself requires. */
static bool dnsmasq_split(struct text line, struct text ret_words[static WORD_COUNT])
{
	for (int i = 0; i < WORD_COUNT; i++)
		if (!text_take_word(&line, &ret_words[i]))
			return false;
	return true;
}

static bool dnsmasq_read_line(
	struct text line, const struct lease_table *table, struct lease *ret_lease)
{
	struct text words[WORD_COUNT];
	struct lease lease;

	if (!dnsmasq_split(line, words))
		return false;
	/* The MAC first: most lines are another client's. If it is not Ethernet its hardware type
	 * is before it ("20-"); an IAID is a number of at most ten digits, and not a MAC. */
	if (text_find(words[ADDRESS], ":") != NULL) {
		if (lease_duid_text_mac(words[CLIENT_ID], &lease.mac) < 0)
			return false;
	} else if (text_find(words[CLIENT], "-") != NULL ||
		   mac_from_text(words[CLIENT], &lease.mac) < 0) {
		return false;
	}
	if (!lease_table_wants(table, &lease.mac) ||
		address_from_text(words[ADDRESS], &lease.address) < 0 ||
		lease_number(words[EXPIRES], &lease.expires) < 0)
		return false;
	if (lease.expires == 0)
		lease.expires = LEASE_INFINITE;
	else if (lease.expires < LENGTH_MAX)
		lease.expires = 0;
	*ret_lease = lease;
	return true;
}

static int dnsmasq_parse(struct text text, struct lease_table *table)
{
	struct lease lease;
	struct text line;

	while (lease_take_line(&text, &line))
		if (dnsmasq_read_line(line, table, &lease))
			lease_table_put(table, &lease);
	return text.at < text.end;
}

static bool dnsmasq_has_line(struct text line)
{
	struct text words[WORD_COUNT];
	struct address address;
	int64_t number;

	if (text_begins_with(line, "duid "))
		return true;
	return dnsmasq_split(line, words) && lease_number(words[EXPIRES], &number) == 0 &&
	       address_from_text(words[ADDRESS], &address) == 0;
}

const struct lease_format lease_format_dnsmasq = {
	.has_line = dnsmasq_has_line, .parse = dnsmasq_parse};
