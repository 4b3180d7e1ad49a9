/* SPDX-License-Identifier: MIT */
#include "lease/lease_json.h"

#include <errno.h>

/* Moves behind a string whose opening quote was read. No string holds a control character, so that
 * one that was left open ends with its line. */
static void json_skip_string(struct text *rest)
{
	while (rest->at < rest->end && (unsigned char)*rest->at >= ' ') {
		char c = *rest->at++;

		if (c == '"')
			return;
		if (c == '\\' && rest->at < rest->end && (unsigned char)*rest->at >= ' ')
			rest->at++;
	}
}

/* The text of the next object that holds no other, with its braces. False: none is left. */
static bool json_take_object(struct lease_json *walk, struct text *ret_object)
{
	struct text *rest = &walk->rest;
	const char *open = NULL; /* the innermost brace */

	while (rest->at < rest->end) {
		char c = *rest->at++;

		switch (c) {
		case '"':
			json_skip_string(rest);
			break;
		case '{':
			open = rest->at - 1;
			walk->depth++;
			break;
		case '[':
			walk->depth++;
			break;
		case ']':
			walk->depth--;
			break;
		case '}':
			walk->depth--;
			*ret_object = (struct text){open, rest->at};
			if (open != NULL && text_len(*ret_object) <= LEASE_JSON_OBJECT_MAX)
				return true;
			open = NULL;
			break;
		default:
			break;
		}
	}
	return false;
}

/* A quote within a string has a backslash before it, so what is between two quotes and before a
 * colon is a key. */
static bool can_be_wanted(const struct lease_json *walk, struct text object)
{
	const char *key = text_find(object, walk->mac_key);
	struct text rest, field;
	struct mac mac;

	if (key == NULL)
		return true;
	rest = (struct text){key + strlen(walk->mac_key), object.end};
	if (!text_take_field(&rest, '"', &field) || !text_equals(text_trim(field), ":") ||
		!text_take_field(&rest, '"', &field) || mac_from_text(field, &mac) < 0)
		return true;
	return lease_table_wants(walk->table, &mac);
}

int lease_json_next(struct lease_json *walk, struct json **ret_json)
{
	struct text object;

	while (walk->count++ < LEASE_LINES_MAX && json_take_object(walk, &object)) {
		int r;

		if (walk->mac_key != NULL && !can_be_wanted(walk, object))
			continue;
		r = json_parse(object.at, text_len(object), ret_json);
		if (r == 0 || r == -ENOMEM)
			return r == 0 ? 1 : r;
	}
	return 0;
}

int lease_json_address(const struct json *json, const char *key, struct address *ret_address)
{
	char text[ADDRESS_TEXT_MAX];

	if (json_string(json, json_member(json, JSON_ROOT, key), text, sizeof(text)) < 0)
		return -EINVAL;
	return address_from_text(text_of(text), ret_address);
}

int lease_json_mac(const struct json *json, int node, struct mac *ret_mac)
{
	char text[MAC_TEXT_MAX];

	if (json_string(json, node, text, sizeof(text)) < 0)
		return -EINVAL;
	return mac_from_text(text_of(text), ret_mac);
}

int lease_json_number(const struct json *json, const char *key, int64_t *ret_number)
{
	int r = json_int(json, json_member(json, JSON_ROOT, key), ret_number);

	if (r == -ERANGE) {
		*ret_number = INT64_MAX;
		return 0;
	}
	return r < 0 ? -EINVAL : 0;
}
