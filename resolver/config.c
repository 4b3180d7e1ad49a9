/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "hash.h"

/* Users' names are looked up here, and never by getpw*(), which would call NSS from within NSS. */
#define PASSWD_FILE "/etc/passwd"
/* More than any local password file; a network directory's users are named by uid. */
#define PASSWD_FILE_MAX ((size_t)1024 * 1024)

static const char *const default_sockets[] = {
	"/tmp/aetherscale-qga-%s.sock",
	"/run/qemu-server/%s.qga",
	"/run/qemuvm/%s.qga",
	"/run/user/%U/qemuvm/%s.qga",
};

static const char *const default_prefixes[] = {"qemu-vm-", "vm-", "lima-"};

/* None below /tmp, where anybody can put one. */
static const char *const default_leases[] = {
	"/var/lib/misc/dnsmasq.leases",
	"/var/lib/misc/dnsmasq.*.leases",
	"/var/lib/libvirt/dnsmasq/*.status",
	"/var/lib/libvirt/dnsmasq/*.leases",
	"/var/lib/NetworkManager/dnsmasq-*.leases",
	"/var/lib/incus/networks/*/dnsmasq.leases",
	"/var/lib/lxd/networks/*/dnsmasq.leases",
	"/var/snap/lxd/common/lxd/networks/*/dnsmasq.leases",
	"/var/snap/multipass/common/data/multipassd/network/dnsmasq.leases",
	"/var/lib/systemd/network/dhcp-server-lease/*",
	"/run/systemd/netif/dhcp-server-lease/*",
	"/var/lib/dhcp/dhcpd.leases",
	"/var/lib/dhcp/dhcpd6.leases",
	/* While Kea puts its files in order, former leases are in .2, those in between in .1. */
	"/var/lib/kea/kea-leases4.csv",
	"/var/lib/kea/kea-leases4.csv.[12]",
	"/var/lib/kea/kea-leases6.csv",
	"/var/lib/kea/kea-leases6.csv.[12]",
};

static const char *const default_users[] = {"libvirt-qemu", "qemu"};

static const char *const source_names[SOURCE_COUNT] = {
	[SOURCE_AGENT] = "agent",
	[SOURCE_LEASE] = "lease",
	[SOURCE_NEIGHBOUR] = "neighbour",
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *config_source_name(enum source_id source)
{
	return source < SOURCE_COUNT ? source_names[source] : "";
}

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
	while (source < SOURCE_COUNT && strcmp(word, source_names[source]) != 0)
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

/* Decimal digits and nothing else, at most `most`. */
static int parse_number(const char *text, unsigned long most, unsigned long *ret_value)
{
	unsigned long value = 0;

	if (*text == '\0')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (unsigned long)(*text - '0');
		if (value > most)
			return -ERANGE;
	}
	*ret_value = value;
	return *text == '\0' ? 0 : -EINVAL;
}

static int open_regular(const char *path, off_t size_max)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > size_max) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static ssize_t read_text(const char *path, size_t size_max, char **ret_text)
{
	int fd = open_regular(path, (off_t)size_max), r;
	size_t len;

	if (fd < 0)
		return fd;
	r = file_read(fd, size_max, ret_text, &len);
	close(fd);
	return r < 0 ? r : (ssize_t)len;
}

/* The third field of the line "name:password:uid:..." (passwd(5)). */
static int uid_in_line(const char *line, const char *name, uid_t *ret_uid)
{
	size_t len = strlen(name);
	char digits[16];
	unsigned long uid;
	const char *field;

	if (strncmp(line, name, len) != 0 || line[len] != ':')
		return -ENOENT;
	field = line + len + 1;
	field += strcspn(field, ":\n");
	if (*field != ':')
		return -ENOENT;
	len = strcspn(++field, ":\n");
	if (len >= sizeof(digits))
		return -ENOENT;
	memcpy(digits, field, len);
	digits[len] = '\0';
	if (parse_number(digits, (uid_t)-2, &uid) < 0)
		return -ENOENT;
	*ret_uid = (uid_t)uid;
	return 0;
}

static int uid_of_user(const char *name, uid_t *ret_uid)
{
	char *text = NULL;
	int r = -ENOENT;

	if (read_text(PASSWD_FILE, PASSWD_FILE_MAX, &text) < 0)
		return -ENOENT;
	for (const char *line = text; r < 0 && line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		r = uid_in_line(line, name, ret_uid);
	}
	free(text);
	return r;
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
	unsigned long number;
	uid_t uid;

	(void)key;
	config->trusts_default_users = false;
	if (is_first)
		config->trusted_count = 0;
	if (config->trusted_count >= CONFIG_USERS_MAX)
		complain(parser, "trusted_users: more than %d", CONFIG_USERS_MAX);
	else if (parse_number(word, (uid_t)-2, &number) == 0)
		append_uid(config, (uid_t)number);
	else if (uid_of_user(word, &uid) == 0)
		append_uid(config, uid);
	else
		complain(parser, "trusted_users: no user \"%.40s\" in " PASSWD_FILE, word);
	return true;
}

static bool take_number(
	struct parser *parser, const struct key *key, const char *word, bool is_first)
{
	unsigned long value;
	int number;

