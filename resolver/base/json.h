/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_JSON_H
#define QEMUVM_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * A validated view of one JSON text (RFC 8259) over jsmn, which tokenises and does not validate.
 * What json_parse() lets through is JSON: one root value that spans the whole text, objects
 * whose keys are strings with one value each and no key twice, primitives spelled exactly. A root
 * that is a bare number, truth value or null is refused, too: no protocol here sends one. jsmn is
 * known here only.
 *
 * The text is a stranger's: depth, tokens and members are bounded before they are believed.
 */

/* A guest's reply is 5 deep, QMP's and lease files' less. Scanned before jsmn sees the text:
 * jsmn's work grows with the square of the depth. */
#define JSON_DEPTH_MAX 8
/* A reply of 1,000 interfaces with two addresses each has 39,003 tokens. */
#define JSON_TOKENS_MAX 65536
/* Keys of one object; the search for a key that comes twice is quadratic in it. */
#define JSON_MEMBERS_MAX 256

enum json_kind {
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL
};

struct json;

/*
 * Reads text[0..len). The text must stay as it is while the view is in use; it needs no
 * terminating NUL. The view is the caller's, to be given to json_free().
 * 0, -EBADMSG (no JSON, or a byte < 0x20 other than white space, or invalid UTF-8),
 * -E2BIG (deeper, longer or wider than the limits above), -ENOMEM.
 */
int json_parse(const char *text, size_t len, struct json **ret_json);
void json_free(struct json *json);

/*
 * Nodes are small non-negative integers; the root is JSON_ROOT. A negative node is an error of an
 * earlier call: every function below takes one and answers "nothing" (a negative errno, false),
 * so look-ups can be nested: json_string_equals(j, json_member(j, JSON_ROOT, "execute"), "x").
 */
#define JSON_ROOT 0

/* An enum json_kind, or -EINVAL for a negative node. */
int json_kind(const struct json *json, int node);

/* The value of that key of an object: a node, or -ENOENT (no such key, or no object). Keys are
 * compared as spelled; a key with an escape in it equals nothing. */
int json_member(const struct json *json, int object, const char *key);

/* The elements of an array, or the values of an object, in order: a node, or -ENOENT at the end.
 * `prior` is what json_first() or json_next() returned before. */
int json_first(const struct json *json, int container);
int json_next(const struct json *json, int container, int prior);

/*
 * A string, decoded to UTF-8 and NUL-terminated; returns its length. -EINVAL (no string),
 * -ENOSPC (does not fit in size), -EBADMSG (holds U+0000 or half of a surrogate pair).
 */
int json_string(const struct json *json, int node, char *ret_text, size_t size);
bool json_string_equals(const struct json *json, int node, const char *text);

/* An integer as written: no fraction, no exponent. 0, -EINVAL (no integer), -ERANGE. */
int json_int(const struct json *json, int node, int64_t *ret_value);

/* The text of a node as it was sent, a string without its quotes: for byte-for-byte comparison.
 * Empty for a negative node. */
struct text json_raw(const struct json *json, int node);

#endif
