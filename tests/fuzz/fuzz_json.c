/* SPDX-License-Identifier: MIT */
/* Any text through the JSON view. What it lets pass is walked from the root: each value once,
 * inside its container's text, with nothing left over. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "fuzz.h"

/* Less space than some strings need. */
#define TEXT_SIZE 64

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_string(const struct json *json, int node)
{
	char text[TEXT_SIZE];
	int len = json_string(json, node, text, sizeof(text));

	if (len < 0)
		return;
	check((size_t)len == strlen(text));
	check(json_string_equals(json, node, text));
	check(json_string(json, node, text, (size_t)len) < 0);
	check(json_string(json, node, text, (size_t)len + 1) == len);
}

static void walk(const struct json *json, int node, const char *text, size_t len)
{
	struct text raw = json_raw(json, node);
	int64_t number;

	check(raw.at >= text && raw.at <= raw.end && raw.end <= text + len);
	check_string(json, node);
	json_int(json, node, &number);
	for (int child = json_first(json, node); child >= 0; child = json_next(json, node, child))
		walk(json, child, raw.at, text_len(raw));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	struct json *json;

	if (json_parse(text, len, &json) < 0)
		return 0;
	check(json_kind(json, JSON_ROOT) == JSON_OBJECT ||
		json_kind(json, JSON_ROOT) == JSON_ARRAY ||
		json_kind(json, JSON_ROOT) == JSON_STRING);
	check(memchr(text, '\0', len) == NULL);
	walk(json, JSON_ROOT, text, len);
	json_free(json);
	return 0;
}
