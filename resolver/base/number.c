/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <errno.h>

int number_parse(const char *text, unsigned long most, unsigned long *ret_value)
{
	unsigned long value = 0;

	if (*text == '\0')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (unsigned long)(*text - '0');
		if (value > most)
			return -ERANGE;
	}
	*ret_value = value;
	return *text == '\0' ? 0 : -EINVAL;
}
