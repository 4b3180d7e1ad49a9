/* SPDX-License-Identifier: MIT */
#include "lease/lease.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lease/lease_file.h"
#include "lease/lease_format.h"

/* Comments and bad lines may stand before the first that tells the format. */
#define HEAD_LINES_MAX 64
static const struct lease_format *const formats[] = {
	&lease_format_dnsmasq,
	&lease_format_libvirt,
	&lease_format_networkd,
	&lease_format_kea,
	&lease_format_dhcpd,
};

static const struct lease_format *format_of_line(struct lease_text line)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->has_line(line))
			return formats[i];
	return NULL;
}

static const struct lease_format *format_of_name(const char *file_name)
{
	static const char suffix[] = ".status";
	size_t len = file_name != NULL ? strlen(file_name) : 0;

	if (len < sizeof(suffix) - 1 || strcmp(file_name + len - (sizeof(suffix) - 1), suffix) != 0)
		return NULL;
	return &lease_format_libvirt;
}

/* NULL: none that is known. */
static const struct lease_format *find_format(const char *file_name, struct lease_text text)
{
	const struct lease_format *format = format_of_name(file_name);
	struct lease_text line;

	for (int i = 0; format == NULL && i < HEAD_LINES_MAX; i++) {
		if (!lease_text_take_field(&text, '\n', &line))
			break;
		format = format_of_line(line);
	}
	return format;
}

static struct lease_text cut_at_lines_max(struct lease_text text)
{
	struct lease_text rest = text, line;

	for (int i = 0; i < LEASE_LINES_MAX; i++)
		if (!lease_text_take_field(&rest, '\n', &line))
			return text;
	return (struct lease_text){text.at, rest.at};
}

static bool is_blank(struct lease_text text)
{
	while (text.at < text.end && (*text.at == ' ' || *text.at == '\n' || *text.at == '\r'))
		text.at++;
	return text.at == text.end;
}

int lease_parse(const char *file_name, const char *text, size_t len,
	const struct lease_visitor *visitor, bool *ret_is_cut)
{
	struct lease_text whole = {text, text + len};
	const struct lease_format *format;
	struct lease_table *table;
	int r;

	if (is_blank(whole)) {
		*ret_is_cut = true;
		return 0;
	}
	format = find_format(file_name, whole);
	if (format == NULL)
		return -EINVAL;
	table = lease_table_new(visitor);
	if (table == NULL)
		return -ENOMEM;
	r = format->parse(cut_at_lines_max(whole), table);
	if (r >= 0) {
		*ret_is_cut = r > 0;
		r = lease_table_visit(table);
	}
	lease_table_free(table);
	return r;
}

static bool wants_none(void *context, const struct mac *mac)
{
	(void)context;
	(void)mac;
	return false;
}

/* A text of no known format may be the beginning of one. */
static bool is_cut(const void *context, const char *text, size_t len)
{
	static const struct lease_visitor nobody = {.wants = wants_none};
	bool is_cut;
	int r = lease_parse(context, text, len, &nobody, &is_cut);

	return r < 0 || is_cut;
}

int lease_read(int fd, const char *file_name, const struct lease_visitor *visitor)
{
	const struct lease_file_format format = {.is_cut = is_cut, .context = file_name};
	char *text;
	size_t len;
	bool is_still_cut;
	int r = lease_file_read(fd, &format, &text, &len);

	if (r < 0)
		return r;
	r = lease_parse(file_name, text, len, visitor, &is_still_cut);
	free(text);
	return r;
}
