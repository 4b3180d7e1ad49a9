/* SPDX-License-Identifier: MIT */
#include "cache/cache_entry.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FIRST_LINE "qemuvm 1"
#define LAST_LINE  "end"

/* Errors that are kept are those of errno(3). */
#define ERROR_MAX 4095

/* A text that is written; an error stays. */
struct writer {
	char *text;
	size_t size, len;
	int error;
};

__attribute__((format(printf, 2, 3))) static void put(
	struct writer *writer, const char *format, ...)
{
	va_list arguments;
	int len;

	if (writer->error < 0)
		return;
	va_start(arguments, format);
	len = vsnprintf(writer->text + writer->len, writer->size - writer->len, format, arguments);
	va_end(arguments);
	if (len < 0 || (size_t)len >= writer->size - writer->len)
		writer->error = -E2BIG;
	else
		writer->len += (size_t)len;
}

/* Is the text one word, or with may_hold_spaces the rest of a line? */
static bool fits_line(const char *text, bool may_hold_spaces)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f ||
			(*text == ' ' && !may_hold_spaces))
			return false;
	return true;
}

static void put_word(struct writer *writer, const char *key, const char *word)
{
	if (*word == '\0' || !fits_line(word, false))
		writer->error = -EINVAL;
	put(writer, "%s %s\n", key, word);
}

static void put_file(struct writer *writer, const char *key, const struct cache_file *file)
{
	put(writer, "%s %" PRIx64 " %" PRIu64 " %" PRIu64, key, file->device, file->inode,
		file->changed_ns);
}

int cache_entry_write(const struct cache_entry *entry, char *ret_text, size_t size)
{
	const struct cache_process *process = &entry->process;
	const struct cache_agent *agent = &entry->agent;
	const struct cache_answer *answer = &entry->answer;
	struct writer writer = {.text = ret_text, .size = size};
	char text[ADDRESS_TEXT_MAX], mac[MAC_TEXT_MAX];

	put(&writer, FIRST_LINE "\n");
	put_word(&writer, "vm", entry->vm);
	for (unsigned int i = 0; i < entry->name_count; i++)
		put_word(&writer, "name", entry->names[i]);
	put(&writer, "process %d %" PRIu64 " %u %u\n", (int)process->pid, process->start_time,
		process->owner, process->uid);
	put_file(&writer, "proc", &process->stat);
	put(&writer, "\n");
	if (entry->socket.path[0] != '\0') {
		if (!fits_line(entry->socket.path, true))
			writer.error = -EINVAL;
		put_file(&writer, "socket", &entry->socket.file);
		put(&writer, " %s\n", entry->socket.path);
	}
	put(&writer, "network %" PRIu64 "\nconfig %" PRIu64 " %" PRIu64 "\n", entry->network,
		entry->config, entry->cache_ms);
	if (agent->at_ms != 0)
		put(&writer, "agent %" PRId64 "\n", agent->at_ms);
	for (unsigned int i = 0; agent->at_ms != 0 && i < agent->count; i++) {
		const struct cache_claim *claim = &agent->claims[i];

		put(&writer, "claim %s%s%s\n", address_format(&claim->address, text),
			claim->has_mac ? " " : "",
			claim->has_mac ? mac_format(&claim->mac, mac) : "");
	}
	if (answer->at_ms != 0) {
		put(&writer, "answer %" PRId64 " %s %d", answer->at_ms,
			config_source_name(answer->source), -answer->agent_error);
		for (unsigned int i = 0; i < answer->count; i++)
			put(&writer, " %s", address_format(&answer->addresses[i], text));
		put(&writer, "\n");
	}
	if (entry->failed_ms != 0)
		put(&writer, "failed %" PRId64 " %d\n", entry->failed_ms, -entry->agent_error);
	if (entry->unanswered_ms != 0)
		put(&writer, "unanswered %" PRId64 "\n", entry->unanswered_ms);
	put(&writer, LAST_LINE "\n");
	return writer.error < 0 ? writer.error : (int)writer.len;
}

/* The next word, and the one space behind it. */
static bool take_word(struct text *rest, char *ret_word, size_t size)
{
	struct text word;

	return text_take_field(rest, ' ', &word) && text_copy(word, ret_word, size) > 0 &&
	       fits_line(ret_word, false);
}

static bool take_number(struct text *rest, uint64_t max, uint64_t *ret_number)
{
	struct text word;

	return text_take_field(rest, ' ', &word) && text_number(word, 10, max, ret_number) == 0;
}

static bool take_time(struct text *rest, int64_t *ret_time)
{
	uint64_t time;

	if (!take_number(rest, INT64_MAX, &time) || time == 0)
		return false;
	*ret_time = (int64_t)time;
	return true;
}

static bool take_error(struct text *rest, int *ret_error)
{
	uint64_t error;

	if (!take_number(rest, ERROR_MAX, &error))
		return false;
	*ret_error = -(int)error;
	return true;
}