	(void)is_first;
	if (parse_number(word, (unsigned long)key->most, &value) < 0 || (int)value < key->least) {
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

static void copy_texts(char *places, size_t size, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		memcpy(places + i * size, texts[i], strlen(texts[i]) + 1);
}

void config_init(struct config *ret_config)
{
	struct config *config = ret_config;
	memset(config, 0, sizeof(*config));
	copy_texts(
		config->sockets[0], CONFIG_PATH_SIZE, default_sockets, COUNT_OF(default_sockets));
	config->socket_count = COUNT_OF(default_sockets);
	copy_texts(config->prefixes[0], CONFIG_PREFIX_SIZE, default_prefixes,
		COUNT_OF(default_prefixes));
	config->prefix_count = COUNT_OF(default_prefixes);
	copy_texts(config->leases[0], CONFIG_PATH_SIZE, default_leases, COUNT_OF(default_leases));
	config->lease_count = COUNT_OF(default_leases);
	for (int i = 0; i < SOURCE_COUNT; i++)
		config->sources[config->source_count++] = (enum source_id)i;
	config->trusts_default_users = true;
	config->timeout_ms = 1000;
	config->cache_s = 5;
	config->stale_s = 60;
	config->wait_s = 60;
	config->routed = true;
	config->add_forward = true;
}

const char *config_path(void)
{
	const char *path = secure_getenv("QEMUVM_CONFIG");

	return path != NULL && *path != '\0' ? path : CONFIG_FILE;
}

static int tell_of_file(struct config_problems *problems, int error)
{
	struct parser parser = {.problems = problems};

	complain(&parser, "cannot be read: %s",
		error == -EINVAL ? "no regular file, or too large" : strerrordesc_np(-error));
	return (int)parser.problem_count;
}

int config_load(struct config *ret_config, struct config_problems *ret_problems)
{
	const char *path = config_path();
	char *text = NULL;
	ssize_t len;
	int count;

	config_init(ret_config);
	if (ret_problems != NULL)
		ret_problems->count = 0;
	len = read_text(path, CONFIG_FILE_MAX, &text);
	if (len == -ENOENT && strcmp(path, CONFIG_FILE) == 0)
		return 0;
	if (len < 0 || text == NULL)
		return tell_of_file(ret_problems, (int)len);
	count = config_parse(ret_config, text, (size_t)len, ret_problems);
	ret_config->identity = hash_text(text, (size_t)len);
	free(text);
	return count;
}

static bool can_be_in_path(const char *name)
{
	return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

/* Appends text at *len, leaving room for a NUL. */
static int append(char *path, size_t *len, const char *text)
{
	size_t text_len = strlen(text);

	if (text_len >= CONFIG_PATH_SIZE - *len)
		return -ENAMETOOLONG;
	memcpy(path + *len, text, text_len + 1);
	*len += text_len;
	return 0;
}

int config_socket_path(
	const char *template, const char *name, uid_t uid, char ret_path[static CONFIG_PATH_SIZE])
{
	char path[CONFIG_PATH_SIZE], uid_text[16];
	size_t len = 0;
	int r = 0;

	if (!can_be_in_path(name))
		return -EINVAL;
	snprintf(uid_text, sizeof(uid_text), "%u", uid);
	for (; *template != '\0' && r == 0; template ++) {
		const char one[2] = {*template, '\0'};

		if (strncmp(template, "%s", 2) == 0)
			r = append(path, &len, name);
		else if (strncmp(template, "%U", 2) == 0)
			r = append(path, &len, uid_text);
		else
			r = append(path, &len, one);
		template += strncmp(template, "%s", 2) == 0 || strncmp(template, "%U", 2) == 0;
	}
	if (r == 0)
		memcpy(ret_path, path, len + 1);
	return r;
}

bool config_is_default_user(uid_t uid)
{
	uid_t user;

	for (size_t i = 0; i < COUNT_OF(default_users); i++)
		if (uid_of_user(default_users[i], &user) == 0 && user == uid)
			return true;
	return false;
}

void config_drop_cache(struct config *config)
{
	config->cache_s = 0;
	config->stale_s = 0;
}

void config_keep_source(struct config *config, enum source_id source)
{
	config->sources[0] = source;
	config->source_count = 1;
}

int config_socket_name(
	const char *template, const char *path, uid_t uid, char *ret_name, size_t size)
{
	char filled[CONFIG_PATH_SIZE];
	size_t before, behind, len = strlen(path);
	const char *mark;

	/* With "%s" as the VM's name only the uid is put in. */
	if (config_socket_path(template, "%s", uid, filled) < 0)
		return -ENOENT;
	mark = strstr(filled, "%s");
	if (mark == NULL)
		return -ENOENT;
	before = (size_t)(mark - filled);
	behind = strlen(mark + 2);
	if (len <= before + behind || len - before - behind >= size ||
		memcmp(path, filled, before) != 0 ||
		memcmp(path + len - behind, mark + 2, behind) != 0)
		return -ENOENT;
	len -= before + behind;
	if (memchr(path + before, '/', len) != NULL)
		return -ENOENT;
	memcpy(ret_name, path + before, len);
	ret_name[len] = '\0';
	return 0;
}
