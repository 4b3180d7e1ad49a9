/* SPDX-License-Identifier: MIT */
/* Any text on its way to a terminal, a JSON file and a shell: nothing unsafe may come out raw. */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output.h"
#include "fuzz.h"

#define TEXT_MAX 4096

static char *render(void (*print)(FILE *stream, const char *text), const char *text)
{
	char *rendered = NULL;
	size_t size;
	FILE *stream = open_memstream(&rendered, &size);

	if (stream == NULL)
		abort();
	print(stream, text);
	if (fclose(stream) != 0)
		abort();
	return rendered;
}

static void check_no_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			abort();
}

/* What a shell reads back from the word. */
static void check_shell_word(const char *word, const char *text)
{
	bool is_quoted = false;

	for (; *word != '\0'; word++) {
		if (*word == '\'') {
			is_quoted = !is_quoted;
			continue;
		}
		if (*word == '\\' && !is_quoted)
			word++;
		else if (!is_quoted && strchr(" \t\n;&|<>()$`\"*?[]#~!{}", *word) != NULL)
			abort();
		if (*word != *text++)
			abort();
	}
	if (is_quoted || *text != '\0')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	/* An odd first byte: in a locale that has all of Unicode. */
	static const char *const locales[] = {"C", "C.UTF-8"};
	static char text[TEXT_MAX + 1];
	char *rendered;

	if (len == 0)
		return 0;
	setlocale(LC_CTYPE, locales[bytes[0] & 1]);
	len = len - 1 < TEXT_MAX ? len - 1 : TEXT_MAX;
	memcpy(text, bytes + 1, len);
	text[len] = '\0';

	rendered = render(output_text, text);
	check_no_control(rendered);
	for (const char *c = rendered; *c != '\0' && (bytes[0] & 1) == 0; c++)
		if ((unsigned char)*c >= 0x80)
			abort();
	free(rendered);

	rendered = render(output_json, text);
	check_no_control(rendered);
	if (strlen(rendered) < 2 || rendered[0] != '"' || rendered[strlen(rendered) - 1] != '"')
		abort();
	free(rendered);

	rendered = render(output_shell_word, text);
	check_shell_word(rendered, text);
	free(rendered);
	return 0;
}
