/* SPDX-License-Identifier: MIT */
/* Any text through the JSON view: what it lets pass is walked from end to end. */
#include "fuzz.h"
#include "json.h"

static void walk(const struct json *json, int node)
{
	char text[64];
	int64_t number;

	json_string(json, node, text, sizeof(text));
	json_key(json, node, text, sizeof(text));
	json_int(json, node, &number);
	json_member(json, node, "return");
	for (int child = json_first(json, node); child >= 0; child = json_next(json, node, child))
		walk(json, child);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct json *json;

	if (json_parse((const char *)bytes, len, &json) < 0)
		return 0;
	walk(json, JSON_ROOT);
	json_free(json);
	return 0;
}
