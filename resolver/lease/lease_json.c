/* SPDX-License-Identifier: MIT */
#include "lease/lease_json.h"

#include <errno.h>
#include <string.h>

#include "lease/lease.h"

struct reader {
	struct lease_text rest;
	int depth; /* brackets that are open */
};

/* Moves behind a string whose opening quote was read. No string holds a control character, so that
 * one that was left open ends with its line. */
static void skip_string(struct lease_text *rest)
{
	while (rest->at < rest->end) {
		unsigned char c = (unsigned char)*rest->at;

		if (c < ' ')
			return;
		rest->at++;
		if (c == '"')
			return;
		if (c == '\\' && rest->at < rest->end && (unsigned char)*rest->at >= ' ')
			rest->at++;
	}
}

/* Moves behind the next bracket outside of strings, and returns it; '\0': the end. */
static char take_bracket(struct lease_text *rest)
{
	while (rest->at < rest->end) {
		char c = *rest->at++;

		switch (c) {
		case '"':
			skip_string(rest);
			break;
		case '{':
		case '}':
		case '[':
		case ']':
			return c;
		default:
			break;
		}
	}
	return '\0';
}

/* The text of the next object that holds no other, with its braces. False: none is left. */
static bool take_object(struct reader *reader, struct lease_text *ret_object)
{
	const char *open = NULL; /* the innermost brace */
	char bracket;

	while ((bracket = take_bracket(&reader->rest)) != '\0') {
		const char *at = reader->rest.at;

		reader->depth += bracket == '{' || bracket == '[' ? 1 : -1;
		if (bracket == '{')
			open = at - 1;
		if (bracket != '}' || open == NULL)
			continue;
		if ((size_t)(at - open) <= LEASE_JSON_OBJECT_MAX) {
			*ret_object = (struct lease_text){open, at};
			return true;
		}
		open = NULL;
	}
	return false;
}

/* Nothing but a colon and white space. */
static bool is_colon(struct lease_text text)
{
	struct lease_text word;

	return lease_text_take_word(&text, &word) && lease_text_equals(word, ":") &&
	       !lease_text_take_word(&text, &word);
}

int lease_json_each(struct lease_text text, const struct lease_json_visitor *visitor)
{
	struct reader reader = {.rest = text};
	struct lease_text object;
	struct json *json;

	for (int i = 0; i < LEASE_LINES_MAX && take_object(&reader, &object); i++) {
		int r;

		if (visitor->can_matter != NULL && !visitor->can_matter(visitor->context, object))
			continue;
		r = json_parse(object.at, lease_text_len(object), &json);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		visitor->visit(visitor->context, json);
		json_free(json);
	}
	return reader.depth != 0;
}

/* A quote within a string has a backslash before it, so what stands between two quotes and before a
 * colon is a key. */
bool lease_json_glance(struct lease_text object, const char *key, struct lease_text *ret_string)
{
	size_t key_len = strlen(key);
	const char *at = memmem(object.at, lease_text_len(object), key, key_len);
	struct lease_text rest, word;

	if (at == NULL)
		return false;
	rest = (struct lease_text){at + key_len, object.end};
	return lease_text_take_field(&rest, '"', &word) && is_colon(word) &&
	       lease_text_take_field(&rest, '"', ret_string);
}

int lease_json_address(const struct json *json, const char *key, struct address *ret_address)
{
	char text[ADDRESS_TEXT_MAX];

	if (json_string(json, json_member(json, JSON_ROOT, key), text, sizeof(text)) < 0)
		return -EINVAL;
	return address_parse(text, ret_address);
}

int lease_json_mac(const struct json *json, int node, struct mac *ret_mac)
{
	char text[MAC_TEXT_MAX];

	if (json_string(json, node, text, sizeof(text)) < 0)
		return -EINVAL;
	return mac_parse(text, ret_mac);
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
