/* SPDX-License-Identifier: MIT */
/*
 * Any text as a host name and as the name that a VM was given: what is accepted holds no character
 * that means something to a shell, a path or a terminal, and what is shown can be typed.
 */
#include <stdlib.h>

#include "base/name.h"
#include "fuzz.h"

static void check_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_VM_MAX || name[0] == '.' || name[len - 1] == '.' ||
		strstr(name, "..") != NULL)
		abort();
	if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") !=
		len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const prefixes[] = {"qemu-vm-", "vm-"};
	char name[NAME_VM_SIZE], *raw = malloc(len + 1);

	if (raw == NULL)
		return 0;
	memcpy(raw, bytes, len);
	raw[len] = '\0';
	if (name_from_host(raw, name) == 0) {
		if (!name_is_ours(raw))
			abort();
		check_name(name);
	}
	if (name_from_typed(raw, name) == 0)
		check_name(name);
	if (name_spell(raw, name) > NAME_VM_MAX)
		abort();
	/* A first byte that continues a character has none to belong to: no QEMU has such a name.
	 */
	if (strlen(raw) <= NAME_VM_MAX && ((unsigned char)raw[0] & 0xc0) != 0x80 &&
		!name_matches(name, raw))
		abort();
	(void)name_matches_prefixed("web", raw, prefixes, 2);
	free(raw);
	return 0;
}
