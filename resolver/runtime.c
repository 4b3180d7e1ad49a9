/* SPDX-License-Identifier: MIT */
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* The directory above, and the name in it. */
struct place {
	char parent[RUNTIME_PATH_SIZE];
	const char *name;
};

static struct place place_of(uid_t uid)
{
	struct place place = {.parent = RUNTIME_DIRECTORY, .name = "cache"};

	if (uid != 0) {
		(void)snprintf(place.parent, sizeof(place.parent), "/run/user/%u", uid);
		place.name = "qemuvm";
	}
	return place;
}

const char *runtime_path(char path[static RUNTIME_PATH_SIZE])
{
	uid_t uid = geteuid();

	if (uid == 0)
		(void)snprintf(path, RUNTIME_PATH_SIZE, RUNTIME_DIRECTORY "/cache");
	else
		(void)snprintf(path, RUNTIME_PATH_SIZE, "/run/user/%u/qemuvm", uid);
	return path;
}

static bool is_as_it_should_be(int fd, mode_t forbidden)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
	       (status.st_mode & forbidden) == 0;
}

/* fd, if it is one and as it should be; closed otherwise. */
static int checked(int fd, mode_t forbidden)
{
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
	if (is_as_it_should_be(fd, forbidden))
		return fd;
	close(fd);
	return -EPERM;
}

static int open_in(int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name, O_RDONLY | OPEN_FLAGS);

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(parent_fd, name, S_IRWXU) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(parent_fd, name, O_RDONLY | OPEN_FLAGS);
	}
	return checked(fd, S_IRWXG | S_IRWXO);
}

int runtime_open(void)
{
	struct place place = place_of(geteuid());
	int parent_fd, fd;

	/* Who called a set-uid program chose its surroundings, and is not who owns this. */
	if (getauxval(AT_SECURE) != 0)
		return -EPERM;
	parent_fd = checked(open(place.parent, O_PATH | OPEN_FLAGS), S_IWGRP | S_IWOTH);
	if (parent_fd < 0)
		return parent_fd;
	fd = open_in(parent_fd, place.name);
	close(parent_fd);
	return fd;
}
