/* SPDX-License-Identifier: MIT */
#include "host/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

const char *runtime_path(uid_t uid, char path[static RUNTIME_PATH_SIZE])
{
	if (uid == 0)
		return memcpy(path, RUNTIME_DIRECTORY "/cache", sizeof(RUNTIME_DIRECTORY "/cache"));
	(void)snprintf(path, RUNTIME_PATH_SIZE, "/run/user/%u/qemuvm", uid);
	return path;
}

/* A directory of that user's with none of the forbidden permissions. */
static int open_directory(int parent_fd, const char *path, uid_t uid, mode_t forbidden)
{
	int fd = openat(parent_fd, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
	if (fstat(fd, &status) == 0 && status.st_uid == uid && (status.st_mode & forbidden) == 0)
		return fd;
	close(fd);
	return -EPERM;
}

int runtime_open(uid_t uid)
{
	char path[RUNTIME_PATH_SIZE];

	/* The caller of a set-uid program chose its surroundings, and is not who owns this. */
	if (getauxval(AT_SECURE) != 0)
		return -EPERM;
	return open_directory(AT_FDCWD, runtime_path(uid, path), uid, S_IRWXG | S_IRWXO);
}

int runtime_make(uid_t uid)
{
	char path[RUNTIME_PATH_SIZE], *slash;
	int parent_fd, fd;

	if (getauxval(AT_SECURE) != 0)
		return -EPERM;
	(void)runtime_path(uid, path);
	slash = strrchr(path, '/');
	*slash = '\0';
	parent_fd = open_directory(AT_FDCWD, path, uid, S_IWGRP | S_IWOTH);
	if (parent_fd < 0)
		return parent_fd;
	fd = open_directory(parent_fd, slash + 1, uid, S_IRWXG | S_IRWXO);
	if (fd == -ENOENT) {
		if (mkdirat(parent_fd, slash + 1, S_IRWXU) < 0 && errno != EEXIST)
			fd = -errno;
		else
			fd = open_directory(parent_fd, slash + 1, uid, S_IRWXG | S_IRWXO);
	}
	close(parent_fd);
	return fd;
}
