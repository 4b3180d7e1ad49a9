/* SPDX-License-Identifier: MIT */
#define JSMN_STATIC
#define JSMN_STRICT
/* Without them closing a bracket is a linear search: quadratic on hostile input. */
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Two passes. The first holds the text against the grammar of RFC 8259 and bounds its depth; jsmn
 * would let {"a"}, {,}, [1,,3] and 01 pass, and its work grows with the square of the depth.
 * The second lets jsmn find the tokens, of which the first has shown that they are well formed.
 */

struct json {
	const char *text;
	int count;
	jsmntok_t tokens[];
};

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

/* One root value that spans the whole text, and no primitive. */
static int check_grammar(const char *text, size_t len)
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

/* A token is followed by another character at least, or is the last: [1,1] has three. */
static size_t tokens_at_most(size_t len)
{
	return len / 2 < JSON_TOKENS_MAX ? len / 2 + 1 : JSON_TOKENS_MAX;
}

static int tokenise(struct json *json, const char *text, size_t len)
{
	jsmn_parser parser;

	jsmn_init(&parser);
	json->text = text;
	json->count =
		jsmn_parse(&parser, text, len, json->tokens, (unsigned int)tokens_at_most(len));
	if (json->count == JSMN_ERROR_NOMEM)
		return -E2BIG;
	return json->count > 0 ? 0 : -EBADMSG;
}

static bool is_node(const struct json *json, int node)
{
	return node >= 0 && node < json->count;
}

static size_t token_len(const jsmntok_t *token)
{
	return (size_t)(token->end - token->start);
}

static bool token_is(const struct json *json, int node, const char *text, size_t len)
{
	const jsmntok_t *token = &json->tokens[node];

	return token_len(token) == len && memcmp(json->text + token->start, text, len) == 0;
}

/* The node behind `node` and all that is in it. Walking a container this way passes each token
 * once. */
static int behind(const struct json *json, int node)
{
	int end = json->tokens[node].end;

	do
		node++;
	while (node < json->count && json->tokens[node].start < end);
	return node;
}

/* No key comes twice: of two readers one would take the first, another the second. */
static int check_members(const struct json *json, int object)
{
	int members[JSON_MEMBERS_MAX];
	int count = json->tokens[object].size;

	if (count > JSON_MEMBERS_MAX)
		return -E2BIG;
	for (int i = 0, key = object + 1; i < count; i++, key = behind(json, key + 1)) {
		const jsmntok_t *token = &json->tokens[key];

		for (int j = 0; j < i; j++)
			if (token_is(json, members[j], json->text + token->start, token_len(token)))
				return -EBADMSG;
		members[i] = key;
	}
	return 0;
}

static int check_objects(const struct json *json)
{
	int r = 0;

	for (int i = 0; r == 0 && i < json->count; i++)
		if (json->tokens[i].type == JSMN_OBJECT)
			r = check_members(json, i);
	return r;
}

int json_parse(const char *text, size_t len, struct json **ret_json)
{
	struct json *json;
	int r = check_grammar(text, len);

	if (r < 0)
		return r;
	json = malloc(sizeof(*json) + tokens_at_most(len) * sizeof(json->tokens[0]));
	if (json == NULL)
		return -ENOMEM;
	r = tokenise(json, text, len);
	if (r == 0)
		r = check_objects(json);
	if (r < 0) {
		json_free(json);
		return r;
	}
	*ret_json = json;
	return 0;
}

void json_free(struct json *json)
{
	free(json);
}

