/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_JSON_TEXT_H
#define QEMUVM_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of a JSON text: their grammar (RFC 8259), and what the strings among them mean. */

/*
 * Is text[0..len) one object, array or string and nothing else but white space? One pass, whatever
 * it holds. 0, -EBADMSG (it is not, or is no UTF-8), -E2BIG (deeper than JSON_DEPTH_MAX).
 */
int json_text_check(const char *text, size_t len);

/*
 * What stands between the quotes of a string that was checked, decoded to UTF-8 and not terminated;
 * ret_text has room for it (never more than len), or is NULL to measure it. Its length, or
 * -EBADMSG: it holds U+0000 or half of a surrogate pair.
 */
int json_text_decode(const char *text, size_t len, char *ret_text);
bool json_text_equals(const char *text, size_t len, const char *decoded);

#endif
