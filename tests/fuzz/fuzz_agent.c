/* SPDX-License-Identifier: MIT */
/* Any bytes as what a guest's agent sends, read line by line up to the addresses. */
#include <string.h>

#include "agent/agent.h"
#include "agent/agent_line.h"
#include "fuzz.h"
#include "source/agent_interfaces.h"

#define ID "2858667779046079068"

static void read_reply(const struct json *json)
{
	static struct candidates candidates;
	static struct vm vm;

	memset(&candidates, 0, sizeof(candidates));
	if (agent_read_interfaces(json, json_member(json, JSON_ROOT, "return"), &vm, &candidates) >
		0)
		candidates_judge(&candidates, &vm, (struct candidate_rules){.routed = true});
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	bool is_synced = false;

	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t line_len = newline != NULL ? (size_t)(newline - text) : len;
		struct json *json = NULL;
		int r = agent_line_read(text, line_len, ID, is_synced, &json);

		is_synced |= r == AGENT_LINE_SYNC;
		if (r == AGENT_LINE_REPLY)
			read_reply(json);
		json_free(json);
		len -= line_len + (newline != NULL);
		text += line_len + (newline != NULL);
	}
	return 0;
}
