/* SPDX-License-Identifier: MIT */
#include "cache/cache_entry.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void put_socket(struct writer *writer, const struct cache_socket *socket)
{
	if (socket->path[0] == '\0')
		return;
	if (!fits_line(socket->path, true))
		writer->error = -EINVAL;
	put(writer, "socket %" PRIx64 " %" PRIu64 " %" PRId64 " %s\n", socket->device,
		socket->inode, socket->changed_ns, socket->path);
}

static void put_answer(struct writer *writer, const struct cache_answer *answer)
{
	char text[ADDRESS_TEXT_MAX];

	if (answer->at_ms == 0)
		return;
	put(writer, "answer %" PRId64 " %s %d", answer->at_ms, config_source_name(answer->source),
		-answer->agent_error);
	for (unsigned int i = 0; i < answer->count; i++)
		put(writer, " %s", address_format(&answer->addresses[i], text));
	put(writer, "\n");
}

static void put_agent(struct writer *writer, const struct cache_agent *agent)
{
	char text[ADDRESS_TEXT_MAX], mac[MAC_TEXT_MAX];

	if (agent->at_ms == 0)
		return;
	put(writer, "agent %" PRId64 "\n", agent->at_ms);
	for (unsigned int i = 0; i < agent->count; i++) {
		const struct cache_claim *claim = &agent->claims[i];

		put(writer, "claim %s%s%s\n", address_format(&claim->address, text),
			claim->has_mac ? " " : "",
			claim->has_mac ? mac_format(&claim->mac, mac) : "");
	}
}

int cache_entry_write(const struct cache_entry *entry, char *ret_text, size_t size)
{
	const struct cache_process *process = &entry->process;
	struct writer writer = {.text = ret_text, .size = size};

	put(&writer, FIRST_LINE "\n");
	put_word(&writer, "vm", entry->vm);
	for (unsigned int i = 0; i < entry->name_count; i++)
		put_word(&writer, "name", entry->names[i]);
	put(&writer, "process %d %" PRIu64 " %u %u\n", (int)process->pid, process->start_time,
		process->owner, process->uid);
	put_socket(&writer, &entry->socket);
	put(&writer, "network %" PRIu64 "\nconfig %" PRIu64 "\n", entry->network, entry->config);
	put_agent(&writer, &entry->agent);
	put_answer(&writer, &entry->answer);
	if (entry->failed_ms != 0)
		put(&writer, "failed %" PRId64 " %d\n", entry->failed_ms, -entry->agent_error);
	if (entry->unanswered_ms != 0)
		put(&writer, "unanswered %" PRId64 "\n", entry->unanswered_ms);
	put(&writer, LAST_LINE "\n");
	return writer.error < 0 ? writer.error : (int)writer.len;
}

/* A line that is read, word by word. */
struct reader {
	const char *at, *end;
};

static bool is_at_end(const struct reader *reader)
{
	return reader->at == reader->end;
}

/* The next word, and the one space behind it. */
static bool take_word(struct reader *reader, char *ret_word, size_t size)
{
	const char *space = memchr(reader->at, ' ', (size_t)(reader->end - reader->at));
	const char *end = space != NULL ? space : reader->end;
	size_t len = (size_t)(end - reader->at);

	if (len == 0 || len >= size)
		return false;
	memcpy(ret_word, reader->at, len);
	ret_word[len] = '\0';
	reader->at = space != NULL ? space + 1 : end;
	return fits_line(ret_word, false);
}

static bool take_number(struct reader *reader, int base, uint64_t max, uint64_t *ret_number)
{
	char word[24], *end;
	unsigned long long number;

	if (!take_word(reader, word, sizeof(word)) || word[0] == '-' || word[0] == '+')
		return false;
	errno = 0;
	number = strtoull(word, &end, base);
	if (errno != 0 || *end != '\0' || number > max)
		return false;
	*ret_number = number;
	return true;
}

static bool take_time(struct reader *reader, int64_t *ret_time)
{
	uint64_t time;

	if (!take_number(reader, 10, INT64_MAX, &time) || time == 0)
		return false;
	*ret_time = (int64_t)time;
	return true;
}

static bool take_error(struct reader *reader, int *ret_error)
{
	uint64_t error;

	if (!take_number(reader, 10, ERROR_MAX, &error))
		return false;
	*ret_error = -(int)error;
	return true;
}

/* The zone is one of ours: the number of an interface. */
static bool take_address(struct reader *reader, struct address *ret_address)
{
	char word[ADDRESS_TEXT_MAX], *zone;
	struct reader number;
	uint64_t scope_id = 0;

	if (!take_word(reader, word, sizeof(word)))
		return false;
	zone = strchr(word, '%');
	if (zone != NULL) {
		number = (struct reader){zone + 1, zone + strlen(zone)};
		if (!take_number(&number, 10, UINT32_MAX, &scope_id) || scope_id == 0)
			return false;
	}
	if (address_parse(word, ret_address) < 0)
		return false;
	ret_address->scope_id = (uint32_t)scope_id;
	return true;
}

static bool read_vm(struct reader *reader, struct cache_entry *entry)
{
	return take_word(reader, entry->vm, sizeof(entry->vm));
}

static bool read_name(struct reader *reader, struct cache_entry *entry)
{
	if (entry->name_count == CACHE_NAMES_MAX)
		return false;
	return take_word(reader, entry->names[entry->name_count++], sizeof(entry->names[0]));
}

