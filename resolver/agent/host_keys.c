/* SPDX-License-Identifier: MIT */
#include "agent/host_keys.h"

#include <errno.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_file.h"

/* Of a key's type: "sk-ssh-ed25519@openssh.com". */
#define TYPE_MAX 64
/* A key begins with the length of its type (RFC 4253, 6.6). */
#define TYPE_LEN_SIZE 4

/* By system, the best first (as ssh prefers them); within questions of JSON. */
static const char *const paths[2][3] = {
	{"/etc/ssh/ssh_host_ed25519_key.pub", "/etc/ssh/ssh_host_ecdsa_key.pub",
		"/etc/ssh/ssh_host_rsa_key.pub"},
	{"C:\\\\ProgramData\\\\ssh\\\\ssh_host_ed25519_key.pub",
		"C:\\\\ProgramData\\\\ssh\\\\ssh_host_ecdsa_key.pub",
		"C:\\\\ProgramData\\\\ssh\\\\ssh_host_rsa_key.pub"},
};

static bool is_type_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '@' || c == '.';
}

static size_t type_len(const char *line)
{
	size_t len = 0;

	while (is_type_character(line[len]))
		len++;
	return len;
}

static size_t key_len(const char *key)
{
	return strcspn(key, " \t\r\n");
}

/* Does the key say of itself what stands before it? */
static bool is_of_type(const unsigned char *key, int len, const char *type, size_t type_size)
{
	uint32_t own;

	if (len < TYPE_LEN_SIZE)
		return false;
	own = (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 | (uint32_t)key[2] << 8 | key[3];
	return own == type_size && (size_t)len > TYPE_LEN_SIZE + type_size &&
	       memcmp(key + TYPE_LEN_SIZE, type, type_size) == 0;
}

/* line is "TYPE KEY" and nothing else. 0, -EINVAL, -ENOMEM. */
static int check(const char *line, size_t type_size)
{
	unsigned char *key = malloc(HOST_KEY_SIZE);
	int len, r = 0;

	if (key == NULL)
		return -ENOMEM;
	len = b64_pton(line + type_size + 1, key, HOST_KEY_SIZE);
	if (!is_of_type(key, len, line, type_size))
		r = -EINVAL;
	free(key);
	return r;
}

static bool has_line(const struct host_keys *keys, const char *line)
{
	for (unsigned int i = 0; i < keys->count; i++)
		if (strcmp(keys->list[i], line) == 0)
			return true;
	return false;
}

int host_keys_add(struct host_keys *keys, const char *line)
{
	size_t type_size = type_len(line), len;
	char *copy;
	int r;

	if (type_size == 0 || type_size > TYPE_MAX || line[type_size] != ' ')
		return -EINVAL;
	len = type_size + 1 + key_len(line + type_size + 1);
	if (len >= HOST_KEY_SIZE)
		return -EINVAL;
	copy = strndup(line, len);
	r = copy != NULL ? check(copy, type_size) : -ENOMEM;
	if (r == 0 && !has_line(keys, copy)) {
		if (keys->count < HOST_KEYS_MAX) {
			keys->list[keys->count++] = copy;
			return 0;
		}
		r = -E2BIG;
	}
	free(copy);
	return r;
}

bool host_keys_has(const struct host_keys *keys, const char *base64)
{
	for (unsigned int i = 0; i < keys->count; i++)
		if (strcmp(keys->list[i] + type_len(keys->list[i]) + 1, base64) == 0)
			return true;
	return false;
}

void host_keys_done(struct host_keys *keys)
{
	for (unsigned int i = 0; i < keys->count; i++)
		free(keys->list[i]);
	keys->count = 0;
}

/* 0, or why no other file is worth a question: not -ENOENT. */
static int ask_file(struct agent *agent, const char *path, struct host_keys *keys)
{
	char *text = malloc(HOST_KEY_SIZE);
	int r;

	if (text == NULL)
		return -ENOMEM;
	r = agent_file_read(agent, path, text, HOST_KEY_SIZE);
	if (r >= 0)
		(void)host_keys_add(keys, text);
	free(text);
	return r >= 0 || r == -ENOENT || r == -EBADMSG ? 0 : r;
}

unsigned int host_keys_ask(struct agent *agent, struct host_keys *keys)
{
	int r = 0;

	for (size_t system = 0; system < 2 && keys->count == 0 && r == 0; system++)
		for (size_t i = 0; i < 3 && r == 0; i++)
			r = ask_file(agent, paths[system][i], keys);
	return keys->count;
}
