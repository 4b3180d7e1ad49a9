/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <errno.h>

bool text_begins_with(struct text text, const char *string)
{
	return text_take(&text, string);
}

bool text_equals(struct text text, const char *string)
{
	return text_take(&text, string) && text.at == text.end;
}

bool text_ends_with(struct text text, const char *string)
{
	size_t len = strlen(string);

	return text_len(text) >= len && memcmp(text.end - len, string, len) == 0;
}

const char *text_find(struct text text, const char *string)
{
	return memmem(text.at, text_len(text), string, strlen(string));
}

struct text text_trim(struct text text)
{
	text_take_space(&text);
	while (text.at < text.end && text_is_space(text.end[-1]))
		text.end--;
	return text;
}

int text_copy(struct text text, char *ret_string, size_t size)
{
	size_t len = text_len(text);

	if (len >= size)
		return -ENOSPC;
	if (memchr(text.at, '\0', len) != NULL)
		return -EINVAL;
	memcpy(ret_string, text.at, len);
	ret_string[len] = '\0';
	return (int)len;
}

uint64_t text_hash(struct text text)
{
	uint64_t hash = 14695981039346656037U;

	for (; text.at < text.end; text.at++)
		hash = (hash ^ (unsigned char)*text.at) * 1099511628211U;
	return hash;
}

bool text_take(struct text *rest, const char *string)
{
	size_t len = strlen(string);

	if (text_len(*rest) < len || memcmp(rest->at, string, len) != 0)
		return false;
	rest->at += len;
	return true;
}

bool text_take_field(struct text *rest, char separator, struct text *ret_field)
{
	const char *found;

	if (rest->at == rest->end)
		return false;
	found = memchr(rest->at, separator, text_len(*rest));
	*ret_field = (struct text){rest->at, found != NULL ? found : rest->end};
	rest->at = found != NULL ? found + 1 : rest->end;
	return true;
}

bool text_take_line(struct text *rest, struct text *ret_line)
{
	if (!text_take_field(rest, '\n', ret_line))
		return false;
	if (ret_line->at < ret_line->end && ret_line->end[-1] == '\r')
		ret_line->end--;
	return true;
}

bool text_take_word(struct text *rest, struct text *ret_word)
{
	const char *at = rest->at;

	while (at < rest->end && (*at == ' ' || *at == '\t'))
		at++;
	ret_word->at = at;
	while (at < rest->end && *at != ' ' && *at != '\t')
		at++;
	rest->at = ret_word->end = at;
	return ret_word->at < at;
}

int text_take_number(struct text *rest, int base, uint64_t max, uint64_t *ret_number)
{
	const char *begin = rest->at;
	bool is_too_large = false;
	uint64_t number = 0;
	int digit;

	while ((digit = text_digit(text_peek(rest), base)) >= 0) {
		is_too_large |= __builtin_mul_overflow(number, (unsigned int)base, &number) ||
				__builtin_add_overflow(number, (unsigned int)digit, &number) ||
				number > max;
		rest->at++;
	}
	if (rest->at == begin)
		return -EINVAL;
	if (is_too_large)
		return -ERANGE;
	*ret_number = number;
	return 0;
}

int text_number(struct text text, int base, uint64_t max, uint64_t *ret_number)
{
	uint64_t number;
	int r = text_take_number(&text, base, max, &number);

	if (text.at < text.end)
		return -EINVAL;
	if (r == 0)
		*ret_number = number;
	return r;
}
