/* SPDX-License-Identifier: MIT */
#include "qemu/option.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"

/* Longest key that is looked for, "addr.path" and the like, with a NUL. */
#define KEY_SIZE 64

int option_init(struct option *ret_option, const char *text, const char *implied)
{
	struct option option = {.text = text, .implied = implied, .node = JSON_ROOT};

	if (text[0] == '{') {
		int r = json_parse(text, strlen(text), &option.json);

		if (r < 0)
			return r;
		option.text = NULL;
	}
	*ret_option = option;
	return 0;
}

void option_done(struct option *option)
{
	json_free(option->json);
	option->json = NULL;
}

/* One "key=value" or bare word of a key=value text, as it is written. */
struct pair {
	struct text key;   /* empty: a first value without a key */
	struct text value; /* ",," in it is one comma */
	bool is_bare;      /* a word without '=' */
};

/* Takes a pair and the comma behind it. False at the end. */
static bool option_take_pair(struct text *rest, bool is_first, struct pair *ret_pair)
{
	struct pair pair = {.key = {rest->at, rest->at}};

	if (rest->at == rest->end)
		return false;
	while (pair.key.end < rest->end && *pair.key.end != '=' && *pair.key.end != ',')
		pair.key.end++;
	pair.is_bare = pair.key.end == rest->end || *pair.key.end == ',';
	if (!pair.is_bare)
		rest->at = pair.key.end + 1;
	pair.value = (struct text){rest->at, pair.is_bare ? pair.key.end : rest->at};
	/* Up to the next single comma. ",," belongs to a first value, and ends a word otherwise. */
	while ((!pair.is_bare || is_first) && pair.value.end < rest->end &&
		(*pair.value.end != ',' ||
			(rest->end - pair.value.end > 1 && pair.value.end[1] == ',')))
		pair.value.end += *pair.value.end == ',' ? 2 : 1;
	rest->at = pair.value.end;
	(void)text_take_char(rest, ',');
	*ret_pair = pair;
	return true;
}

static int option_copy_value(struct text value, char *ret_value, size_t size)
{
	size_t commas = 0, len;
	const char *at;

	for (at = value.at; at < value.end; at++)
		commas += *at == ',';
	len = text_len(value) - commas / 2;
	if (len >= size)
		return -ENOSPC;
	for (at = value.at; at < value.end; at += *at == ',' ? 2 : 1)
		*ret_value++ = *at;
	*ret_value = '\0';
	return (int)len;
}

/* Is this pair one of the key, and with which value? A bare word is "on", "nokey" is "off"
 * (util/qemu-option.c, get_opt_name_value()). */
static bool pair_has_key(const struct option *option, const struct pair *pair, bool is_first,
	const char *key, struct text *ret_value)
{
	struct text word = pair->value;

	*ret_value = pair->value;
	if (!pair->is_bare)
		return text_equals(pair->key, key);
	if (is_first && option->implied != NULL)
		return strcmp(option->implied, key) == 0;
	*ret_value = text_of("on");
	if (text_equals(word, key))
		return true;
	*ret_value = text_of("off");
	return text_take(&word, "no") && word.at < word.end && text_equals(word, key);
}

/* For n: the last one. */
#define LAST UINT_MAX

/* The nth value among those of the key. */
static int get_from_text(
	const struct option *option, const char *key, unsigned int n, char *ret_value, size_t size)
{
	struct text rest = text_of(option->text), value = {NULL, NULL}, next;
	unsigned int seen = 0;
	struct pair pair;

	for (bool is_first = true; option_take_pair(&rest, is_first, &pair); is_first = false) {
		if (!pair_has_key(option, &pair, is_first, key, &next))
			continue;
		value = next;
		if (seen++ == n)
			return option_copy_value(value, ret_value, size);
	}
	return n == LAST && value.at != NULL ? option_copy_value(value, ret_value, size) : -ENOENT;
}

static int value_of_node(const struct option *option, int node, char *ret_value, size_t size)
{
	switch (json_kind(option->json, node)) {
	case JSON_STRING:
		return json_string(option->json, node, ret_value, size);
	case JSON_NUMBER:
		return text_copy(json_raw(option->json, node), ret_value, size);
	case JSON_TRUE:
		return text_copy(text_of("on"), ret_value, size);
	case JSON_FALSE:
		return text_copy(text_of("off"), ret_value, size);
	default:
		return -ENOENT;
	}
}

/* Follows "addr.path" into nested objects. */
static int node_at_path(const struct option *option, const char *path)
{
	struct text rest = text_of(path), part;
	int node = option->node;
	char key[KEY_SIZE];

	while (node >= 0 && text_take_field(&rest, '.', &part))
		node = text_copy(part, key, sizeof(key)) < 0 ? -ENOENT
							     : json_member(option->json, node, key);
	return node;
}

int option_get(const struct option *option, const char *key, char *ret_value, size_t size)
{
	if (option->json != NULL)
		return value_of_node(option, node_at_path(option, key), ret_value, size);
	return get_from_text(option, key, LAST, ret_value, size);
}

int option_get_nth(
	const struct option *option, const char *key, unsigned int n, char *ret_value, size_t size)
{
	int list, element, text;

	if (option->json == NULL)
		return get_from_text(option, key, n, ret_value, size);
	list = node_at_path(option, key);
	element = json_first(option->json, list);
	for (; element >= 0 && n > 0; n--)
		element = json_next(option->json, list, element);
	if (element < 0)
		return -ENOENT;
	/* QAPI's list of String: [{"str": "..."}, ...] (qapi/net.json, NetdevUserOptions). */
	text = json_member(option->json, element, "str");
	return value_of_node(option, text >= 0 ? text : element, ret_value, size);
}

int option_get_u32(const struct option *option, const char *key, uint32_t *ret_value)
{
	char copy[16];
	struct text text;
	uint64_t value;
	int base = 10, r = option_get(option, key, copy, sizeof(copy));

	if (r < 0)
		return r == -ENOENT ? r : -EINVAL;
	/* As C writes numbers (util/cutils.c, qemu_strtou64()). */
	text = text_of(copy);
	if (text_take(&text, "0x") || text_take(&text, "0X"))
		base = 16;
	else if (text_begins_with(text, "0"))
		base = 8;
	if (text_number(text, base, UINT32_MAX, &value) < 0)
		return -EINVAL;
	*ret_value = (uint32_t)value;
	return 0;
}

bool option_get_bool(const struct option *option, const char *key, bool otherwise)
{
	static const char *const yes[] = {"on", "yes", "true", "y"};
	char text[8];
	int r = option_get(option, key, text, sizeof(text));

	if (r < 0)
		return r == -ENOENT ? otherwise : false;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcmp(text, yes[i]) == 0)
			return true;
	return false;
}

bool option_equals(const struct option *option, const char *key, const char *value)
{
	char text[KEY_SIZE];

	return option_get(option, key, text, sizeof(text)) >= 0 && strcmp(text, value) == 0;
}