/* The zone is one of ours: the number of an interface. */
static bool take_address(struct text *rest, struct address *ret_address)
{
	struct text word, zone, plain;
	uint64_t scope_id = 0;

	if (!text_take_field(rest, ' ', &word) || address_from_text(word, ret_address) < 0)
		return false;
	zone = word;
	if (text_take_field(&zone, '%', &plain) && plain.end < word.end &&
		(text_number(zone, 10, UINT32_MAX, &scope_id) < 0 || scope_id == 0))
		return false;
	ret_address->scope_id = (uint32_t)scope_id;
	return true;
}

static bool take_file(struct text *rest, struct cache_file *ret_file)
{
	struct text device;

	return text_take_field(rest, ' ', &device) &&
	       text_number(device, 16, UINT64_MAX, &ret_file->device) == 0 &&
	       take_number(rest, UINT64_MAX, &ret_file->inode) &&
	       take_number(rest, INT64_MAX, &ret_file->changed_ns);
}

static bool read_claim(struct text *rest, struct cache_agent *agent)
{
	struct cache_claim *claim = &agent->claims[agent->count];
	struct text mac;

	if (agent->at_ms == 0 || agent->count == CACHE_CLAIMS_MAX ||
		!take_address(rest, &claim->address))
		return false;
	claim->has_mac = text_take_field(rest, ' ', &mac);
	if (claim->has_mac && mac_from_text(mac, &claim->mac) < 0)
		return false;
	agent->count++;
	return true;
}

static bool read_answer(struct text *rest, struct cache_answer *answer)
{
	struct text word;
	int source = 0;

	answer->count = 0;
	if (!take_time(rest, &answer->at_ms) || !text_take_field(rest, ' ', &word))
		return false;
	while (source < SOURCE_COUNT &&
		!text_equals(word, config_source_name((enum source_id)source)))
		source++;
	if (source == SOURCE_COUNT || !take_error(rest, &answer->agent_error))
		return false;
	answer->source = (enum source_id)source;
	while (rest->at < rest->end) {
		if (answer->count == ANSWER_ADDRESSES_MAX ||
			!take_address(rest, &answer->addresses[answer->count]))
			return false;
		answer->count++;
	}
	return answer->count > 0;
}

static bool read_line(struct text line, struct cache_entry *entry)
{
	struct cache_process *process = &entry->process;
	struct cache_socket *socket = &entry->socket;
	uint64_t pid = 0, owner = 0, uid = 0;
	bool is_good = false;
	struct text key;

	if (!text_take_field(&line, ' ', &key))
		return false;
	if (text_equals(key, "vm")) {
		is_good = take_word(&line, entry->vm, sizeof(entry->vm));
	} else if (text_equals(key, "name") && entry->name_count < CACHE_NAMES_MAX) {
		is_good = take_word(
			&line, entry->names[entry->name_count++], sizeof(entry->names[0]));
	} else if (text_equals(key, "process")) {
		is_good = take_number(&line, INT_MAX, &pid) && pid > 0 &&
			  take_number(&line, UINT64_MAX, &process->start_time) &&
			  take_number(&line, (uid_t)-1, &owner) &&
			  take_number(&line, (uid_t)-1, &uid);
		process->pid = (pid_t)pid;
		process->owner = (uid_t)owner;
		process->uid = (uid_t)uid;
	} else if (text_equals(key, "proc")) {
		is_good = take_file(&line, &process->stat);
	} else if (text_equals(key, "socket")) {
		/* The path is the rest of the line. */
		is_good = take_file(&line, &socket->file) && text_begins_with(line, "/") &&
			  text_copy(line, socket->path, sizeof(socket->path)) > 0 &&
			  fits_line(socket->path, true);
		line.at = line.end;
	} else if (text_equals(key, "network")) {
		is_good = take_number(&line, UINT64_MAX, &entry->network);
	} else if (text_equals(key, "config")) {
		is_good = take_number(&line, UINT64_MAX, &entry->config) &&
			  take_number(&line, INT64_MAX, &entry->cache_ms);
	} else if (text_equals(key, "agent")) {
		is_good = take_time(&line, &entry->agent.at_ms);
	} else if (text_equals(key, "claim")) {
		is_good = read_claim(&line, &entry->agent);
	} else if (text_equals(key, "answer")) {
		is_good = read_answer(&line, &entry->answer);
	} else if (text_equals(key, "failed")) {
		is_good = take_time(&line, &entry->failed_ms) &&
			  take_error(&line, &entry->agent_error) && entry->agent_error < 0;
	} else if (text_equals(key, "unanswered")) {
		is_good = take_time(&line, &entry->unanswered_ms);
	}
	return is_good && line.at == line.end;
}

int cache_entry_read(const char *text, struct cache_entry *ret_entry)
{
	struct cache_entry *entry = ret_entry;
	struct text rest = text_of(text), line;

	memset(entry, 0, sizeof(*entry));
	if (!text_take(&rest, FIRST_LINE "\n"))
		return -EBADMSG;
	/* The last line shows that the file is whole. */
	while (!text_equals(rest, LAST_LINE "\n"))
		if (!text_take_field(&rest, '\n', &line) || !read_line(line, entry))
			return -EBADMSG;
	return entry->vm[0] != '\0' && entry->process.pid != 0 ? 0 : -EBADMSG;
}
