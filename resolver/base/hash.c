/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

uint64_t hash_text(const char *text, size_t len)
{
	uint64_t hash = 14695981039346656037U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 1099511628211U;
	return hash;
}
