/* SPDX-License-Identifier: MIT */
#include "lease/lease_text.h"

#include <errno.h>
#include <string.h>

size_t lease_text_len(struct lease_text text)
{
	return (size_t)(text.end - text.at);
}

bool lease_text_begins_with(struct lease_text text, const char *string)
{
	size_t len = strlen(string);

	return lease_text_len(text) >= len && memcmp(text.at, string, len) == 0;
}

bool lease_text_equals(struct lease_text text, const char *string)
{
	return lease_text_len(text) == strlen(string) && lease_text_begins_with(text, string);
}

bool lease_text_take_field(struct lease_text *rest, char separator, struct lease_text *ret_field)
{
	const char *found;

	if (rest->at == rest->end)
		return false;
	found = memchr(rest->at, separator, lease_text_len(*rest));
	*ret_field = (struct lease_text){rest->at, found != NULL ? found : rest->end};
	rest->at = found != NULL ? found + 1 : rest->end;
	return true;
}

bool lease_text_take_line(struct lease_text *rest, struct lease_text *ret_line)
{
	struct lease_text after = *rest, line;

	if (!lease_text_take_field(&after, '\n', &line) || after.at == line.end)
		return false;
	if (line.at < line.end && line.end[-1] == '\r')
		line.end--;
	*rest = after;
	*ret_line = line;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool lease_text_take_word(struct lease_text *rest, struct lease_text *ret_word)
{
	const char *from = rest->at, *to;

	while (from < rest->end && is_blank(*from))
		from++;
	for (to = from; to < rest->end && !is_blank(*to);)
		to++;
	rest->at = to;
	*ret_word = (struct lease_text){from, to};
	return from < to;
}

int lease_text_number(struct lease_text text, int64_t *ret_number)
{
	int64_t number = 0;

	if (text.at == text.end)
		return -EINVAL;
	for (; text.at < text.end; text.at++) {
		int digit = *text.at - '0';

		if (digit < 0 || digit > 9)
			return -EINVAL;
		number = number > (INT64_MAX - digit) / 10 ? INT64_MAX : number * 10 + digit;
	}
	*ret_number = number;
	return 0;
}

/* For functions that take a terminated text. A NUL within would let them see the beginning only. */
static int terminate(struct lease_text text, char *copy, size_t size)
{
	size_t len = lease_text_len(text);

	if (len >= size || memchr(text.at, '\0', len) != NULL)
		return -EINVAL;
	memcpy(copy, text.at, len);
	copy[len] = '\0';
	return 0;
}

int lease_text_address(struct lease_text text, struct address *ret_address)
{
	char copy[ADDRESS_TEXT_MAX];
	int r = terminate(text, copy, sizeof(copy));

	return r < 0 ? r : address_parse(copy, ret_address);
}

int lease_text_mac(struct lease_text text, struct mac *ret_mac)
{
	char copy[MAC_TEXT_MAX];
	int r = terminate(text, copy, sizeof(copy));

	return r < 0 ? r : mac_parse(copy, ret_mac);
}
