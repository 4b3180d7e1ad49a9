/* SPDX-License-Identifier: MIT */
#include "host/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct place {
	char parent[RUNTIME_PATH_SIZE], path[RUNTIME_PATH_SIZE];
};

static struct place place_of(uid_t uid)
{
	struct place place = {RUNTIME_DIRECTORY, RUNTIME_DIRECTORY "/cache"};

	if (uid != 0) {
		(void)snprintf(place.parent, sizeof(place.parent), "/run/user/%u", uid);
		(void)snprintf(place.path, sizeof(place.path), "/run/user/%u/qemuvm", uid);
	}
	return place;
}

const char *runtime_path(char path[static RUNTIME_PATH_SIZE])
{
	struct place place = place_of(geteuid());

	memcpy(path, place.path, RUNTIME_PATH_SIZE);
	return path;
}

static bool is_as_it_should_be(const struct stat *status, uid_t uid, mode_t forbidden)
{
	return S_ISDIR(status->st_mode) && status->st_uid == uid &&
	       (status->st_mode & forbidden) == 0;
}

/* Nobody but its owner can change what is in it, so that it stays what it is. */
static int check_parent(const char *path, uid_t uid)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return -errno;
	return is_as_it_should_be(&status, uid, S_IWGRP | S_IWOTH) ? 0 : -EPERM;
}

static int open_directory(const char *path)
{
	int fd = open(path, OPEN_FLAGS);

	if (fd < 0 && errno == ENOENT) {
		if (mkdir(path, S_IRWXU) < 0 && errno != EEXIST)
			return -errno;
		fd = open(path, OPEN_FLAGS);
	}
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
	return fd;
}

int runtime_open(void)
{
	uid_t uid = geteuid();
	struct place place = place_of(uid);
	struct stat status;
	int r, fd;

	/* Who called a set-uid program chose its surroundings, and is not who owns this. */
	if (getauxval(AT_SECURE) != 0)
		return -EPERM;
	r = check_parent(place.parent, uid);
	if (r < 0)
		return r;
	fd = open_directory(place.path);
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) == 0 && is_as_it_should_be(&status, uid, S_IRWXG | S_IRWXO))
		return fd;
	close(fd);
	return -EPERM;
}
