/* SPDX-License-Identifier: MIT */
/*
 * ISC dhcpd's dhcpd.leases and dhcpd6.leases (dhcpd.leases(5), server/db.c):
 *
 *	lease 192.168.1.50 {
 *	  ends 4 2026/08/20 22:00:00;
 *	  binding state active;
 *	  hardware ethernet 52:54:00:12:34:56;
 *	}
 *	ia-na "\001\000\000\000\000\003\000\001RT\000\0224V" {
 *	  iaaddr 2001:db8::50 {
 *	    binding state active;
 *	    ends 4 2026/08/20 22:00:00;
 *	  }
 *	}
 *
 * What changes is appended, so the last entry for an address counts. An ia-na is called by the four
 * octets of its IAID and the client's DUID. Where dhcpd was stopped in the middle of an entry, the
 * next one begins within it.
 */
#include <errno.h>

#include "lease/lease_dhcpd_statement.h"
#include "lease/lease_duid.h"
#include "lease/lease_format.h"

#define IAID_LEN 4

/* A lease or an iaaddr. */
struct entry {
	struct lease lease;
	bool has_mac;
	bool is_active;
	bool is_bad;
};

struct reader {
	struct lease_table *table;
	struct entry entry;
	bool has_entry;    /* it is open */
	struct mac client; /* of the ia-na that is open */
	bool has_ia, has_client;
	int other_depth; /* braces of other kinds that are open, within all that */
};

static bool is_idle(const struct reader *reader)
{
	return !reader->has_entry && !reader->has_ia && reader->other_depth == 0;
}

/* Something begins that stands within nothing: what is open was left half-written. */
static void begin_anew(struct reader *reader)
{
	*reader = (struct reader){.table = reader->table};
}

/* An entry without a state is active: version 2 of dhcpd wrote none. */
static void open_entry(struct reader *reader, struct lease_text address)
{
	reader->entry = (struct entry){
		.lease.mac = reader->client,
		.has_mac = reader->has_client,
		.is_active = true,
	};
	if (lease_text_address(address, &reader->entry.lease.address) == 0)
		reader->has_entry = true;
	else
		reader->other_depth++;
}

/* "\001..." or, with lease-id-format hex, 01:00:...: IAID and DUID. */
static int read_client(struct lease_text id, struct mac *ret_mac)
{
	static const char iaid_in_hex[] = "00:00:00:00:";
	uint8_t octets[IAID_LEN + LEASE_DUID_MAX];
	int len = dhcpd_unquote(id, octets, sizeof(octets));

	if (len >= IAID_LEN)
		return lease_duid_mac(octets + IAID_LEN, (size_t)(len - IAID_LEN), ret_mac);
	if (lease_text_len(id) < sizeof(iaid_in_hex))
		return -EINVAL;
	id.at += sizeof(iaid_in_hex) - 1;
	len = lease_duid_parse(id, octets);
	return len < 0 ? len : lease_duid_mac(octets, (size_t)len, ret_mac);
}

static void open_block(struct reader *reader, const struct dhcpd_statement *statement)
{
	struct lease_text kind = statement->last[0], name = statement->last[1];

	if (lease_text_equals(kind, "lease")) {
		begin_anew(reader);
		open_entry(reader, name);
	} else if (lease_text_equals(kind, "ia-na") || lease_text_equals(kind, "ia-ta")) {
		begin_anew(reader);
		reader->has_ia = true;
		reader->has_client = read_client(name, &reader->client) == 0;
	} else if (lease_text_equals(kind, "iaaddr") && reader->has_ia) {
		open_entry(reader, name);
	} else {
		reader->other_depth++;
	}
}

/* A newer entry that cannot be read, or names no MAC, ends the older ones of its address, too. */
static void close_entry(struct reader *reader)
{
	const struct entry *entry = &reader->entry;

	if (entry->has_mac && entry->is_active && !entry->is_bad)
		lease_table_put(reader->table, &entry->lease);
	else
		lease_table_drop(reader->table, &entry->lease.address);
	reader->has_entry = false;
}

static void close_block(struct reader *reader)
{
	if (reader->other_depth > 0)
		reader->other_depth--;
	else if (reader->has_entry)
		close_entry(reader);
	else
		begin_anew(reader);
}

/* "never", "epoch SECONDS" (db-time-format local), or "WEEKDAY DATE CLOCK". */
static int read_expiry(const struct dhcpd_statement *statement, int64_t *ret_expires)
{
	if (dhcpd_word_is(statement, 1, "never")) {
		*ret_expires = LEASE_INFINITE;
		return 0;
	}
	if (dhcpd_word_is(statement, 1, "epoch") && statement->word_count == 3)
		return lease_text_number(statement->words[2], ret_expires);
	if (statement->word_count != 4)
		return -EINVAL;
	return dhcpd_read_time(statement->words[2], statement->words[3], ret_expires);
}

static void read_statement(struct entry *entry, const struct dhcpd_statement *statement)
{
	if (dhcpd_word_is(statement, 0, "ends"))
		entry->is_bad |= read_expiry(statement, &entry->lease.expires) < 0;
	else if (dhcpd_word_is(statement, 0, "binding"))
		entry->is_active = dhcpd_word_is(statement, 2, "active");
	else if (dhcpd_word_is(statement, 0, "hardware"))
		entry->has_mac = dhcpd_word_is(statement, 1, "ethernet") &&
				 statement->word_count == 3 &&
				 lease_text_mac(statement->words[2], &entry->lease.mac) == 0;
}

static int parse(struct lease_text text, struct lease_table *table)
{
	struct reader reader = {.table = table};
	struct dhcpd_statement statement;

	for (;;) {
		dhcpd_take_statement(&text, &statement);
		if (statement.end == '\0')
			return statement.word_count > 0 || !is_idle(&reader);
		if (statement.end == '{')
			open_block(&reader, &statement);
		else if (statement.end == '}')
			close_block(&reader);
		else if (reader.has_entry && reader.other_depth == 0)
			read_statement(&reader.entry, &statement);
	}
}

static bool has_line(struct lease_text line)
{
	static const char *const words[] = {"lease", "ia-na", "ia-ta", "ia-pd", "server-duid",
		"authoring-byte-order", "failover", "host", "group", "class", "subclass"};
	struct lease_text word;

	if (!lease_text_take_word(&line, &word))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (lease_text_equals(word, words[i]))
			return true;
	return *word.at == '#';
}

const struct lease_format lease_format_dhcpd = {.has_line = has_line, .parse = parse};
