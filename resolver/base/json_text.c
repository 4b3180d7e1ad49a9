/* SPDX-License-Identifier: MIT */
#include "base/json_text.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

/* What is left of a text. */
struct scan {
	const char *at, *end;
};

static int peek(const struct scan *scan)
{
	return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

static bool accept(struct scan *scan, char c)
{
	if (peek(scan) != (unsigned char)c)
		return false;
	scan->at++;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct scan *scan)
{
	while (scan->at < scan->end && is_space(*scan->at))
		scan->at++;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hexadecimal digits, or -EBADMSG. */
static int scan_hex4(struct scan *scan)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_value(peek(scan));

		if (digit < 0)
			return -EBADMSG;
		value = value << 4 | digit;
		scan->at++;
	}
	return value;
}

/* What follows a backslash. */
static int scan_escape(struct scan *scan)
{
	int c = peek(scan);

	if (c < 0 || c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
		return -EBADMSG;
	scan->at++;
	if (c != 'u')
		return 0;
	return scan_hex4(scan) < 0 ? -EBADMSG : 0;
}

/* One character of more than one byte: no over-long form, no surrogate, none past U+10FFFF
 * (RFC 3629, section 4). */
static int scan_utf8(struct scan *scan)
{
	unsigned int lead = (unsigned char)*scan->at++;
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
		int c = peek(scan);

		if (c < (int)low || c > (int)high)
			return -EBADMSG;
		scan->at++;
	}
	return 0;
}

static int scan_string(struct scan *scan)
{
	int r = 0;

	if (!accept(scan, '"'))
		return -EBADMSG;
	while (r == 0) {
		int c = peek(scan);

		if (c < ' ')
			return -EBADMSG;
		if (c >= 0x80) {
			r = scan_utf8(scan);
			continue;
		}
		scan->at++;
		if (c == '"')
			return 0;
		if (c == '\\')
			r = scan_escape(scan);
	}
	return r;
}

static int scan_digits(struct scan *scan)
{
	if (!is_digit(peek(scan)))
		return -EBADMSG;
	while (is_digit(peek(scan)))
		scan->at++;
	return 0;
}

static int scan_number(struct scan *scan)
{
	int r = 0;

	(void)accept(scan, '-');
	if (!accept(scan, '0'))
		r = scan_digits(scan);
	if (r == 0 && accept(scan, '.'))
		r = scan_digits(scan);
	if (r == 0 && (accept(scan, 'e') || accept(scan, 'E'))) {
		if (!accept(scan, '+'))
			(void)accept(scan, '-');
		r = scan_digits(scan);
	}
	return r;
}

static int scan_literal(struct scan *scan, const char *literal)
{
	size_t len = strlen(literal);

	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, literal, len) != 0)
		return -EBADMSG;
	scan->at += len;
	return 0;
}

static int scan_value(struct scan *scan, int depth);

static int scan_member(struct scan *scan, int depth)
{
	int r;

	skip_space(scan);
	r = scan_string(scan);
	if (r < 0)
		return r;
	skip_space(scan);
	return accept(scan, ':') ? scan_value(scan, depth) : -EBADMSG;
}

/* What stands between brackets; the opening one has been read. Recursion ends at JSON_DEPTH_MAX. */
static int scan_container(struct scan *scan, int depth, char closing)
{
	int r = depth > JSON_DEPTH_MAX ? -E2BIG : 0;

	skip_space(scan);
	if (r == 0 && accept(scan, closing))
		return 0;
	while (r == 0) {
		r = closing == '}' ? scan_member(scan, depth) : scan_value(scan, depth);
		skip_space(scan);
		if (r == 0 && accept(scan, closing))
			return 0;
		if (r == 0 && !accept(scan, ','))
			return -EBADMSG;
	}
	return r;
}

static int scan_value(struct scan *scan, int depth)
{
	skip_space(scan);
	switch (peek(scan)) {
	case '{':
		scan->at++;
		return scan_container(scan, depth + 1, '}');
	case '[':
		scan->at++;
		return scan_container(scan, depth + 1, ']');
	case '"':
		return scan_string(scan);
	case 't':
		return scan_literal(scan, "true");
	case 'f':
		return scan_literal(scan, "false");
	case 'n':
		return scan_literal(scan, "null");
	default:
		return scan_number(scan);
	}
}

int json_text_check(const char *text, size_t len)
{
	struct scan scan = {text, text + len};
	int r, first;

	skip_space(&scan);
	first = peek(&scan);
	if (first != '{' && first != '[' && first != '"')
		return -EBADMSG;
	r = scan_value(&scan, 0);
	skip_space(&scan);
	if (r < 0)
		return r;
	return scan.at == scan.end ? 0 : -EBADMSG;
}

/* A \u escape whose backslash and letter were read, with the second half of a surrogate pair. */
static int decode_unicode(struct scan *scan)
{
	int high = scan_hex4(scan), low;

	if (high == 0 || (high >= 0xdc00 && high <= 0xdfff))
		return -EBADMSG;
	if (high < 0xd800 || high > 0xdbff)
		return high;
	if (!accept(scan, '\\') || !accept(scan, 'u'))
		return -EBADMSG;
	low = scan_hex4(scan);
	if (low < 0xdc00 || low > 0xdfff)
		return -EBADMSG;
	return 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
}

/* The character that an escape stands for; the backslash was read. */
static int decode_escape(struct scan *scan)
{
	int c = (unsigned char)*scan->at++;

	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'u':
		return decode_unicode(scan);
	default:
		return c;
	}
}

static size_t encode_utf8(int c, char bytes[static 4])
{
	if (c < 0x80) {
		bytes[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		bytes[0] = (char)(0xc0 | c >> 6);
		bytes[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		bytes[0] = (char)(0xe0 | c >> 12);
		bytes[1] = (char)(0x80 | (c >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	bytes[0] = (char)(0xf0 | c >> 18);
	bytes[1] = (char)(0x80 | (c >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (c >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The bytes of the next character of a string: as they stand, or what the escape means. */
static int decode_next(struct scan *scan, char bytes[static 4])
{
	int c;

	if (!accept(scan, '\\')) {
		bytes[0] = *scan->at++;
		return 1;
	}
	c = decode_escape(scan);
	return c < 0 ? c : (int)encode_utf8(c, bytes);
}

int json_text_decode(const char *text, size_t len, char *ret_text)
{
	struct scan scan = {text, text + len};
	size_t decoded_len = 0;

	while (scan.at < scan.end) {
		char bytes[4];
		int count = decode_next(&scan, bytes);

		if (count < 0)
			return count;
		if (ret_text != NULL)
			memcpy(ret_text + decoded_len, bytes, (size_t)count);
		decoded_len += (size_t)count;
	}
	return (int)decoded_len;
}

bool json_text_equals(const char *text, size_t len, const char *decoded)
{
	struct scan scan = {text, text + len};

	while (scan.at < scan.end) {
		char bytes[4];
		int count = decode_next(&scan, bytes);

		if (count < 0 || strncmp(decoded, bytes, (size_t)count) != 0)
			return false;
		decoded += count;
	}
	return *decoded == '\0';
}
