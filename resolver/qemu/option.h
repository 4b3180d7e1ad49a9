/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_OPTION_H
#define QEMUVM_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/*
 * The value of one QEMU option ("tap,id=net0,ifname=tap0"), in either of the two grammars that
 * QEMU takes: key=value pairs (util/keyval.c, util/qemu-option.c: ",," is a comma, a first value
 * without a key belongs to the option's implied key, a bare word is a boolean), or a JSON object
 * if the value begins with '{'.
 */
struct option {
	const char *text;    /* key=value text, or NULL */
	const char *implied; /* key of a bare first value, or NULL if a bare word is a boolean */
	struct json *json;   /* the JSON object, or NULL */
	int node;            /* the object within json that is read */
};

/*
 * Takes text as it is in an argument vector; text and implied must outlive the option, which
 * is the caller's, to be given to option_done(). 0, or an error of json_parse().
 */
int option_init(struct option *ret_option, const char *text, const char *implied);
void option_done(struct option *option);

/*
 * The last value of key, as QEMU would read it; its length. A JSON key may be a path ("addr.path").
 * JSON numbers and booleans come as text ("on", "off"). -ENOENT (not given), -ENOSPC.
 */
int option_get(const struct option *option, const char *key, char *ret_value, size_t size);
/*
 * The nth value (from 0) of a key that may be repeated ("hostfwd"); in JSON the nth element of an
 * array of strings or of objects with one member "str", as QEMU spells lists of strings. Errors of
 * option_get().
 */
int option_get_nth(
	const struct option *option, const char *key, unsigned int n, char *ret_value, size_t size);
/* 0 to 2^32-1, decimal or 0x. 0, -ENOENT, -EINVAL. */
int option_get_u32(const struct option *option, const char *key, uint32_t *ret_value);
/* "on", "yes", "true", "y", the bare key; "nokey" and "off" and the like are false; `otherwise`
 * if it is not given. */
bool option_get_bool(const struct option *option, const char *key, bool otherwise);
bool option_equals(const struct option *option, const char *key, const char *value);

#endif
