/* SPDX-License-Identifier: MIT */
#include "qemu/option.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

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

/* One "key=value" or bare word of a key=value text, as it stands. */
struct pair {
	const char *key;
	size_t key_len; /* 0: a first value without a key */
	const char *value;
	size_t value_len; /* ",," in it stands for one comma */
	bool is_bare;     /* a word without '=' */
};

/* Where the text up to the next single comma ends. */
static const char *end_of_value(const char *at)
{
	for (; *at != '\0'; at++) {
		if (*at != ',')
			continue;
		if (at[1] != ',')
			break;
		at++;
	}
	return at;
}

/* The pair at *at, which moves behind it. False at the end. */
static bool next_pair(const char **at, bool is_first, struct pair *ret_pair)
{
	const char *begin = *at, *end;
	size_t key_len;

	if (*begin == '\0')
		return false;
	key_len = strcspn(begin, "=,");
	if (begin[key_len] == '=') {
		end = end_of_value(begin + key_len + 1);
		*ret_pair = (struct pair){begin, key_len, begin + key_len + 1,
			(size_t)(end - begin) - key_len - 1, false};
	} else {
		/* ",," belongs to a first value, and ends a word otherwise. */
		end = is_first ? end_of_value(begin) : begin + key_len;
		*ret_pair = (struct pair){begin, 0, begin, (size_t)(end - begin), true};
	}
	*at = *end == ',' ? end + 1 : end;
	return true;
}

static bool equals(const char *text, size_t len, const char *wanted)
{
	return strlen(wanted) == len && memcmp(text, wanted, len) == 0;
}

static int copy_text(const char *text, size_t len, char *ret_value, size_t size)
{
	if (len >= size)
		return -ENOSPC;
	memcpy(ret_value, text, len);
	ret_value[len] = '\0';
	return (int)len;
}

/* A value of a key, as it stands in a text: ",," in it is one comma. */
struct value {
	const char *text;
	size_t len;
};

static int copy_value(struct value value, char *ret_value, size_t size)
{
	const char *at = value.text, *end = value.text + value.len;
	size_t commas = 0;

	for (; at < end; at++)
		commas += *at == ',';
	if (value.len - commas / 2 >= size)
		return -ENOSPC;
	for (at = value.text; at < end; at += *at == ',' ? 2 : 1)
		*ret_value++ = *at;
	*ret_value = '\0';
	return (int)(value.len - commas / 2);
}

/* Is this pair one of the key, and with which value? A bare word is "on", "nokey" is "off"
 * (util/qemu-option.c, get_opt_name_value()). */
static bool has_key(const struct option *option, const struct pair *pair, bool is_first,
	const char *key, struct value *value)
{
	*value = (struct value){pair->value, pair->value_len};
	if (!pair->is_bare)
		return equals(pair->key, pair->key_len, key);
	if (is_first && option->implied != NULL)
		return strcmp(option->implied, key) == 0;
	*value = (struct value){"on", 2};
	if (equals(pair->value, pair->value_len, key))
		return true;
	*value = (struct value){"off", 3};
	return pair->value_len > 2 && memcmp(pair->value, "no", 2) == 0 &&
	       equals(pair->value + 2, pair->value_len - 2, key);
}

/* For n: the last one. */
#define LAST UINT_MAX

/* The value that stands at the nth place among those of the key. */
static int get_from_text(
	const struct option *option, const char *key, unsigned int n, char *ret_value, size_t size)
{
	const char *at = option->text;
	struct value value = {NULL, 0};
	struct pair pair;
	unsigned int seen = 0;

	for (bool is_first = true; next_pair(&at, is_first, &pair); is_first = false) {
		struct value next;

		if (!has_key(option, &pair, is_first, key, &next))
			continue;
		value = next;
		if (seen++ == n)
			return copy_value(value, ret_value, size);
	}
	return n == LAST && value.text != NULL ? copy_value(value, ret_value, size) : -ENOENT;
}

static int value_of_node(const struct option *option, int node, char *ret_value, size_t size)
{
	const char *raw;
	size_t len;

	switch (json_kind(option->json, node)) {
	case JSON_STRING:
		return json_string(option->json, node, ret_value, size);
	case JSON_NUMBER:
		raw = json_raw(option->json, node, &len);
		return copy_text(raw, len, ret_value, size);
	case JSON_TRUE:
		return copy_text("on", 2, ret_value, size);
	case JSON_FALSE:
		return copy_text("off", 3, ret_value, size);
	default:
		return -ENOENT;
	}
}

/* Follows "addr.path" into nested objects. */
static int node_at_path(const struct option *option, const char *path)
{
	char key[KEY_SIZE];
	int node = option->node;

	while (node >= 0) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof(key))
			return -ENOENT;
		memcpy(key, path, len);
		key[len] = '\0';
		node = json_member(option->json, node, key);
		if (path[len] == '\0')
			break;
		path += len + 1;
	}
	return node;
}

int option_get(const struct option *option, const char *key, char *ret_value, size_t size)
{
	if (option->json != NULL)
		return value_of_node(option, node_at_path(option, key), ret_value, size);
	return get_from_text(option, key, LAST, ret_value, size);
}

/* QAPI's list of String: [{"str": "..."}, ...] (qapi/net.json, NetdevUserOptions). */
static int value_of_element(const struct option *option, int element, char *ret_value, size_t size)
{
	int text = json_member(option->json, element, "str");

	return value_of_node(option, text >= 0 ? text : element, ret_value, size);
}

int option_get_nth(
	const struct option *option, const char *key, unsigned int n, char *ret_value, size_t size)
{
	int list, element;

	if (option->json == NULL)
		return get_from_text(option, key, n, ret_value, size);
	list = node_at_path(option, key);
	element = json_first(option->json, list);
	for (; element >= 0 && n > 0; n--)
		element = json_next(option->json, list, element);
	return element < 0 ? -ENOENT : value_of_element(option, element, ret_value, size);
}

int option_get_u32(const struct option *option, const char *key, uint32_t *ret_value)
{
	char text[16], *end;
	unsigned long long value;
	int r = option_get(option, key, text, sizeof(text));

	if (r < 0)
		return r == -ENOENT ? r : -EINVAL;
	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	value = strtoull(text, &end, 0);
	if (*end != '\0' || value > UINT32_MAX)
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
