/* SPDX-License-Identifier: MIT */
#include "public_keys.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As ssh_config(5) lists them under IdentityFile, the best first. */
static const char *const names[] = {
	"id_ed25519.pub", "id_ed25519_sk.pub", "id_ecdsa.pub", "id_ecdsa_sk.pub", "id_rsa.pub"};

/* ssh takes it from the user database, too, and not from HOME. */
static const char *home(void)
{
	const struct passwd *user = getpwuid(geteuid());

	return user != NULL ? user->pw_dir : "/";
}

int public_keys_find(char ret_path[static PUBLIC_KEYS_PATH_SIZE])
{
	char path[PUBLIC_KEYS_PATH_SIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int len = snprintf(path, sizeof(path), "%s/.ssh/%s", home(), names[i]);

		if (len >= (int)sizeof(path) || access(path, R_OK) < 0)
			continue;
		memcpy(ret_path, path, (size_t)len + 1);
		return 0;
	}
	return -ENOENT;
}

static bool is_empty(const char *line)
{
	line += strspn(line, " \t\r\n");
	return *line == '\0' || *line == '#';
}

/* 0, -EBADMSG at a line that is no key, -ENOTSUP at one of a private key. */
static int read_lines(FILE *file, struct host_keys *keys)
{
	char *line = malloc(HOST_KEY_SIZE);
	int r = line == NULL ? -ENOMEM : 0;

	while (r == 0 && fgets(line, (int)HOST_KEY_SIZE, file) != NULL) {
		if (is_empty(line))
			continue;
		if (strncmp(line, "-----BEGIN ", 11) == 0)
			r = -ENOTSUP;
		else
			r = host_keys_add(keys, line);
		if (r == -EINVAL)
			r = -EBADMSG;
	}
	if (r == 0 && ferror(file) != 0)
		r = -EIO;
	free(line);
	return r == 0 && keys->count == 0 ? -EBADMSG : r;
}

static int read_file(const char *path, struct host_keys *keys)
{
	FILE *file = fopen(path, "re");
	int r;

	if (file == NULL)
		return -errno;
	r = read_lines(file, keys);
	(void)fclose(file);
	return r;
}

int public_keys_read(const char *path, struct host_keys *keys)
{
	char beside[PUBLIC_KEYS_PATH_SIZE];
	int r = read_file(path, keys);

	if (r != -ENOTSUP)
		return r;
	if (snprintf(beside, sizeof(beside), "%s.pub", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	r = read_file(beside, keys);
	return r == -ENOTSUP ? -EBADMSG : r;
}
