/* SPDX-License-Identifier: MIT */
#include "qemu/readconfig.h"

#include <stdbool.h>
#include <string.h>

/* Arguments while they are written. */
struct writer {
	char *at, *end;
	bool is_in_group;
	bool is_empty; /* nothing of the group's value is written yet */
};

/* A piece of the text. */
struct piece {
	const char *text;
	size_t len;
};

static bool put(struct writer *writer, struct piece piece)
{
	if ((size_t)(writer->end - writer->at) < piece.len)
		return false;
	memcpy(writer->at, piece.text, piece.len);
	writer->at += piece.len;
	return true;
}

static bool put_text(struct writer *writer, const char *text)
{
	return put(writer, (struct piece){text, strlen(text)});
}

static bool put_nul(struct writer *writer)
{
	return put(writer, (struct piece){"", 1});
}

/* "key=value", or nothing at all where it does not fit. */
static void put_pair(struct writer *writer, struct piece key, struct piece value)
{
	char *begin = writer->at;
	bool fits = (writer->is_empty || put_text(writer, ",")) && put(writer, key) &&
		    put_text(writer, "=");

	for (size_t i = 0; fits && i < value.len; i++)
		fits = (value.text[i] != ',' || put_text(writer, ",")) &&
		       put(writer, (struct piece){value.text + i, 1});
	/* The group's closing NUL must fit as well. */
	if (!fits || writer->at == writer->end)
		writer->at = begin;
	else
		writer->is_empty = false;
}

static void end_group(struct writer *writer)
{
	if (writer->is_in_group)
		put_nul(writer);
	writer->is_in_group = false;
}

static void begin_group(struct writer *writer, struct piece name, struct piece id)
{
	char *begin = writer->at;

	writer->is_in_group = put_text(writer, "-") && put(writer, name) && put_nul(writer) &&
			      writer->at < writer->end;
	writer->is_empty = true;
	if (!writer->is_in_group)
		writer->at = begin;
	else if (id.len > 0)
		put_pair(writer, (struct piece){"id", 2}, id);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct piece trimmed(const char *begin, const char *end)
{
	while (begin < end && is_space(*begin))
		begin++;
	while (end > begin && is_space(end[-1]))
		end--;
	return (struct piece){begin, (size_t)(end - begin)};
}

/* What stands between the first and the last quote of the piece. */
static bool unquoted(struct piece piece, struct piece *ret_inner)
{
	if (piece.len < 2 || piece.text[0] != '"' || piece.text[piece.len - 1] != '"')
		return false;
	*ret_inner = (struct piece){piece.text + 1, piece.len - 2};
	return true;
}

/* [group] or [group "id"] */
static void take_header(struct writer *writer, struct piece line)
{
	const char *end = line.text + line.len - 1;
	const char *quote = memchr(line.text, '"', line.len);
	struct piece name, id = {"", 0};

	end_group(writer);
	if (*end != ']')
		return;
	if (quote != NULL && !unquoted(trimmed(quote, end), &id))
		return;
	name = trimmed(line.text + 1, quote != NULL ? quote : end);
	if (name.len > 0)
		begin_group(writer, name, id);
}

/* key = "value" */
static void take_pair(struct writer *writer, struct piece line)
{
	const char *equals = memchr(line.text, '=', line.len);
	struct piece key, value;

	if (!writer->is_in_group || equals == NULL ||
		!unquoted(trimmed(equals + 1, line.text + line.len), &value))
		return;
	key = trimmed(line.text, equals);
	if (key.len > 0)
		put_pair(writer, key, value);
}

size_t readconfig_to_arguments(const char *text, size_t len, char *ret_arguments, size_t size)
{
	struct writer writer = {.at = ret_arguments, .end = ret_arguments + size};
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline == NULL ? end : newline;
		struct piece line = trimmed(text, line_end);

		/* A NUL would part arguments. */
		if (line.len > 0 && memchr(line.text, '\0', line.len) == NULL) {
			if (line.text[0] == '[')
				take_header(&writer, line);
			else if (line.text[0] != '#')
				take_pair(&writer, line);
		}
		text = newline == NULL ? end : newline + 1;
	}
	end_group(&writer);
	return (size_t)(writer.at - ret_arguments);
}
