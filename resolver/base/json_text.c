/* SPDX-License-Identifier: MIT */
#include "base/json_text.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

/* Four hexadecimal digits, or -EBADMSG. */
static int scan_hex4(struct text *rest)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = text_digit(text_peek(rest), 16);

		if (digit < 0)
			return -EBADMSG;
		value = value << 4 | digit;
		rest->at++;
	}
	return value;
}

/* One character of more than one byte: no over-long form, no surrogate, none past U+10FFFF
 * (RFC 3629, section 4). */
static int scan_utf8(struct text *rest)
{
	unsigned int lead = (unsigned char)*rest->at++;
	int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
	unsigned int low = 0x80, high = 0xbf;

	if (lead < 0xc2 || lead > 0xf4)
		return -EBADMSG;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	for (; more > 0; more--, low = 0x80, high = 0xbf) {
		int c = text_peek(rest);

		if (c < (int)low || c > (int)high)
			return -EBADMSG;
		rest->at++;
	}
	return 0;
}

static int scan_string(struct text *rest)
{
	int r = 0;

	if (!text_take_char(rest, '"'))
		return -EBADMSG;
	while (r == 0) {
		int c = text_peek(rest);

		if (c < ' ')
			return -EBADMSG;
		if (c >= 0x80) {
			r = scan_utf8(rest);
			continue;
		}
		rest->at++;
		if (c == '"')
			return 0;
		if (c != '\\')
			continue;
		c = text_peek(rest);
		if (c <= 0 || strchr("\"\\/bfnrtu", c) == NULL)
			return -EBADMSG;
		rest->at++;
		if (c == 'u' && scan_hex4(rest) < 0)
			return -EBADMSG;
	}
	return r;
}

static int scan_digits(struct text *rest)
{
	if (text_digit(text_peek(rest), 10) < 0)
		return -EBADMSG;
	while (text_digit(text_peek(rest), 10) >= 0)
		rest->at++;
	return 0;
}

static int scan_number(struct text *rest)
{
	int r = 0;

	(void)text_take_char(rest, '-');
	if (!text_take_char(rest, '0'))
		r = scan_digits(rest);
	if (r == 0 && text_take_char(rest, '.'))
		r = scan_digits(rest);
	if (r == 0 && (text_take_char(rest, 'e') || text_take_char(rest, 'E'))) {
		if (!text_take_char(rest, '+'))
			(void)text_take_char(rest, '-');
		r = scan_digits(rest);
	}
	return r;
}

static int scan_value(struct text *rest, int depth);

/* What is between brackets; the opening one has been read. Recursion ends at JSON_DEPTH_MAX. */
static int scan_container(struct text *rest, int depth, char closing)
{
	int r = depth > JSON_DEPTH_MAX ? -E2BIG : 0;

	text_take_space(rest);
	if (r == 0 && text_take_char(rest, closing))
		return 0;
	while (r == 0) {
		if (closing == '}') {
			text_take_space(rest);
			r = scan_string(rest);
			text_take_space(rest);
			if (r == 0 && !text_take_char(rest, ':'))
				return -EBADMSG;
		}
		if (r == 0)
			r = scan_value(rest, depth);
		text_take_space(rest);
		if (r == 0 && text_take_char(rest, closing))
			return 0;
		if (r == 0 && !text_take_char(rest, ','))
			return -EBADMSG;
	}
	return r;
}

static int scan_value(struct text *rest, int depth)
{
	text_take_space(rest);
	switch (text_peek(rest)) {
	case '{':
		rest->at++;
		return scan_container(rest, depth + 1, '}');
	case '[':
		rest->at++;
		return scan_container(rest, depth + 1, ']');
	case '"':
		return scan_string(rest);
	case 't':
		return text_take(rest, "true") ? 0 : -EBADMSG;
	case 'f':
		return text_take(rest, "false") ? 0 : -EBADMSG;
	case 'n':
		return text_take(rest, "null") ? 0 : -EBADMSG;
	default:
		return scan_number(rest);
	}
}

int json_text_check(struct text text)
{
	int r, first;

	text_take_space(&text);
	first = text_peek(&text);
	if (first != '{' && first != '[' && first != '"')
		return -EBADMSG;
	r = scan_value(&text, 0);
	text_take_space(&text);
	if (r < 0)
		return r;
	return text.at == text.end ? 0 : -EBADMSG;
}

/* A \u escape whose backslash and letter were read, with the second half of a surrogate pair. */
static int decode_unicode(struct text *rest)
{
	int high = scan_hex4(rest), low;

	if (high == 0 || (high >= 0xdc00 && high <= 0xdfff))
		return -EBADMSG;
	if (high < 0xd800 || high > 0xdbff)
		return high;
	if (!text_take_char(rest, '\\') || !text_take_char(rest, 'u'))
		return -EBADMSG;
	low = scan_hex4(rest);
	if (low < 0xdc00 || low > 0xdfff)
		return -EBADMSG;
	return 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
}

/* The bytes of the next character of a string: as they are, or what the escape means. */
static int decode_next(struct text *rest, char bytes[static 4])
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	const char *letter;
	int c = (unsigned char)*rest->at++, count;

	bytes[0] = (char)c;
	if (c != '\\')
		return 1;
	c = (unsigned char)*rest->at++;
	letter = strchr(letters, c);
	if (letter != NULL)
		c = (unsigned char)meanings[letter - letters];
	else if (c == 'u')
		c = decode_unicode(rest);
	if (c < 0)
		return c;
	if (c < 0x80) {
		bytes[0] = (char)c;
		return 1;
	}
	/* The lead byte shows the length; each byte behind it holds six bits. */
	count = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (int i = count - 1; i > 0; i--, c >>= 6)
		bytes[i] = (char)(0x80 | (c & 0x3f));
	bytes[0] = (char)((0xf00 >> count & 0xff) | c);
	return count;
}

int json_text_decode(struct text string, char *ret_text)
{
	size_t len = 0;

	while (string.at < string.end) {
		char bytes[4];
		int count = decode_next(&string, bytes);

		if (count < 0)
			return count;
		if (ret_text != NULL)
			memcpy(ret_text + len, bytes, (size_t)count);
		len += (size_t)count;
	}
	return (int)len;
}

bool json_text_equals(struct text string, const char *decoded)
{
	while (string.at < string.end) {
		char bytes[4];
		int count = decode_next(&string, bytes);

		if (count < 0 || strncmp(decoded, bytes, (size_t)count) != 0)
			return false;
		decoded += count;
	}
	return *decoded == '\0';
}
