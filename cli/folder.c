/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Longer than any that a person types, and small enough for a frame. */
#define PATH_SIZE   2048
#define PARENT_MODE 0755

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* mkdir(2) says EEXIST, EROFS or EACCES of a folder that exists, so look first. The umask is put
 * aside: a chmod(2) afterwards could meet what somebody put in the folder's place. */
static int make_one(const char *path, mode_t mode)
{
	mode_t mask;
	int r;

	if (is_folder(path))
		return 0;
	mask = umask(0);
	r = mkdir(path, mode) < 0 ? -errno : 0;
	(void)umask(mask);
	if (r == -EEXIST)
		return is_folder(path) ? 0 : -ENOTDIR;
	return r;
}

int folder_make(const char *path, mode_t mode)
{
	char part[PATH_SIZE];
	int r;

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (char *slash = part + strspn(part, "/"); (slash = strchr(slash, '/')) != NULL;) {
		*slash = '\0';
		/* "a/" and "a//b" end in "a", too. */
		r = make_one(part, slash[1 + strspn(slash + 1, "/")] == '\0' ? mode : PARENT_MODE);
		if (r < 0)
			return r;
		*slash = '/';
		slash += strspn(slash, "/");
	}
	return make_one(path, mode);
}
