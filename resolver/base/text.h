/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_TEXT_H
#define QEMUVM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A piece of a text that somebody else keeps: any bytes, not terminated. A reader of a format goes
 * through it with the functions named text_take_...: each takes something off the beginning and
 * leaves the rest, so that a piece is a cursor as well. Nothing here depends on the locale.
 */
struct text {
	const char *at, *end;
};

static inline struct text text_of(const char *string)
{
	return (struct text){string, string + strlen(string)};
}

static inline size_t text_len(struct text text)
{
	return (size_t)(text.end - text.at);
}

bool text_equals(struct text text, const char *string);
bool text_begins_with(struct text text, const char *string);
bool text_ends_with(struct text text, const char *string);
/* Where the string is in the text first, or NULL. */
const char *text_find(struct text text, const char *string);
/* Without the spaces, tabs, CRs and LFs at both ends. */
struct text text_trim(struct text text);
/* With a NUL behind it: its length, -ENOSPC if it does not fit, -EINVAL if it holds a NUL. */
int text_copy(struct text text, char *ret_string, size_t size);
/* FNV-1a of 64 bits (RFC 9923): differs between texts unless somebody chose them to collide. */
uint64_t text_hash(struct text text);

/* What the digit is worth, or -1: none of that base, which is at most 16. */
static inline int text_digit(int c, int base)
{
	int value = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
					   : -1;

	return value < base ? value : -1;
}

/* The next byte, or -1 at the end. */
static inline int text_peek(const struct text *rest)
{
	return rest->at < rest->end ? (unsigned char)*rest->at : -1;
}

/* Takes the next byte if it is c. */
static inline bool text_take_char(struct text *rest, char c)
{
	if (rest->at == rest->end || *rest->at != c)
		return false;
	rest->at++;
	return true;
}

/* Is it a space, tab, CR or LF? */
static inline bool text_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes these. */
static inline void text_take_space(struct text *rest)
{
	while (rest->at < rest->end && text_is_space(*rest->at))
		rest->at++;
}

/* Takes the string off the beginning. False, and nothing is taken: something else is there. */
bool text_take(struct text *rest, const char *string);
/* Takes a field and the separator behind it, or all if there is no separator. False: nothing is
 * left. A separator at the end has no field behind it. */
bool text_take_field(struct text *rest, char separator, struct text *ret_field);
/* The same of a line, whose end is LF or CR LF. */
bool text_take_line(struct text *rest, struct text *ret_line);
/* Takes the next word and the spaces and tabs before it. False: no word is left. */
bool text_take_word(struct text *rest, struct text *ret_word);

/*
 * Takes the digits at the beginning: 0, -EINVAL (there is none), or -ERANGE (they are above max,
 * and taken). No sign, no space and no "0x" is taken.
 */
int text_take_number(struct text *rest, int base, uint64_t max, uint64_t *ret_number);
/* The number that is the whole piece: the same, and -EINVAL if something else is behind it. */
int text_number(struct text text, int base, uint64_t max, uint64_t *ret_number);

#endif