static enum json_kind kind_of_primitive(char first)
{
	switch (first) {
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

int json_kind(const struct json *json, int node)
{
	if (!is_node(json, node))
		return -EINVAL;
	switch (json->tokens[node].type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	default:
		return (int)kind_of_primitive(json->text[json->tokens[node].start]);
	}
}

bool json_is(const struct json *json, int node, enum json_kind kind)
{
	return json_kind(json, node) == (int)kind;
}

int json_member(const struct json *json, int object, const char *key)
{
	int node = object + 1;

	if (!json_is(json, object, JSON_OBJECT))
		return -ENOENT;
	for (int i = 0; i < json->tokens[object].size; i++, node = behind(json, node + 1))
		if (token_is(json, node, key, strlen(key)))
			return node + 1;
	return -ENOENT;
}

/* From the first token of an element to its value: behind the key in an object. */
static int value_at(const struct json *json, int container, int node)
{
	if (!is_node(json, node) || json->tokens[node].start >= json->tokens[container].end)
		return -ENOENT;
	return json->tokens[container].type == JSMN_OBJECT ? node + 1 : node;
}

static bool is_container(const struct json *json, int node)
{
	return json_is(json, node, JSON_OBJECT) || json_is(json, node, JSON_ARRAY);
}

int json_first(const struct json *json, int container)
{
	return is_container(json, container) ? value_at(json, container, container + 1) : -ENOENT;
}

int json_next(const struct json *json, int container, int prior)
{
	if (!is_container(json, container) || !is_node(json, prior))
		return -ENOENT;
	return value_at(json, container, behind(json, prior));
}

int json_count(const struct json *json, int container)
{
	return is_container(json, container) ? json->tokens[container].size : -EINVAL;
}

int json_key(const struct json *json, int value, char *ret_text, size_t size)
{
	if (!is_node(json, value) || !is_node(json, json->tokens[value].parent) ||
		json->tokens[json->tokens[value].parent].type != JSMN_STRING)
		return -EINVAL;
	return json_string(json, json->tokens[value].parent, ret_text, size);
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

/* A string's length in UTF-8, or an error; ret_text is NULL to measure only. */
static int decode_string(struct scan scan, char *ret_text)
{
	size_t len = 0;

	while (scan.at < scan.end) {
		char bytes[4];
		int count = decode_next(&scan, bytes);

		if (count < 0)
			return count;
		if (ret_text != NULL)
			memcpy(ret_text + len, bytes, (size_t)count);
		len += (size_t)count;
	}
	return (int)len;
}

/* The text of a string, between its quotes. */
static struct scan scan_of(const struct json *json, int node)
{
	const jsmntok_t *token = &json->tokens[node];

	return (struct scan){json->text + token->start, json->text + token->end};
}

int json_string(const struct json *json, int node, char *ret_text, size_t size)
{
	int len;

	if (!json_is(json, node, JSON_STRING))
		return -EINVAL;
	len = decode_string(scan_of(json, node), NULL);
	if (len < 0)
		return len;
	if ((size_t)len >= size)
		return -ENOSPC;
	decode_string(scan_of(json, node), ret_text);
	ret_text[len] = '\0';
	return len;
}

bool json_string_equals(const struct json *json, int node, const char *text)
{
	struct scan scan;

	if (!json_is(json, node, JSON_STRING))
		return false;
	scan = scan_of(json, node);
	while (scan.at < scan.end) {
		char bytes[4];
		int count = decode_next(&scan, bytes);

		if (count < 0 || strncmp(text, bytes, (size_t)count) != 0)
			return false;
		text += count;
	}
	return *text == '\0';
}

int json_int(const struct json *json, int node, int64_t *ret_value)
{
	char digits[24], *end;
	size_t len;
	long long value;

	if (!json_is(json, node, JSON_NUMBER))
		return -EINVAL;
	len = token_len(&json->tokens[node]);
	if (len >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, json->text + json->tokens[node].start, len);
	digits[len] = '\0';
	if (strpbrk(digits, ".eE") != NULL)
		return -EINVAL;
	errno = 0;
	value = strtoll(digits, &end, 10);
	if (errno == ERANGE)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

const char *json_raw(const struct json *json, int node, size_t *ret_len)
{
	if (!is_node(json, node))
		return NULL;
	*ret_len = token_len(&json->tokens[node]);
	return json->text + json->tokens[node].start;
}
