/* SPDX-License-Identifier: MIT */
#include "config/config_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/passwd.h"
#include "host/file.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum key_kind {
	KEY_SOCKET,
	KEY_PREFIX,
	KEY_LEASE,
	KEY_USER,
	KEY_SOURCE, /* up to here: lists */
	KEY_NUMBER,
	KEY_TRUTH,
};

struct key {
	const char *name;
	enum key_kind kind;
	size_t offset; /* of the value within struct config */
	/* Of a list of texts: `max` places of `size` bytes, and where their number is. */
	size_t size, max, count_offset;
	int least, most; /* of a number */
};

#define MEMBER(member) (((struct config *)NULL)->member)
#define TEXTS(name, kind, list, count)                                                             \
	{                                                                                          \
		name, kind, offsetof(struct config, list), sizeof(MEMBER(list)[0]),                \
			COUNT_OF(MEMBER(list)), offsetof(struct config, count), 0, 0               \
	}
#define NUMBER(key, least, most)                                                                   \
	{                                                                                          \
#key, KEY_NUMBER, offsetof(struct config, key), 0, 0, 0, least, most               \
	}
#define TRUTH(key)                                                                                 \
	{                                                                                          \
#key, KEY_TRUTH, offsetof(struct config, key), 0, 0, 0, 0, 0                       \
	}

static const struct key keys[] = {
	TEXTS("socket", KEY_SOCKET, sockets, socket_count),
	TEXTS("prefix", KEY_PREFIX, prefixes, prefix_count),
	TEXTS("lease", KEY_LEASE, leases, lease_count),
	TEXTS("trusted_users", KEY_USER, trusted_users, trusted_count),
	{"sources", KEY_SOURCE, 0, 0, 0, 0, 0, 0},
	NUMBER(timeout_ms, 1, 60000),
	NUMBER(cache_s, 0, 86400),
	NUMBER(stale_s, 0, 86400),
	NUMBER(wait_s, 0, 86400),
	TRUTH(routed),
	TRUTH(add_forward),
	TRUTH(containers),
};

/* What is known while a file is read. */
struct parser {
	struct config *config;
	struct config_problems *problems;
	unsigned int line;
	int problem_count;
	unsigned long seen; /* a bit for each key of which a word was taken */
};

__attribute__((format(printf, 2, 3))) static void complain(
	struct parser *parser, const char *format, ...)
{
	struct config_problem *problem;
	va_list arguments;

