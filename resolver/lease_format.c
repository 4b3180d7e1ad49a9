/* SPDX-License-Identifier: MIT */
#include "lease_format.h"

#include <errno.h>
#include <string.h>

struct lease_lines lease_lines_begin(const char *text, size_t len)
{
	return (struct lease_lines){.at = text, .end = text + len, .left = LEASE_LINES_MAX};
}

bool lease_lines_next(struct lease_lines *lines, struct lease_field *ret_line)
{
	const char *begin = lines->at, *newline;

	if (begin >= lines->end || lines->left == 0)
		return false;
	lines->left--;
	newline = memchr(begin, '\n', (size_t)(lines->end - begin));
	lines->is_cut = newline == NULL;
	lines->at = newline == NULL ? lines->end : newline + 1;
	if (newline == NULL)
		newline = lines->end;
	if (newline > begin && newline[-1] == '\r')
		newline--;
	*ret_line = (struct lease_field){begin, (size_t)(newline - begin)};
	return true;
}

unsigned int lease_split(
	struct lease_field line, char separator, struct lease_field *ret_fields, unsigned int max)
{
	const char *at = line.text, *end = line.text + line.len;

	for (unsigned int count = 0;; count++) {
		const char *cut = memchr(at, separator, (size_t)(end - at));

		if (cut == NULL)
			cut = end;
		if (count < max)
			ret_fields[count] = (struct lease_field){at, (size_t)(cut - at)};
		if (cut == end)
			return count + 1;
		at = cut + 1;
	}
}

bool lease_field_equals(struct lease_field field, const char *text)
{
	return field.len == strlen(text) && memcmp(field.text, text, field.len) == 0;
}

int lease_field_number(struct lease_field field, int64_t *ret_number)
{
	int64_t number = 0;

	if (field.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < field.len; i++) {
		if (field.text[i] < '0' || field.text[i] > '9' || number > INT64_MAX / 10 - 1)
			return -EINVAL;
		number = number * 10 + (field.text[i] - '0');
	}
	*ret_number = number;
	return 0;
}

/* As a text with its NUL, which others read. */
static int copy(struct lease_field field, char *ret_text, size_t size)
{
	if (field.len >= size || memchr(field.text, '\0', field.len) != NULL)
		return -EINVAL;
	memcpy(ret_text, field.text, field.len);
	ret_text[field.len] = '\0';
	return 0;
}

int lease_field_address(struct lease_field field, struct address *ret_address)
{
	char text[INET6_ADDRSTRLEN];

	return copy(field, text, sizeof(text)) < 0 ? -EINVAL : address_parse(text, ret_address);
}

int lease_field_mac(struct lease_field field, struct mac *ret_mac)
{
	char text[MAC_TEXT_MAX];

	return copy(field, text, sizeof(text)) < 0 ? -EINVAL : mac_parse(text, ret_mac);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int lease_field_octets(struct lease_field field, uint8_t *ret_octets, size_t size)
{
	size_t count = (field.len + 1) / 3;

	if (field.len % 3 != 2 || count > size)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		const char *octet = field.text + 3 * i;
		int high = hex_digit(octet[0]), low = hex_digit(octet[1]);

		if (high < 0 || low < 0 || (i + 1 < count && octet[2] != ':'))
			return -EINVAL;
		ret_octets[i] = (uint8_t)(high << 4 | low);
	}
	return (int)count;
}

int lease_duid_mac(const uint8_t *duid, size_t len, struct mac *ret_mac)
{
	/* Type and hardware type; the first has a time between them and the address (RFC 8415, 11).
	 */
	static const uint8_t with_time[] = {0, 1, 0, 1}, without[] = {0, 3, 0, 1};
	size_t skip;

	if (len == 14 && memcmp(duid, with_time, sizeof(with_time)) == 0)
		skip = 8;
	else if (len == 10 && memcmp(duid, without, sizeof(without)) == 0)
		skip = 4;
	else
		return -ENOENT;
	memcpy(ret_mac->byte, duid + skip, sizeof(ret_mac->byte));
	return 0;
}

void lease_keep(struct lease_kept *kept, const struct lease *lease)
{
	if (kept->count < LEASES_KEPT_MAX)
		kept->list[kept->count++] = *lease;
}

void lease_forget(struct lease_kept *kept, const struct address *address)
{
	for (size_t i = 0; i < kept->count; i++)
		if (address_equals(&kept->list[i].address, address)) {
			memmove(&kept->list[i], &kept->list[i + 1],
				(kept->count - i - 1) * sizeof(kept->list[0]));
			kept->count--;
			return;
		}
}

void lease_visit_kept(const struct lease_kept *kept, const struct lease_query *query)
{
	for (size_t i = 0; i < kept->count; i++)
		query->visit(query->context, &kept->list[i]);
}
