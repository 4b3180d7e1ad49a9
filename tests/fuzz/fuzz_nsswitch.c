/* SPDX-License-Identifier: MIT */
/* Any text as nsswitch.conf(5): a state comes out, and it does not depend on what is behind '#'. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor/nsswitch.h"
#include "fuzz.h"

static enum nsswitch_state check(char *text, size_t len)
{
	FILE *file = fmemopen(text, len, "r");
	enum nsswitch_state state;

	if (file == NULL)
		abort();
	state = nsswitch_check(file);
	fclose(file);
	return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static char text[4096];
	enum nsswitch_state state, uncommented;

	if (len == 0 || len > 1024)
		return 0;
	memcpy(text, bytes, len);
	state = check(text, len);
	if (state > NSSWITCH_NO_ACTION)
		abort();
	/* The same text with a comment as its last line says the same. */
	memcpy(text, bytes, len);
	memcpy(text + len, "\n# hosts: qemuvm dns\n", 21);
	uncommented = check(text, len + 21);
	if (state != uncommented)
		abort();
	return 0;
}
