/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "agent.h"
#include "agent_line.h"
#include "fuzz.h"

/* One line of an agent, seen before and after the reply to our sync; what it claims, noted. */

/* The number that the corpus's replies bear. */
#define ID "4242424242"

static void check_claims(const struct json *json)
{
	static const struct vm vm = {
		.nics = {{.mac = {{0x52, 0x54, 0, 0xaa, 0xbb, 0xcc}}, .has_mac = true}},
		.nic_count = 1,
	};
	static struct candidates candidates;
	int r;

	memset(&candidates, 0, sizeof(candidates));
	r = agent_read_interfaces(json, json_member(json, JSON_ROOT, "return"), &vm, &candidates);
	fuzz_check(candidates.count <= CANDIDATES_MAX);
	fuzz_check(r < 0 ? candidates.count == 0 : candidates.count <= (size_t)r);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
	for (int is_synced = 0; is_synced <= 1; is_synced++) {
		struct json *json = NULL;
		int line = agent_line_read((const char *)input, len, ID, is_synced, &json);

		fuzz_check(line <= AGENT_LINE_REFUSES_ID);
		fuzz_check((line == AGENT_LINE_REPLY) == (json != NULL));
		if (json == NULL)
			continue;
		check_claims(json);
		json_free(json);
	}
	return 0;
}
