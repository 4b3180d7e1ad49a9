/* SPDX-License-Identifier: MIT */
#include "public_keys.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The defaults of IdentityFile (ssh_config(5)), the best first. */
static const char *const names[] = {
	"id_ed25519.pub", "id_ed25519_sk.pub", "id_ecdsa.pub", "id_ecdsa_sk.pub", "id_rsa.pub"};

int public_keys_find(char ret_path[static PUBLIC_KEYS_PATH_SIZE])
{
	/* ssh, too, uses the user database and not HOME. */
	const struct passwd *user = getpwuid(geteuid());
	char path[PUBLIC_KEYS_PATH_SIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int len = snprintf(path, sizeof(path), "%s/.ssh/%s",
			user != NULL ? user->pw_dir : "/", names[i]);

		if (len >= (int)sizeof(path) || access(path, R_OK) < 0)
			continue;
		memcpy(ret_path, path, (size_t)len + 1);
		return 0;
	}
	return -ENOENT;
}

/* 0, -EBADMSG for a line that is no key, -ENOTSUP for a private key. */
static int read_lines(FILE *file, struct host_keys *keys)
{
	char *line = malloc(HOST_KEY_SIZE);
	int r = line == NULL ? -ENOMEM : 0;

	while (r == 0 && fgets(line, (int)HOST_KEY_SIZE, file) != NULL) {
		const char *begin = line + strspn(line, " \t\r\n");

		if (*begin == '\0' || *begin == '#')
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

int public_keys_read(const char *path, struct host_keys *keys)
{
	char beside[PUBLIC_KEYS_PATH_SIZE];
	int r = -ENOTSUP;

	if (snprintf(beside, sizeof(beside), "%s.pub", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	for (int i = 0; i < 2 && r == -ENOTSUP; i++) {
		FILE *file = fopen(i == 0 ? path : beside, "re");

		if (file == NULL)
			return -errno;
		r = read_lines(file, keys);
		(void)fclose(file);
	}
	return r == -ENOTSUP ? -EBADMSG : r;
}
