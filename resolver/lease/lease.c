/* SPDX-License-Identifier: MIT */
#include "lease/lease.h"

#include <errno.h>
#include <stdlib.h>

#include "lease/lease_file.h"
#include "lease/lease_format.h"

/* Comments and bad lines may come before the first that shows the format. */
#define HEAD_LINES_MAX 64

static const struct lease_format *const formats[] = {
	&lease_format_dnsmasq,
	&lease_format_libvirt,
	&lease_format_networkd,
	&lease_format_kea,
	&lease_format_dhcpd,
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

int lease_parse(const char *file_name, const char *text, size_t len, struct lease_wanted wanted,
	struct lease_table **ret_table, bool *ret_is_cut)
{
	struct text whole = {text, text + len}, rest = whole, trimmed = text_trim(whole), line;
	const struct lease_format *format = NULL;
	struct lease_table *table;
	int r;

	if (trimmed.at == trimmed.end) {
		*ret_table = NULL;
		*ret_is_cut = true;
		return 0;
	}
	if (file_name != NULL && text_ends_with(text_of(file_name), ".status"))
		format = &lease_format_libvirt;
	for (int i = 0; format == NULL && i < HEAD_LINES_MAX; i++) {
		if (!text_take_field(&rest, '\n', &line))
			break;
		for (size_t j = 0; j < FORMAT_COUNT && format == NULL; j++)
			if (formats[j]->opening != NULL
					? text_begins_with(text_trim(line), formats[j]->opening)
					: formats[j]->has_line(line))
				format = formats[j];
	}
	if (format == NULL)
		return -EINVAL;
	table = lease_table_new(wanted);
	if (table == NULL)
		return -ENOMEM;
	/* What is behind LEASE_LINES_MAX is cut off. */
	rest = whole;
	for (int i = 0; len > LEASE_LINES_MAX && i < LEASE_LINES_MAX; i++)
		if (!text_take_field(&rest, '\n', &line))
			break;
	if (rest.at > whole.at)
		whole.end = rest.at;
	r = format->parse(whole, table);
	if (r < 0) {
		lease_table_free(table);
		return r;
	}
	*ret_table = table;
	*ret_is_cut = r > 0;
	return lease_table_count(table);
}

int lease_read(
	int fd, const char *file_name, struct lease_wanted wanted, struct lease_table **ret_table)
{
	bool is_again = false;

	for (;;) {
		struct lease_table *table = NULL;
		struct lease_file file;
		bool is_cut = true;
		int r = lease_file_read(fd, &file);

		if (r < 0)
			return r;
		/* A text of no known format may be the beginning of one. */
		r = lease_parse(file_name, file.text, file.len, wanted, &table, &is_cut);
		is_again = !is_again && lease_file_wait_for_writer(&file, is_cut);
		free(file.text);
		if (!is_again && r >= 0)
			*ret_table = table;
		if (!is_again)
			return r;
		lease_table_free(table);
	}
}

bool lease_take_line(struct text *rest, struct text *ret_line)
{
	struct text after = *rest, line;

	if (!text_take_line(&after, &line) || after.at[-1] != '\n')
		return false;
	*rest = after;
	*ret_line = line;
	return true;
}

int lease_number(struct text text, int64_t *ret_number)
{
	uint64_t number = INT64_MAX;

	if (text_number(text, 10, INT64_MAX, &number) == -EINVAL)
		return -EINVAL;
	*ret_number = (int64_t)number;
	return 0;
}
