/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <langinfo.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The character at text and its length in bytes; a length of 0 if it is no UTF-8 (RFC 3629). */
static size_t decode(const char *text, uint32_t *ret_character)
{
	const unsigned char *c = (const unsigned char *)text;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	uint32_t value = len == 1 ? c[0] : c[0] & (0xffU >> (len + 1));

	if ((c[0] >= 0x80 && c[0] < 0xc2) || c[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (c[i] & 0x3f);
	}
	if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*ret_character = value;
	return len;
}

/* Could it move the cursor, colour the screen, or reverse the text behind it? */
static bool is_unsafe(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x61c ||
	       (character >= 0x200b && character <= 0x200f) ||
	       (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2060 && character <= 0x2069) || character == 0xfeff ||
	       (character >= 0xfff9 && character <= 0xfffb) || character >= 0xe0000;
}

void output_text(FILE *stream, const char *text)
{
	while (*text != '\0') {
		uint32_t character = 0;
		size_t len = decode(text, &character);
		bool is_safe = len > 0 && !is_unsafe(character);

		/* The locale's character set may not hold all of Unicode. */
		if (character >= 0x80)
			is_safe &= strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

		for (size_t i = 0; i < (len > 0 ? len : 1); i++, text++) {
			if (is_safe)
				fputc(*text, stream);
			else
				fprintf(stream, "\\x%02x", (unsigned char)*text);
		}
	}
}

void output_json(FILE *stream, const char *text)
{
	fputc('"', stream);
	while (*text != '\0') {
		uint32_t character = 0;
		size_t len = decode(text, &character);

		if (len == 0)
			fputs("\\ufffd", stream);
		else if (character == '"' || character == '\\')
			fprintf(stream, "\\%c", (char)character);
		else if (is_unsafe(character) && character < 0x10000)
			fprintf(stream, "\\u%04x", character);
		else
			fwrite(text, 1, len, stream);
		text += len > 0 ? len : 1;
	}
	fputc('"', stream);
}

void output_shell_word(FILE *stream, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./,=:@%+";

	if (*text != '\0' && text[strspn(text, plain)] == '\0') {
		fputs(text, stream);
		return;
	}
	fputc('\'', stream);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", stream);
		else
			fputc(*text, stream);
	}
	fputc('\'', stream);
}

bool output_finish(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return true;
	fprintf(stderr, "qemuvm: cannot write: %s\n", strerror(errno));
	return false;
}
