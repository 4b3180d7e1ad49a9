/* SPDX-License-Identifier: MIT */
/*
 * Kea's memfile (src/lib/dhcpsrv/csv_lease_file4.cc and 6): a header that names the columns, which
 * grow by version, then one lease in a line. Changes are appended, so the last line for an address
 * counts. There are no quotes; a comma within a field is written as "&#x2c".
 */
#include <errno.h>
#include <string.h>

#include "lease/lease_duid.h"
#include "lease/lease_format.h"

/* Version 2.6 has 12 columns for IPv4 and 18 for IPv6. */
#define FIELDS_MAX 32

/* lease.h and lease.cc of Kea. */
#define STATE_ASSIGNED          0
#define TYPE_PREFIX             2 /* a delegated prefix is no address */
#define VALID_LIFETIME_INFINITE UINT32_MAX
#define HARDWARE_ETHERNET       1

enum column {
	ADDRESS,
	HWADDR,
	DUID,
	VALID_LIFETIME,
	EXPIRE,
	LEASE_TYPE,
	STATE,
	HWTYPE,
	COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
	[ADDRESS] = "address",
	[HWADDR] = "hwaddr",
	[DUID] = "duid",
	[VALID_LIFETIME] = "valid_lifetime",
	[EXPIRE] = "expire",
	[LEASE_TYPE] = "lease_type",
	[STATE] = "state",
	[HWTYPE] = "hwtype",
};

/* Where each column is in a line; -1: not in this file. */
struct header {
	int position[COLUMN_COUNT];
};

/* A line's fields; one that its file has no column for is empty. */
struct row {
	struct lease_text field[COLUMN_COUNT];
};

static void read_header(struct lease_text line, struct header *ret_header)
{
	struct lease_text field;

	for (int column = 0; column < COLUMN_COUNT; column++)
		ret_header->position[column] = -1;
	for (int i = 0; i < FIELDS_MAX && lease_text_take_field(&line, ',', &field); i++)
		for (int column = 0; column < COLUMN_COUNT; column++)
			if (lease_text_equals(field, column_names[column]))
				ret_header->position[column] = i;
}

/* -EINVAL: the line ends before its last column, or is much too long. */
static int read_row(struct lease_text line, const struct header *header, struct row *ret_row)
{
	struct lease_text fields[FIELDS_MAX];
	int count = 0;

	while (lease_text_take_field(&line, ',', &fields[count]))
		if (++count == FIELDS_MAX)
			return -EINVAL;
	fields[count++] = line; /* empty, behind a comma at the end */
	for (int column = 0; column < COLUMN_COUNT; column++) {
		int position = header->position[column];

		if (position >= count)
			return -EINVAL;
		ret_row->field[column] =
			position < 0 ? (struct lease_text){line.end, line.end} : fields[position];
	}
	return 0;
}

/* A number that may be missing, where an older version of Kea had no such column. */
static int read_number(struct lease_text text, int64_t if_missing, int64_t *ret_number)
{
	if (text.at == text.end) {
		*ret_number = if_missing;
		return 0;
	}
	return lease_text_number(text, ret_number);
}

static int read_mac(const struct row *row, struct mac *ret_mac)
{
	uint8_t duid[LEASE_DUID_MAX];
	int64_t hardware_type;
	int len;

	if (read_number(row->field[HWTYPE], HARDWARE_ETHERNET, &hardware_type) == 0 &&
		hardware_type == HARDWARE_ETHERNET &&
		lease_text_mac(row->field[HWADDR], ret_mac) == 0)
		return 0;
	len = lease_duid_parse(row->field[DUID], duid);
	return len < 0 ? len : lease_duid_mac(duid, (size_t)len, ret_mac);
}

/* When a lease ends, and whether it is one still. A lifetime of 0 deletes it: see loadLease4() in
 * memfile_lease_mgr.cc. */
struct term {
	int64_t expires;
	bool is_assigned;
};

static int read_term(const struct row *row, struct term *ret_term)
{
	int64_t lifetime, expires, state;

	if (read_number(row->field[VALID_LIFETIME], 1, &lifetime) < 0 ||
		read_number(row->field[EXPIRE], 0, &expires) < 0 ||
		read_number(row->field[STATE], STATE_ASSIGNED, &state) < 0)
		return -EINVAL;
	ret_term->expires = lifetime == VALID_LIFETIME_INFINITE ? LEASE_INFINITE : expires;
	ret_term->is_assigned = state == STATE_ASSIGNED && lifetime != 0;
	return 0;
}

static void parse_row(const struct row *row, struct lease_table *table)
{
	struct lease lease;
	struct term term;
	int64_t type;
	bool is_wanted = read_mac(row, &lease.mac) == 0 && lease_table_wants(table, &lease.mac);

	if (!is_wanted && lease_table_is_empty(table))
		return;
	if (lease_text_address(row->field[ADDRESS], &lease.address) < 0 ||
		read_term(row, &term) < 0 || read_number(row->field[LEASE_TYPE], 0, &type) < 0 ||
		type == TYPE_PREFIX)
		return;
	lease.expires = term.expires;
	if (is_wanted && term.is_assigned)
		lease_table_put(table, &lease);
	else
		lease_table_drop(table, &lease.address);
}

static bool has_line(struct lease_text line)
{
	return lease_text_begins_with(line, "address,");
}

/* A header may come again, where a person put files together. */
static int parse(struct lease_text text, struct lease_table *table)
{
	struct lease_text line;
	struct header header;
	struct row row;
	bool has_header = false;

	while (lease_text_take_line(&text, &line)) {
		if (has_line(line)) {
			read_header(line, &header);
			has_header = true;
		} else if (has_header && read_row(line, &header, &row) == 0) {
			parse_row(&row, table);
		}
	}
	return text.at < text.end;
}

const struct lease_format lease_format_kea = {.has_line = has_line, .parse = parse};
