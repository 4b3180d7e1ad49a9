/* SPDX-License-Identifier: MIT */
/*
 * Any text under the cursor: what is taken and what is left are pieces of it, lines and fields add
 * up to the whole, and a number is what strtoull(3) reads.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/text.h"
#include "fuzz.h"

static void check_piece(struct text whole, struct text piece)
{
	if (piece.at < whole.at || piece.at > piece.end || piece.end > whole.end)
		abort();
}

static void check_number(struct text text)
{
	char digits[64], *end;
	uint64_t number;
	int r = text_number(text, 10, UINT64_MAX, &number);

	if (r == -EINVAL || text_copy(text, digits, sizeof(digits)) < 0)
		return;
	errno = 0;
	if (strtoull(digits, &end, 10) != number && r == 0)
		abort();
	if (*end != '\0' || (errno == ERANGE) != (r == -ERANGE))
		abort();
}

static void check_words(struct text line)
{
	struct text rest = line, word, copy;
	struct address address;
	struct mac mac;
	uint64_t number;

	while (text_take_word(&rest, &word)) {
		check_piece(line, word);
		check_number(word);
		(void)address_from_text(word, &address);
		(void)mac_from_text(word, &mac);
		copy = word;
		if (text_take_number(&copy, 16, UINT32_MAX, &number) == 0 && copy.at == word.at)
			abort();
		check_piece(word, copy);
	}
	if (rest.at != line.end)
		abort();
	check_piece(line, text_trim(line));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	/* A copy of the exact size: the sanitizer sees a read beyond its end. */
	char *copy = malloc(len + (len == 0));
	struct text whole, rest, line, field;
	size_t sum = 0;

	if (copy == NULL)
		return 0;
	memcpy(copy, bytes, len);
	whole = rest = (struct text){copy, copy + len};
	while (text_take_line(&rest, &line)) {
		check_piece(whole, line);
		check_words(line);
	}
	for (rest = whole; text_take_field(&rest, ',', &field);)
		sum += text_len(field) + (field.end < whole.end);
	if (sum != len)
		abort();
	free(copy);
	return 0;
}
