/* SPDX-License-Identifier: MIT */
/*
 * Kea's memfile (src/lib/dhcpsrv/csv_lease_file4.cc and 6): a header that names the columns, which
 * grow by version, then one lease in a line. Changes are appended, so the last line for an address
 * is valid. There are no quotes; a comma within a field is written as "&#x2c".
 */
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
	struct text field[COLUMN_COUNT];
};

static struct header kea_read_header(struct text line)
{
	struct header header;
	struct text field;

	for (int column = 0; column < COLUMN_COUNT; column++)
		header.position[column] = -1;
	for (int i = 0; i < FIELDS_MAX && text_take_field(&line, ',', &field); i++)
		for (int column = 0; column < COLUMN_COUNT; column++)
			if (text_equals(field, column_names[column]))
				header.position[column] = i;
	return header;
}

/* False: the line ends before its last column, or is much too long. */
static bool kea_read_row(struct text line, const struct header *header, struct row *ret_row)
{
	struct text fields[FIELDS_MAX];
	int count = 0;

	while (text_take_field(&line, ',', &fields[count]))
		if (++count == FIELDS_MAX)
			return false;
	fields[count++] = line; /* empty, behind a comma at the end */
	for (int column = 0; column < COLUMN_COUNT; column++) {
		int position = header->position[column];

		if (position >= count)
			return false;
		ret_row->field[column] = position < 0 ? line : fields[position];
	}
	return true;
}

/* A number that may be missing: older versions of Kea had no such column. */
static int kea_number(struct text text, int64_t if_missing, int64_t *ret_number)
{
	if (text.at == text.end) {
		*ret_number = if_missing;
		return 0;
	}
	return lease_number(text, ret_number);
}

static void kea_take_row(const struct row *row, struct lease_table *table)
{
	int64_t hardware_type, lifetime, state, type;
	struct lease lease;
	bool is_wanted, is_assigned, has_mac;

	has_mac = kea_number(row->field[HWTYPE], HARDWARE_ETHERNET, &hardware_type) == 0 &&
		  hardware_type == HARDWARE_ETHERNET &&
		  mac_from_text(row->field[HWADDR], &lease.mac) == 0;
	if (!has_mac)
		has_mac = lease_duid_text_mac(row->field[DUID], &lease.mac) == 0;
	is_wanted = has_mac && lease_table_wants(table, &lease.mac);
	if (!is_wanted && lease_table_is_empty(table))
		return;
	if (address_from_text(row->field[ADDRESS], &lease.address) < 0 ||
		kea_number(row->field[VALID_LIFETIME], 1, &lifetime) < 0 ||
		kea_number(row->field[EXPIRE], 0, &lease.expires) < 0 ||
		kea_number(row->field[STATE], STATE_ASSIGNED, &state) < 0 ||
		kea_number(row->field[LEASE_TYPE], 0, &type) < 0 || type == TYPE_PREFIX)
		return;
	if (lifetime == VALID_LIFETIME_INFINITE)
		lease.expires = LEASE_INFINITE;
	/* A lifetime of 0 deletes it: see loadLease4() in memfile_lease_mgr.cc. */
	is_assigned = state == STATE_ASSIGNED && lifetime != 0;
	if (is_wanted && is_assigned)
		lease_table_put(table, &lease);
	else
		lease_table_drop(table, &lease.address);
}

static bool kea_has_line(struct text line)
{
	return text_begins_with(line, "address,");
}

/* A header may come again, if a person put files together. */
static int kea_parse(struct text text, struct lease_table *table)
{
	bool has_header = false;
	struct header header;
	struct text line;
	struct row row;

	while (lease_take_line(&text, &line)) {
		if (kea_has_line(line)) {
			header = kea_read_header(line);
			has_header = true;
		} else if (has_header && kea_read_row(line, &header, &row)) {
			kea_take_row(&row, table);
		}
	}
	return text.at < text.end;
}

const struct lease_format lease_format_kea = {.has_line = kea_has_line, .parse = kea_parse};
