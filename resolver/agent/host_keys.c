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

/* By system, the best first (as ssh prefers them). */
#define SYSTEMS 2
#define FILES   3
static const char *const paths[SYSTEMS][FILES] = {
	{"/etc/ssh/ssh_host_ed25519_key.pub", "/etc/ssh/ssh_host_ecdsa_key.pub",
		"/etc/ssh/ssh_host_rsa_key.pub"},
	{"C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub",
		"C:\\ProgramData\\ssh\\ssh_host_ecdsa_key.pub",
		"C:\\ProgramData\\ssh\\ssh_host_rsa_key.pub"},
};

/* Does the key, decoded from base64, name the type before it? 0, -EINVAL, -ENOMEM. */
static int check_key(const char *base64, const char *type, size_t type_size)
{
	unsigned char *key = malloc(HOST_KEY_SIZE);
	uint32_t named = 0;
	int len, r = -EINVAL;

	if (key == NULL)
		return -ENOMEM;
	len = b64_pton(base64, key, HOST_KEY_SIZE);
	if (len >= TYPE_LEN_SIZE)
		named = (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 | (uint32_t)key[2] << 8 |
			key[3];
	if (named == type_size && (size_t)len > TYPE_LEN_SIZE + type_size &&
		memcmp(key + TYPE_LEN_SIZE, type, type_size) == 0)
		r = 0;
	free(key);
	return r;
}

int host_keys_add(struct host_keys *keys, const char *line)
{
	static const char type_characters[] = "abcdefghijklmnopqrstuvwxyz"
					      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-@.";
	size_t type_size = strspn(line, type_characters), len;
	char *copy;
	int r;

	if (type_size == 0 || type_size > TYPE_MAX || line[type_size] != ' ')
		return -EINVAL;
	len = type_size + 1 + strcspn(line + type_size + 1, " \t\r\n");
	if (len >= HOST_KEY_SIZE)
		return -EINVAL;
	copy = strndup(line, len);
	if (copy == NULL)
		return -ENOMEM;
	r = check_key(copy + type_size + 1, copy, type_size);
	if (r == 0 && !host_keys_has(keys, copy + type_size + 1)) {
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
		if (strcmp(strchr(keys->list[i], ' ') + 1, base64) == 0)
			return true;
	return false;
}

void host_keys_done(struct host_keys *keys)
{
	for (unsigned int i = 0; i < keys->count; i++)
		free(keys->list[i]);
	keys->count = 0;
}

unsigned int host_keys_ask(struct agent *agent, struct host_keys *keys)
{
	char *text = malloc(HOST_KEY_SIZE);
	int r = text != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < (size_t)SYSTEMS * FILES && r >= 0; i++) {
		if (i % FILES == 0 && keys->count > 0)
			break;
		r = agent_file_read(agent, paths[i / FILES][i % FILES], text, HOST_KEY_SIZE);
		if (r >= 0)
			(void)host_keys_add(keys, text);
		/* No other file is worth a question after any other error. */
		else if (r == -ENOENT || r == -EBADMSG)
			r = 0;
	}
	free(text);
	return keys->count;
}
