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

/* As many words as dnsmasq itself asks for. */
static int split(struct lease_text line, struct lease_text ret_words[static WORD_COUNT])
{
	for (int i = 0; i < WORD_COUNT; i++)
		if (!lease_text_take_word(&line, &ret_words[i]))
			return -EINVAL;
	return 0;
}

static int read_expiry(struct lease_text text, int64_t *ret_expires)
{
	int r = lease_text_number(text, ret_expires);

	if (r < 0)
		return r;
	if (*ret_expires == 0)
		*ret_expires = LEASE_INFINITE;
	else if (*ret_expires < LENGTH_MAX)
		*ret_expires = 0;
	return 0;
}

/* "52:54:00:12:34:56"; the hardware type stands before the MAC if it is not Ethernet ("20-"). An
 * IAID is a number of at most ten digits, and no MAC. */
static int read_client_mac(const struct lease_text words[static WORD_COUNT], struct mac *ret_mac)
{
	uint8_t duid[LEASE_DUID_MAX];
	int len;

	if (memchr(words[ADDRESS].at, ':', lease_text_len(words[ADDRESS])) == NULL)
		return memchr(words[CLIENT].at, '-', lease_text_len(words[CLIENT])) == NULL
			       ? lease_text_mac(words[CLIENT], ret_mac)
			       : -EINVAL;
	len = lease_duid_parse(words[CLIENT_ID], duid);
	return len < 0 ? len : lease_duid_mac(duid, (size_t)len, ret_mac);
}

/* The MAC first: most lines are another client's. */
static void parse_line(struct lease_text line, struct lease_table *table)
{
	struct lease_text words[WORD_COUNT];
	struct lease lease;

	if (split(line, words) == 0 && read_client_mac(words, &lease.mac) == 0 &&
		lease_table_wants(table, &lease.mac) &&
		lease_text_address(words[ADDRESS], &lease.address) == 0 &&
		read_expiry(words[EXPIRES], &lease.expires) == 0)
		lease_table_put(table, &lease);
}

static int parse(struct lease_text text, struct lease_table *table)
{
	struct lease_text line;

	while (lease_text_take_line(&text, &line))
		parse_line(line, table);
	return text.at < text.end;
}

static bool has_line(struct lease_text line)
{
	struct lease_text words[WORD_COUNT];
	struct address address;
	int64_t number;

	if (lease_text_begins_with(line, "duid "))
		return true;
	return split(line, words) == 0 && lease_text_number(words[EXPIRES], &number) == 0 &&
	       lease_text_address(words[ADDRESS], &address) == 0;
}

const struct lease_format lease_format_dnsmasq = {.has_line = has_line, .parse = parse};
