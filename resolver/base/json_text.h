/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_JSON_TEXT_H
#define QEMUVM_JSON_TEXT_H

#include "base/text.h"

/* The bytes of a JSON text: their grammar (RFC 8259), and what the strings among them mean. */

/*
 * Is the text one object, array or string and nothing else but white space? One pass, whatever it
 * holds. 0, -EBADMSG (it is not, or it is not UTF-8), -E2BIG (deeper than JSON_DEPTH_MAX).
 */
int json_text_check(struct text text);

/*
 * What is between the quotes of a string that was checked, decoded to UTF-8 and not terminated;
 * ret_text has room for it (never more than the string's length), or is NULL to measure it. Its
 * length, or -EBADMSG: it holds U+0000 or half of a surrogate pair.
 */
int json_text_decode(struct text string, char *ret_text);
bool json_text_equals(struct text string, const char *decoded);

#endif
