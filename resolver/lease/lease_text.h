/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_TEXT_H
#define QEMUVM_LEASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

/*
 * A piece of a lease file's text: not terminated, and of any bytes. The functions that take
 * something off its beginning leave the rest.
 */
struct lease_text {
	const char *at;
	const char *end;
};

size_t lease_text_len(struct lease_text text);
bool lease_text_equals(struct lease_text text, const char *string);
bool lease_text_begins_with(struct lease_text text, const char *string);

/* Takes what stands before the next separator, or all if there is none. False: nothing is left. */
bool lease_text_take_field(struct lease_text *rest, char separator, struct lease_text *ret_field);
/* Takes the next line without its end (LF or CR LF). False: no whole line is left. What stands
 * behind the last LF is still being written: "192.168.122.5" may become "192.168.122.50". */
bool lease_text_take_line(struct lease_text *rest, struct lease_text *ret_line);
/* Takes the next word, which spaces and tabs part. False: no word is left. */
bool lease_text_take_word(struct lease_text *rest, struct lease_text *ret_word);

/*
 * What the whole piece says, as address.h and the C locale spell it. 0 or -EINVAL. A number is
 * decimal digits; one that is too large for its type is INT64_MAX.
 */
int lease_text_number(struct lease_text text, int64_t *ret_number);
int lease_text_address(struct lease_text text, struct address *ret_address);
int lease_text_mac(struct lease_text text, struct mac *ret_mac);

#endif
