/* SPDX-License-Identifier: MIT */
/* Any text as an entry of the cache: what is taken of it can be written, and reads the same. */
#include <stdlib.h>
#include <string.h>

#include "cache/cache_entry.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct cache_entry entry, again;
	static char written[CACHE_FILE_MAX];
	char *text = malloc(len + 1);

	if (text == NULL)
		return 0;
	if (len > 0)
		memcpy(text, bytes, len);
	text[len] = '\0';
	if (cache_entry_read(text, &entry) == 0 &&
		cache_entry_write(&entry, written, sizeof(written)) > 0 &&
		(cache_entry_read(written, &again) < 0 || strcmp(entry.vm, again.vm) != 0 ||
			entry.agent.count != again.agent.count))
		abort();
	free(text);
	return 0;
}
