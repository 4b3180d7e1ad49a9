/* SPDX-License-Identifier: MIT */
#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many links as a sane path has; the kernel's own limit is 40. */
#define LINKS_MAX 16
/* Templates are shorter than CONFIG_PATH_SIZE; this leaves room for what links put in. */
#define WALK_PATH_SIZE 1024

static void add_uid(struct trust *trust, uid_t uid)
{
	if (!trust_has_uid(trust, uid) && trust->count < TRUST_UIDS_MAX)
		trust->uids[trust->count++] = uid;
}

void trust_init(const struct config *config, struct trust *ret_trust)
{
	ret_trust->count = 0;
	add_uid(ret_trust, 0);
	if (getauxval(AT_SECURE) == 0)
		add_uid(ret_trust, geteuid());
	for (unsigned int i = 0; i < config->trusted_count; i++)
		add_uid(ret_trust, config->trusted_uids[i]);
}

bool trust_has_uid(const struct trust *trust, uid_t uid)
{
	for (unsigned int i = 0; i < trust->count; i++)
		if (trust->uids[i] == uid)
			return true;
	return false;
}

/* Where somebody else can make entries he can make links; the sticky bit only keeps him from
 * taking others' away. */
static bool is_directory_safe(const struct trust *trust, int directory_fd)
{
	struct stat status;

	if (fstat(directory_fd, &status) < 0)
		return false;
	return trust_has_uid(trust, status.st_uid) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* A path that is being walked: what is open so far, and what remains. */
struct walk {
	const struct trust *trust;
	int fd; /* of the directory that was reached */
	char rest[WALK_PATH_SIZE];
	unsigned int links;
};

static int open_at(int directory_fd, const char *name)
{
	int fd = openat(directory_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int move_to(struct walk *walk, int fd)
{
	if (fd < 0)
		return fd;
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	return 0;
}

/* Puts the link's target in the place of the link. */
static int follow_link(struct walk *walk, int link_fd, const char *behind)
{
	char target[sizeof(walk->rest)];
	size_t behind_len = strlen(behind);
	ssize_t len;

	if (++walk->links > LINKS_MAX || !is_directory_safe(walk->trust, walk->fd))
		return -ELOOP;
	len = readlinkat(link_fd, "", target, sizeof(target));
	if (len < 0)
		return -errno;
	if ((size_t)len + 1 + behind_len >= sizeof(walk->rest))
		return -ENAMETOOLONG;
	target[len] = '\0';
	memmove(walk->rest + len + 1, behind, behind_len + 1);
	memcpy(walk->rest, target, (size_t)len);
	walk->rest[len] = '/';
	return target[0] == '/' ? move_to(walk, open_at(AT_FDCWD, "/")) : 0;
}

/* The next part of the path; 0 while there is more. */
static int step(struct walk *walk)
{
	char part[NAME_MAX + 1];
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(begin, "/");
	struct stat status;
	int fd, r;

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(part, begin, len);
	part[len] = '\0';
	begin += len;
	fd = open_at(walk->fd, part);
	if (fd < 0)
		return fd;
	r = fstat(fd, &status) < 0 ? -errno : 0;
	if (r == 0 && S_ISLNK(status.st_mode)) {
		r = follow_link(walk, fd, begin);
		close(fd);
		return r;
	}
	memmove(walk->rest, begin, strlen(begin) + 1);
	return move_to(walk, fd);
}

int trust_open_path(const struct trust *trust, const char *path)
{
	struct walk walk = {.trust = trust, .fd = -1};
	size_t len = strlen(path);
	int r;

	if (path[0] != '/')
		return -ENOENT;
	if (len >= sizeof(walk.rest))
		return -ENAMETOOLONG;
	memcpy(walk.rest, path, len + 1);
	r = move_to(&walk, open_at(AT_FDCWD, "/"));
	while (r == 0 && walk.rest[strspn(walk.rest, "/")] != '\0')
		r = step(&walk);
	if (r < 0 && walk.fd >= 0)
		close(walk.fd);
	return r < 0 ? r : walk.fd;
}
