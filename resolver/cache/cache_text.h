/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CACHE_TEXT_H
#define QEMUVM_CACHE_TEXT_H

#include "cache/cache.h"

/*
 * An entry as a text of lines, a word of what it is first:
 *
 *   qemuvm 1
 *   vm web
 *   name web
 *   process 4711 938271 0 0
 *   socket 1f 83421 176395 /run/qemuvm/web.qga
 *   network 4026531840
 *   config 14695981039346656037
 *   agent 1212345
 *   claim 192.0.2.17 52:54:00:12:34:56
 *   answer 1212345 agent 0 192.0.2.17
 *   failed 1213456 112
 *   unanswered 1213456
 *   end
 *
 * Another version has another first line, and is not read. A text that is cut has no last line.
 */

/* Writes the text, with a NUL behind it. Its length, or -E2BIG, -EINVAL (a name or path that is no
 * line's). */
int cache_text_write(const struct cache_entry *entry, char *ret_text, size_t size);

/* Reads a text that ends with a NUL. 0 or -EBADMSG: of anything in it, and *ret_entry is of no use.
 */
int cache_text_read(const char *text, struct cache_entry *ret_entry);

#endif
