/* SPDX-License-Identifier: MIT */
#include "base/name.h"

#include <errno.h>

static bool is_host_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/* Labels of 1 to NAME_LABEL_MAX characters, between single dots. */
static int copy_name(const char *name, size_t len, char ret_name[static NAME_VM_SIZE])
{
	size_t label = 0;

	if (len > NAME_VM_MAX)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '.') {
			if (label == 0)
				return -EINVAL;
			label = 0;
			continue;
		}
		if (!is_host_character(name[i]) || ++label > NAME_LABEL_MAX)
			return -EINVAL;
	}
	if (label == 0)
		return -EINVAL;
	memcpy(ret_name, name, len);
	ret_name[len] = '\0';
	return 0;
}

int name_from_host(const char *host, char ret_name[static NAME_VM_SIZE])
{
	size_t len = strlen(host);

	if (!name_is_ours(host))
		return -EINVAL;
	if (host[len - 1] == '.')
		len--;
	return copy_name(host, len - strlen("." NAME_DOMAIN), ret_name);
}

int name_from_typed(const char *typed, char ret_name[static NAME_VM_SIZE])
{
	if (name_is_ours(typed))
		return name_from_host(typed, ret_name);
	return copy_name(typed, strlen(typed), ret_name);
}

size_t name_spell(const char *raw, char ret_name[static NAME_VM_SIZE])
{
	size_t len = 0;

	for (; *raw != '\0' && len < NAME_VM_MAX; raw++) {
		/* Continuation bytes of UTF-8 belong to the character before them. */
		if (((unsigned char)*raw & 0xc0) == 0x80)
			continue;
		ret_name[len++] = *raw;
		if (!is_host_character(*raw) && *raw != '.')
			ret_name[len - 1] = '-';
	}
	ret_name[len] = '\0';
	return len;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool name_matches(const char *typed, const char *raw)
{
	for (; *typed != '\0' && *raw != '\0'; typed++) {
		bool can_be_dash = *typed == '-' && !is_host_character(*raw);

		if (lower(*typed) != lower(*raw) && !can_be_dash)
			return false;
		raw++;
		while (((unsigned char)*raw & 0xc0) == 0x80)
			raw++;
	}
	return *typed == '\0' && *raw == '\0';
}

bool name_matches_prefixed(
	const char *typed, const char *raw, const char *const *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *prefix = prefixes[i], *rest = raw;

		/* Not strncasecmp(), which depends on the caller's locale. */
		while (*prefix != '\0' && lower(*prefix) == lower(*rest)) {
			prefix++;
			rest++;
		}
		if (*prefix == '\0' && name_matches(typed, rest))
			return true;
	}
	return false;
}
