/* SPDX-License-Identifier: MIT */
#include "lease_format.h"

#include <stddef.h>

/*
 * Kea's memfile: comma-separated values, whose header names the columns, since versions add some.
 * Commas within a value are written "&#x2c". A later line for an address stands for an earlier one.
 */

/* Version 2.4 has 12 and 18. */
#define COLUMNS_MAX 32
/* The valid lifetime that means for ever (RFC 2131, 3.3). */
#define LIFETIME_INFINITE INT64_C(4294967295)
/* RFC 8415, 11.1. */
#define DUID_MAX 130
/* Lease::STATE_DEFAULT (src/lib/dhcpsrv/lease.h); the others are declined, reclaimed, released. */
#define STATE_DEFAULT "0"

enum column { ADDRESS, HWADDR, DUID, LIFETIME, EXPIRE, STATE, KINDS };

struct table {
	unsigned int count;        /* of columns */
	unsigned int place[KINDS]; /* of a column, or COLUMNS_MAX */
	struct lease_field fields[COLUMNS_MAX];
};

static void read_header(struct lease_field line, struct table *table)
{
	static const char *const names[KINDS] = {
		"address", "hwaddr", "duid", "valid_lifetime", "expire", "state"};

	table->count = lease_split(line, ',', table->fields, COLUMNS_MAX);
	for (int kind = 0; kind < KINDS; kind++) {
		table->place[kind] = COLUMNS_MAX;
		for (unsigned int i = 0; i < table->count && i < COLUMNS_MAX; i++)
			if (lease_field_equals(table->fields[i], names[kind]))
				table->place[kind] = i;
	}
}

/* Empty where the table has no such column. */
static struct lease_field get(const struct table *table, enum column kind)
{
	if (table->place[kind] == COLUMNS_MAX)
		return (struct lease_field){"", 0};
	return table->fields[table->place[kind]];
}

static int mac_of_line(const struct table *table, struct mac *ret_mac)
{
	uint8_t duid[DUID_MAX];
	int len;

	if (lease_field_mac(get(table, HWADDR), ret_mac) == 0)
		return 0;
	len = lease_field_octets(get(table, DUID), duid, sizeof(duid));
	return len < 0 ? len : lease_duid_mac(duid, (size_t)len, ret_mac);
}

static int64_t expiry_of_line(const struct table *table)
{
	int64_t number;

	if (lease_field_number(get(table, LIFETIME), &number) == 0 && number == LIFETIME_INFINITE)
		return LEASE_INFINITE;
	return lease_field_number(get(table, EXPIRE), &number) == 0 ? number : 0;
}

static void take_line(
	const struct table *table, struct lease_kept *kept, const struct lease_query *query)
{
	struct lease lease;
	bool is_wanted =
		mac_of_line(table, &lease.mac) == 0 && query->wants(query->context, &lease.mac);

	/* Another client's line matters only where it takes an address over. */
	if (!is_wanted && kept->count == 0)
		return;
	if (lease_field_address(get(table, ADDRESS), &lease.address) < 0)
		return;
	lease_forget(kept, &lease.address);
	if (!is_wanted || !lease_field_equals(get(table, STATE), STATE_DEFAULT))
		return;
	lease.expires = expiry_of_line(table);
	lease_keep(kept, &lease);
}

bool lease_kea_parse(const char *text, size_t len, const struct lease_query *query)
{
	struct lease_lines lines = lease_lines_begin(text, len);
	struct lease_kept kept = {.count = 0};
	struct lease_field line;
	struct table table;

	if (!lease_lines_next(&lines, &line))
		return true;
	read_header(line, &table);
	while (lease_lines_next(&lines, &line))
		/* One that is being written has fewer columns. */
		if (lease_split(line, ',', table.fields, COLUMNS_MAX) == table.count)
			take_line(&table, &kept, query);
	lease_visit_kept(&kept, query);
	return lines.is_cut;
}
