/* SPDX-License-Identifier: MIT */
#include "config/config_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/passwd.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What is known while a file is read. */
struct parser {
	struct config *config;
	struct config_problems *problems;
	unsigned int line;
	unsigned int problem_count;
	unsigned long seen; /* a bit for each key of which a word was taken */
};

/* Bytes of the file that a terminal might obey are replaced. */
static void make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

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
	make_printable(problem->text);
}

struct key {
	const char *name;
	/* Takes one word of the value, or says false; is_first: none was taken of this key before.
	 */
	bool (*take)(struct parser *parser, const struct key *key, const char *word, bool is_first);
	size_t offset; /* of the value within struct config */
	int least, most;
};

/* A list of texts within struct config: `max` places of `size` bytes. */
struct text_list {
	char *places;
	size_t size;
	unsigned int max;
	unsigned int *count;
};

static bool append_text(struct parser *parser, const struct key *key, struct text_list list,
	const char *word, bool is_first)
{
	unsigned int count = is_first ? 0 : *list.count;

	if (count >= list.max) {
		complain(parser, "%s: more than %u", key->name, list.max);
		return false;
	}
	if (strlen(word) >= list.size) {
		complain(parser, "%s: \"%.40s...\" is too long", key->name, word);
		return false;
	}
	memcpy(list.places + list.size * count, word, strlen(word) + 1);
	*list.count = count + 1;
	return true;
}

static bool take_socket(
	struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	struct config *config = parser->config;

	if (word[0] != '/') {
		complain(parser, "socket: \"%.60s\" is no absolute path", word);
		return false;
	}
	if (strstr(word, "%s") == NULL) {
		complain(parser, "socket: \"%.60s\" has no %%s for the VM's name", word);
		return false;
	}
	return append_text(parser, key,
		(struct text_list){config->sockets[0], CONFIG_PATH_SIZE, CONFIG_SOCKETS_MAX,
			&config->socket_count},
		word, is_first);
}

static bool take_lease(
	struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	struct config *config = parser->config;

	if (word[0] != '/') {
		complain(parser, "lease: \"%.60s\" is no absolute path", word);
		return false;
	}
	return append_text(parser, key,
		(struct text_list){config->leases[0], CONFIG_PATH_SIZE, CONFIG_LEASES_MAX,
			&config->lease_count},
		word, is_first);
}

static bool take_prefix(
	struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	struct config *config = parser->config;

	return append_text(parser, key,
		(struct text_list){config->prefixes[0], CONFIG_PREFIX_SIZE, CONFIG_PREFIXES_MAX,
			&config->prefix_count},
		word, is_first);
}

static bool has_source(const struct config *config, int source)
{
	for (unsigned int i = 0; i < config->source_count; i++)
		if ((int)config->sources[i] == source)
			return true;
	return false;
}

static bool take_source(
	struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	struct config *config = parser->config;
	int source = 0;

	(void)key;
	while (source < SOURCE_COUNT &&
		strcmp(word, config_source_name((enum source_id)source)) != 0)
		source++;
	if (source == SOURCE_COUNT) {
		complain(parser, "sources: \"%.40s\" is none of agent, lease, neighbour", word);
		return false;
	}
	if (is_first)
		config->source_count = 0;
	if (!has_source(config, source))
		config->sources[config->source_count++] = (enum source_id)source;
	return true;
}

static void append_uid(struct config *config, uid_t uid)
{
	if (config->trusted_count < CONFIG_USERS_MAX)
		config->trusted_uids[config->trusted_count++] = uid;
}

/* A list of users that names none trusts none: the default would be more than was asked for. */
static bool take_user(struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	struct config *config = parser->config;
	uint64_t number;
	uid_t uid;

	(void)key;
	config->trusts_default_users = false;
	if (is_first)
		config->trusted_count = 0;
	if (config->trusted_count >= CONFIG_USERS_MAX)
		complain(parser, "trusted_users: more than %d", CONFIG_USERS_MAX);
	else if (text_number(text_of(word), 10, (uid_t)-2, &number) == 0)
		append_uid(config, (uid_t)number);
	else if (passwd_uid(word, &uid) == 0)
		append_uid(config, uid);
	else
		complain(parser, "trusted_users: no user \"%.40s\" in " PASSWD_FILE, word);
	return true;
}

