/* SPDX-License-Identifier: MIT */
#include "qemu/readconfig.h"

#include "base/text.h"

/* Arguments while they are written. */
struct writer {
	char *at, *end;
	bool is_in_group;
	bool is_empty; /* nothing of the group's value is written yet */
};

static bool writer_put(struct writer *writer, struct text text)
{
	size_t len = text_len(text);

	if ((size_t)(writer->end - writer->at) < len)
		return false;
	memcpy(writer->at, text.at, len);
	writer->at += len;
	return true;
}

static bool writer_put_byte(struct writer *writer, char byte)
{
	return writer_put(writer, (struct text){&byte, &byte + 1});
}

/* "key=value", or nothing at all if it does not fit. */
static void writer_put_pair(struct writer *writer, struct text key, struct text value)
{
	char *begin = writer->at;
	bool fits = (writer->is_empty || writer_put_byte(writer, ',')) && writer_put(writer, key) &&
		    writer_put_byte(writer, '=');

	for (; fits && value.at < value.end; value.at++)
		fits = (*value.at != ',' || writer_put_byte(writer, ',')) &&
		       writer_put_byte(writer, *value.at);
	/* The group's closing NUL must fit as well. */
	if (!fits || writer->at == writer->end)
		writer->at = begin;
	else
		writer->is_empty = false;
}

/* What is between the quotes around a piece. */
static bool readconfig_unquote(struct text text, struct text *ret_inner)
{
	text = text_trim(text);
	if (text_len(text) < 2 || *text.at != '"' || text.end[-1] != '"')
		return false;
	*ret_inner = (struct text){text.at + 1, text.end - 1};
	return true;
}

/* [group] or [group "id"] */
static void readconfig_take_header(struct writer *writer, struct text line)
{
	char *begin;
	const char *quote;
	struct text name, id = {line.at, line.at};

	if (writer->is_in_group)
		(void)writer_put_byte(writer, '\0');
	writer->is_in_group = false;
	if (line.end[-1] != ']')
		return;
	name = (struct text){line.at + 1, line.end - 1};
	quote = memchr(line.at, '"', text_len(line));
	if (quote != NULL) {
		if (!readconfig_unquote((struct text){quote, name.end}, &id))
			return;
		name.end = quote;
	}
	name = text_trim(name);
	if (name.at == name.end)
		return;
	begin = writer->at;
	writer->is_in_group = writer_put_byte(writer, '-') && writer_put(writer, name) &&
			      writer_put_byte(writer, '\0') && writer->at < writer->end;
	writer->is_empty = true;
	if (!writer->is_in_group)
		writer->at = begin;
	else if (id.at < id.end)
		writer_put_pair(writer, text_of("id"), id);
}

size_t readconfig_to_arguments(const char *text, size_t len, char *ret_arguments, size_t size)
{
	struct writer writer = {.at = ret_arguments, .end = ret_arguments + size};
	struct text rest = {text, text + len}, line, key, value;

	while (text_take_line(&rest, &line)) {
		line = text_trim(line);
		/* A NUL would separate arguments. */
		if (line.at == line.end || *line.at == '#' ||
			memchr(line.at, '\0', text_len(line)) != NULL)
			continue;
		if (*line.at == '[') {
			readconfig_take_header(&writer, line);
			continue;
		}
		/* key = "value" */
		if (!writer.is_in_group || !text_take_field(&line, '=', &key) ||
			!readconfig_unquote(line, &value))
			continue;
		key = text_trim(key);
		if (key.at < key.end)
			writer_put_pair(&writer, key, value);
	}
	if (writer.is_in_group)
		(void)writer_put_byte(&writer, '\0');
	return (size_t)(writer.at - ret_arguments);
}