static bool read_process(struct reader *reader, struct cache_entry *entry)
{
	uint64_t pid, start_time, owner, uid;

	if (!take_number(reader, 10, INT_MAX, &pid) ||
		!take_number(reader, 10, UINT64_MAX, &start_time) ||
		!take_number(reader, 10, (uid_t)-1, &owner) ||
		!take_number(reader, 10, (uid_t)-1, &uid) || pid == 0)
		return false;
	entry->process = (struct cache_process){(pid_t)pid, start_time, (uid_t)owner, (uid_t)uid};
	return true;
}

/* The path is the rest of the line. */
static bool read_socket(struct reader *reader, struct cache_entry *entry)
{
	struct cache_socket *socket = &entry->socket;
	uint64_t changed_ns;
	size_t len;

	if (!take_number(reader, 16, UINT64_MAX, &socket->device) ||
		!take_number(reader, 10, UINT64_MAX, &socket->inode) ||
		!take_number(reader, 10, INT64_MAX, &changed_ns))
		return false;
	len = (size_t)(reader->end - reader->at);
	if (len == 0 || len >= sizeof(socket->path) || *reader->at != '/')
		return false;
	socket->changed_ns = (int64_t)changed_ns;
	memcpy(socket->path, reader->at, len);
	socket->path[len] = '\0';
	reader->at = reader->end;
	return fits_line(socket->path, true);
}

static bool read_network(struct reader *reader, struct cache_entry *entry)
{
	return take_number(reader, 10, UINT64_MAX, &entry->network);
}

static bool read_config(struct reader *reader, struct cache_entry *entry)
{
	return take_number(reader, 10, UINT64_MAX, &entry->config);
}

static bool read_agent(struct reader *reader, struct cache_entry *entry)
{
	return take_time(reader, &entry->agent.at_ms);
}

static bool read_claim(struct reader *reader, struct cache_entry *entry)
{
	struct cache_agent *agent = &entry->agent;
	struct cache_claim claim = {.has_mac = false};
	char mac[MAC_TEXT_MAX];

	if (agent->at_ms == 0 || agent->count == CACHE_CLAIMS_MAX ||
		!take_address(reader, &claim.address))
		return false;
	if (!is_at_end(reader)) {
		claim.has_mac = true;
		if (!take_word(reader, mac, sizeof(mac)) || mac_parse(mac, &claim.mac) < 0)
			return false;
	}
	agent->claims[agent->count++] = claim;
	return true;
}

static bool take_source(struct reader *reader, enum source_id *ret_source)
{
	char word[16];

	if (!take_word(reader, word, sizeof(word)))
		return false;
	for (int s = 0; s < SOURCE_COUNT; s++)
		if (strcmp(word, config_source_name((enum source_id)s)) == 0) {
			*ret_source = (enum source_id)s;
			return true;
		}
	return false;
}

static bool read_answer(struct reader *reader, struct cache_entry *entry)
{
	struct cache_answer *answer = &entry->answer;

	answer->count = 0;
	if (!take_time(reader, &answer->at_ms) || !take_source(reader, &answer->source) ||
		!take_error(reader, &answer->agent_error))
		return false;
	while (!is_at_end(reader)) {
		if (answer->count == ANSWER_ADDRESSES_MAX ||
			!take_address(reader, &answer->addresses[answer->count]))
			return false;
		answer->count++;
	}
	return answer->count > 0;
}

static bool read_failed(struct reader *reader, struct cache_entry *entry)
{
	return take_time(reader, &entry->failed_ms) && take_error(reader, &entry->agent_error) &&
	       entry->agent_error < 0;
}

static bool read_unanswered(struct reader *reader, struct cache_entry *entry)
{
	return take_time(reader, &entry->unanswered_ms);
}

static bool read_line(struct reader *reader, struct cache_entry *entry)
{
	static const struct {
		const char *key;
		bool (*read)(struct reader *reader, struct cache_entry *entry);
	} keys[] = {
		{"vm", read_vm},
		{"name", read_name},
		{"process", read_process},
		{"socket", read_socket},
		{"network", read_network},
		{"config", read_config},
		{"agent", read_agent},
		{"claim", read_claim},
		{"answer", read_answer},
		{"failed", read_failed},
		{"unanswered", read_unanswered},
	};
	char key[16];

	if (!take_word(reader, key, sizeof(key)))
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i].key) == 0)
			return keys[i].read(reader, entry) && is_at_end(reader);
	return false;
}

static bool is_line(const struct reader *line, const char *wanted)
{
	size_t len = (size_t)(line->end - line->at);

	return len == strlen(wanted) && memcmp(line->at, wanted, len) == 0;
}

/* The line at *text, which goes on to the next; false at the end, or where it is cut. */
static bool next_line(const char **text, struct reader *ret_line)
{
	const char *end = strchr(*text, '\n');

	if (end == NULL)
		return false;
	*ret_line = (struct reader){*text, end};
	*text = end + 1;
	return true;
}

int cache_entry_read(const char *text, struct cache_entry *ret_entry)
{
	struct cache_entry *entry = ret_entry;
	struct reader line;

	memset(entry, 0, sizeof(*entry));
	if (!next_line(&text, &line) || !is_line(&line, FIRST_LINE))
		return -EBADMSG;
	while (next_line(&text, &line)) {
		if (is_line(&line, LAST_LINE)) {
			bool is_whole =
				*text == '\0' && entry->vm[0] != '\0' && entry->process.pid != 0;

			return is_whole ? 0 : -EBADMSG;
		}
		if (!read_line(&line, entry))
			return -EBADMSG;
	}
	return -EBADMSG;
}