static bool take_number(
	struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	uint64_t value;
	int number;

	(void)is_first;
	if (text_number(text_of(word), 10, (uint64_t)key->most, &value) < 0 ||
		(int)value < key->least) {
		complain(parser, "%s: \"%.40s\" is no number from %d to %d", key->name, word,
			key->least, key->most);
		return false;
	}
	number = (int)value;
	memcpy((char *)parser->config + key->offset, &number, sizeof(number));
	return true;
}

static bool take_truth(
	struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	bool is_yes = strcmp(word, "yes") == 0;

	(void)is_first;
	if (!is_yes && strcmp(word, "no") != 0) {
		complain(parser, "%s: \"%.40s\" is neither yes nor no", key->name, word);
		return false;
	}
	memcpy((char *)parser->config + key->offset, &is_yes, sizeof(is_yes));
	return true;
}

#define NUMBER(key, least, most)                                                                   \
	{                                                                                          \
#key, take_number, offsetof(struct config, key), least, most                       \
	}
#define TRUTH(key)                                                                                 \
	{                                                                                          \
#key, take_truth, offsetof(struct config, key), 0, 0                               \
	}

static const struct key keys[] = {
	{"socket", take_socket, 0, 0, 0},
	{"prefix", take_prefix, 0, 0, 0},
	{"sources", take_source, 0, 0, 0},
	{"lease", take_lease, 0, 0, 0},
	{"trusted_users", take_user, 0, 0, 0},
	NUMBER(timeout_ms, 1, 60000),
	NUMBER(cache_s, 0, 86400),
	NUMBER(stale_s, 0, 86400),
	NUMBER(wait_s, 0, 86400),
	TRUTH(routed),
	TRUTH(add_forward),
};

static const struct key *key_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static bool is_list(const struct key *key)
{
	return key->take != take_number && key->take != take_truth;
}

/* Each word of the value in turn. The first that is taken of a list replaces what the default says,
 * others add to it; of a number or truth value the last line counts. */
static void take_value(struct parser *parser, const struct key *key, char *value)
{
	unsigned long bit = 1UL << (key - keys);
	char *rest, *word = strtok_r(value, " \t,", &rest);

	if (word == NULL)
		complain(parser, "%s: no value", key->name);
	else if (!is_list(key) && rest[strspn(rest, " \t,")] != '\0')
		complain(parser, "%s: takes one value", key->name);
	else
		for (; word != NULL; word = strtok_r(NULL, " \t,", &rest))
			if (key->take(parser, key, word, (parser->seen & bit) == 0))
				parser->seen |= bit;
}

static void trim_end(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
}

/* `key = value # comment`; line is the parser's to cut. */
static void take_line(struct parser *parser, char *line)
{
	char *value;
	const struct key *key;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t\r");
	trim_end(line);
	if (*line == '\0')
		return;
	value = strchr(line, '=');
	if (value == NULL) {
		complain(parser, "\"%.40s\" is not of the form key = value", line);
		return;
	}
	*value++ = '\0';
	trim_end(line);
	key = key_by_name(line);
	if (key == NULL)
		complain(parser, "unknown key \"%.40s\"", line);
	else
		take_value(parser, key, value);
}

static void take_text(struct parser *parser, char *text, size_t len)
{
	char *end = text + len;

	while (text < end) {
		char *newline = memchr(text, '\n', (size_t)(end - text));
		char *next = newline == NULL ? end : newline;

		*next = '\0';
		parser->line++;
		if (strlen(text) < (size_t)(next - text))
			complain(parser, "holds a NUL byte");
		else
			take_line(parser, text);
		text = next + 1;
	}
}

int config_parse(
	struct config *config, const char *text, size_t len, struct config_problems *ret_problems)
{
	struct parser parser = {.config = config, .problems = ret_problems};
	char *copy;

	if (ret_problems != NULL)
		ret_problems->count = 0;
	copy = malloc(len + 1);
	if (copy == NULL) {
		complain(&parser, "out of memory");
		return (int)parser.problem_count;
	}
	memcpy(copy, text, len);
	take_text(&parser, copy, len);
	free(copy);
	return (int)parser.problem_count;
}

int config_text_unreadable(struct config_problems *problems, int error)
{
	struct parser parser = {.problems = problems};

	complain(&parser, "cannot be read: %s",
		error == -EINVAL ? "no regular file, or too large" : strerrordesc_np(-error));
	return (int)parser.problem_count;
}
