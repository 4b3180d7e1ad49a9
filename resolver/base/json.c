/* SPDX-License-Identifier: MIT */
#define JSMN_STATIC
#define JSMN_STRICT
/* Without them closing a bracket is a linear search: quadratic on hostile input. */
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"

/*
 * Two passes. json_text_check() compares the text with the grammar and bounds its depth: jsmn would
 * let {"a"}, {,}, [1,,3] and 01 pass, and its work grows with the square of the depth. Then jsmn
 * finds the tokens, which are known to be well formed.
 */

struct json {
	const char *text;
	int count;
	jsmntok_t tokens[];
};

static bool is_node(const struct json *json, int node)
{
	return node >= 0 && node < json->count;
}

struct text json_raw(const struct json *json, int node)
{
	if (!is_node(json, node))
		return text_of("");
	return (struct text){
		json->text + json->tokens[node].start, json->text + json->tokens[node].end};
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
	int nodes[JSON_MEMBERS_MAX];
	int count = json->tokens[object].size;

	if (count > JSON_MEMBERS_MAX)
		return -E2BIG;
	for (int i = 0, node = object + 1; i < count; i++, node = behind(json, node + 1)) {
		struct text key = json_raw(json, node);

		for (int j = 0; j < i; j++) {
			struct text other = json_raw(json, nodes[j]);

			if (text_len(other) == text_len(key) &&
				memcmp(other.at, key.at, text_len(key)) == 0)
				return -EBADMSG;
		}
		nodes[i] = node;
	}
	return 0;
}

int json_parse(const char *text, size_t len, struct json **ret_json)
{
	/* A token is followed by another character at least, or is the last: [1,1] has three. */
	unsigned int max = len / 2 < JSON_TOKENS_MAX ? (unsigned int)len / 2 + 1 : JSON_TOKENS_MAX;
	int r = json_text_check((struct text){text, text + len});
	struct json *json;
	jsmn_parser parser;

	if (r < 0)
		return r;
	json = malloc(sizeof(*json) + max * sizeof(json->tokens[0]));
	if (json == NULL)
		return -ENOMEM;
	jsmn_init(&parser);
	json->text = text;
	json->count = jsmn_parse(&parser, text, len, json->tokens, max);
	if (json->count <= 0)
		r = json->count == JSMN_ERROR_NOMEM ? -E2BIG : -EBADMSG;
	for (int i = 0; r == 0 && i < json->count; i++)
		if (json->tokens[i].type == JSMN_OBJECT)
			r = check_members(json, i);
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
		break;
	}
	switch (json->text[json->tokens[node].start]) {
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

int json_member(const struct json *json, int object, const char *key)
{
	int node = object + 1;

	if (json_kind(json, object) != JSON_OBJECT)
		return -ENOENT;
	for (int i = 0; i < json->tokens[object].size; i++, node = behind(json, node + 1))
		if (text_equals(json_raw(json, node), key))
			return node + 1;
	return -ENOENT;
}

/* The value of the element or member that begins at a node: behind the key in an object. */
static int value_at(const struct json *json, int container, int node)
{
	bool is_object = json_kind(json, container) == JSON_OBJECT;

	if ((!is_object && json_kind(json, container) != JSON_ARRAY) || !is_node(json, node) ||
		json->tokens[node].start >= json->tokens[container].end)
		return -ENOENT;
	return is_object ? node + 1 : node;
}

int json_first(const struct json *json, int container)
{
	return value_at(json, container, container + 1);
}

int json_next(const struct json *json, int container, int prior)
{
	return is_node(json, prior) ? value_at(json, container, behind(json, prior)) : -ENOENT;
}

int json_string(const struct json *json, int node, char *ret_text, size_t size)
{
	struct text raw = json_raw(json, node);
	int len;

	if (json_kind(json, node) != JSON_STRING)
		return -EINVAL;
	len = json_text_decode(raw, NULL);
	if (len < 0)
		return len;
	if ((size_t)len >= size)
		return -ENOSPC;
	json_text_decode(raw, ret_text);
	ret_text[len] = '\0';
	return len;
}

bool json_string_equals(const struct json *json, int node, const char *text)
{
	return json_kind(json, node) == JSON_STRING && json_text_equals(json_raw(json, node), text);
}

int json_int(const struct json *json, int node, int64_t *ret_value)
{
	struct text text = json_raw(json, node);
	bool is_negative;
	uint64_t value;
	int r;

	if (json_kind(json, node) != JSON_NUMBER)
		return -EINVAL;
	is_negative = text_take_char(&text, '-');
	r = text_number(text, 10, (uint64_t)INT64_MAX + is_negative, &value);
	if (r < 0)
		return r;
	/* The lowest number has no positive counterpart. */
	*ret_value = !is_negative ? (int64_t)value : -(int64_t)(value - 1) - 1;
	return 0;
}