	parser->problem_count++;
	if (parser->problems == NULL || parser->problems->count >= CONFIG_PROBLEMS_MAX)
		return;
	problem = &parser->problems->problem[parser->problems->count++];
	problem->line = parser->line;
	va_start(arguments, format);
	vsnprintf(problem->text, sizeof(problem->text), format, arguments);
	va_end(arguments);
	/* Bytes of the file that a terminal might obey are replaced. */
	for (char *c = problem->text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/* The arguments of "%.*s": the beginning of a text. */
#define SHOWN_MAX   60
#define SHOWN(text) (int)(text_len(text) < SHOWN_MAX ? text_len(text) : SHOWN_MAX), (text).at

/* Takes one word of a list of texts. is_first: none was taken of this key before. */
static bool config_take_text(
	struct parser *parser, const struct key *key, struct text word, bool is_first)
{
	char *config = (char *)parser->config, *place;
	unsigned int count;
	uid_t uid;

	memcpy(&count, config + key->count_offset, sizeof(count));
	if (is_first)
		count = 0;
	/* A list of users that names none trusts none: the default would be more than was asked
	 * for. */
	if (is_first && key->kind == KEY_USER)
		parser->config->trusted_count = 0;
	if ((key->kind == KEY_SOCKET || key->kind == KEY_LEASE) && *word.at != '/') {
		complain(parser, "%s: \"%.*s\" is no absolute path", key->name, SHOWN(word));
		return false;
	}
	if (key->kind == KEY_SOCKET && text_find(word, "%s") == NULL) {
		complain(parser, "socket: \"%.*s\" has no %%s for the VM's name", SHOWN(word));
		return false;
	}
	if (count >= key->max) {
		complain(parser, "%s: more than %zu", key->name, key->max);
		return false;
	}
	place = config + key->offset + key->size * count++;
	if (text_copy(word, place, key->size) < 0) {
		complain(parser, "%s: \"%.*s...\" is too long", key->name, SHOWN(word));
		return false;
	}
	memcpy(config + key->count_offset, &count, sizeof(count));
	/* Trust itself reads /etc/passwd only if some uid needs it. */
	if (key->kind == KEY_USER && parser->problems != NULL && config_user_uid(place, &uid) < 0 &&
		passwd_uids(place, key->size, 1, &uid) == 0)
		complain(parser, "trusted_users: no user \"%s\" in " PASSWD_FILE, place);
	return true;
}

static bool config_take_source(struct parser *parser, struct text word, bool is_first)
{
	struct config *config = parser->config;
	int source = 0;

	while (source < SOURCE_COUNT &&
		!text_equals(word, config_source_name((enum source_id)source)))
		source++;
	if (source == SOURCE_COUNT) {
		complain(parser, "sources: \"%.*s\" is not one of agent, lease, neighbour",
			SHOWN(word));
		return false;
	}
	if (is_first)
		config->source_count = 0;
	for (unsigned int i = 0; i < config->source_count; i++)
		if ((int)config->sources[i] == source)
			return true;
	config->sources[config->source_count++] = (enum source_id)source;
	return true;
}

static bool config_take_word(
	struct parser *parser, const struct key *key, struct text word, bool is_first)
{
	char *value = (char *)parser->config + key->offset;
	bool is_yes = text_equals(word, "yes");
	uint64_t number;
	int whole;

	switch (key->kind) {
	case KEY_SOURCE:
		return config_take_source(parser, word, is_first);
	case KEY_NUMBER:
		if (text_number(word, 10, (uint64_t)key->most, &number) < 0 ||
			(int)number < key->least) {
			complain(parser, "%s: \"%.*s\" is no number from %d to %d", key->name,
				SHOWN(word), key->least, key->most);
			return false;
		}
		whole = (int)number;
		memcpy(value, &whole, sizeof(whole));
		return true;
	case KEY_TRUTH:
		if (!is_yes && !text_equals(word, "no")) {
			complain(parser, "%s: \"%.*s\" is neither yes nor no", key->name,
				SHOWN(word));
			return false;
		}
		memcpy(value, &is_yes, sizeof(is_yes));
		return true;
	default:
		return config_take_text(parser, key, word, is_first);
	}
}

/* Takes the next word of a value; blanks and commas separate words. */
static bool config_next_word(struct text *value, struct text *ret_word)
{
	while (value->at < value->end && strchr(" \t,", *value->at) != NULL)
		value->at++;
	ret_word->at = value->at;
	while (value->at < value->end && strchr(" \t,", *value->at) == NULL)
		value->at++;
	ret_word->end = value->at;
	return ret_word->at < ret_word->end;
}

/* Each word of the value in turn. The first that is taken of a list replaces the default, others
 * add to it; of a number or truth value the last line is valid. */
static void config_take_value(struct parser *parser, const struct key *key, struct text value)
{
	unsigned long bit = 1UL << (key - keys);
	struct text rest = value, word, second;

	if (!config_next_word(&rest, &word)) {
		complain(parser, "%s: no value", key->name);
		return;
	}
	if (key->kind > KEY_SOURCE && config_next_word(&rest, &second)) {
		complain(parser, "%s: takes one value", key->name);
		return;
	}
	while (config_next_word(&value, &word))
		if (config_take_word(parser, key, word, (parser->seen & bit) == 0))
			parser->seen |= bit;
}

/* `key = value # comment` */
static void config_take_line(struct parser *parser, struct text line)
{
	struct text content, name, value;

	if (memchr(line.at, '\0', text_len(line)) != NULL) {
		complain(parser, "holds a NUL byte");
		return;
	}
	if (!text_take_field(&line, '#', &content))
		return;
	content = value = text_trim(content);
	if (!text_take_field(&value, '=', &name))
		return;
	if (name.end == content.end) {
		complain(parser, "\"%.*s\" is not of the form key = value", SHOWN(content));
		return;
	}
	name = text_trim(name);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (text_equals(name, keys[i].name)) {
			config_take_value(parser, &keys[i], value);
			return;
		}
	complain(parser, "unknown key \"%.*s\"", SHOWN(name));
}

int config_parse(
	struct config *config, const char *text, size_t len, struct config_problems *ret_problems)
{
	struct parser parser = {.config = config, .problems = ret_problems};
	struct text rest = {text, text + len}, line;

	if (ret_problems != NULL)
		ret_problems->count = 0;
	while (text_take_line(&rest, &line)) {
		parser.line++;
		config_take_line(&parser, line);
	}
	return parser.problem_count;
}

const char *config_path(void)
{
	const char *path = secure_getenv("QEMUVM_CONFIG");

	return path != NULL && *path != '\0' ? path : CONFIG_FILE;
}

uint64_t config_identity(void)
{
	struct stat status;
	uint64_t marks[5];

	if (stat(config_path(), &status) < 0)
		return 0;
	marks[0] = status.st_dev;
	marks[1] = status.st_ino;
	marks[2] = (uint64_t)status.st_size;
	marks[3] = (uint64_t)status.st_ctim.tv_sec;
	marks[4] = (uint64_t)status.st_ctim.tv_nsec;
	return text_hash((struct text){(const char *)marks, (const char *)(marks + 5)});
}

int config_load(struct config *ret_config, struct config_problems *ret_problems)
{
	const char *path = config_path();
	struct parser parser = {.problems = ret_problems};
	char *text = NULL;
	size_t len;
	int r;

	config_init(ret_config);
	if (ret_problems != NULL)
		ret_problems->count = 0;
	/* Before it is read: if it changes now, it has another identity at the next look. */
	ret_config->identity = config_identity();
	r = file_read_path(path, CONFIG_FILE_MAX, &text, &len);
	if (r == -ENOENT && strcmp(path, CONFIG_FILE) == 0)
		return 0;
	if (r < 0) {
		complain(&parser, "cannot be read: %s",
			r == -EINVAL ? "no regular file, or too large" : strerrordesc_np(-r));
		return parser.problem_count;
	}
	r = config_parse(ret_config, text, len, ret_problems);
	free(text);
	return r;
}
