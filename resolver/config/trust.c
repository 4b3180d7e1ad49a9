/* SPDX-License-Identifier: MIT */
#include "config/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/passwd.h"
#include "host/proc.h"

/* As many links as a sane path has; the kernel's own limit is 40. */
#define LINKS_MAX 16
/* Templates are shorter than CONFIG_PATH_SIZE; this leaves room for what links put in. */
#define WALK_PATH_SIZE 1024
/* What the kernel shows for a user who has no number (/proc/sys/kernel/overflowuid); also nobody's. */
#define OVERFLOW_UID 65534
/* Users and groups below it are the system's own. */
#define SYSTEM_UIDS 1000

static bool trust_lists_uid(struct trust *trust, uid_t uid)
{
	for (unsigned int i = 0; i < trust->count; i++)
		if (trust->uids[i] == uid)
			return true;
	return false;
}

/*
 * A program with file capabilities has its caller's ids, and one that is set-uid does not: then the
 * caller chose its surroundings. In a user namespace everybody without a number there is shown as
 * the overflow uid (user_namespaces(7)), so that the caller who has it is nobody in particular.
 */
static bool is_caller_trusted(void)
{
	uid_t uid, euid, suid;
	gid_t gid, egid, sgid;

	if (getauxval(AT_SECURE) != 0 &&
		(getresuid(&uid, &euid, &suid) < 0 || getresgid(&gid, &egid, &sgid) < 0 ||
			uid != euid || uid != suid || gid != egid || gid != sgid))
		return false;
	return geteuid() != OVERFLOW_UID || !proc_has_unmapped_users();
}

void trust_init(const struct config *config, struct trust *ret_trust)
{
	struct trust *trust = ret_trust;
	uid_t uid;

	trust->count = 0;
	trust->unread = NULL;
	trust->uids[trust->count++] = 0;
	if (is_caller_trusted())
		trust->uids[trust->count++] = geteuid();
	for (unsigned int i = 0; i < config->trusted_count; i++) {
		if (config_user_uid(config->trusted_users[i], &uid) == 0)
			trust->uids[trust->count++] = uid;
		else
			trust->unread = config;
	}
}

bool trust_has_uid(struct trust *trust, uid_t uid)
{
	const struct config *config = trust->unread;

	if (config != NULL && !trust_lists_uid(trust, uid)) {
		trust->count += passwd_uids(config->trusted_users[0], CONFIG_USER_SIZE,
			config->trusted_count, trust->uids + trust->count);
		trust->unread = NULL;
	}
	return trust_lists_uid(trust, uid);
}

/* Services of the system that run other people's jobs, or containers, by how they begin. */
static bool runs_jobs(struct text unit)
{
	static const char names[][12] = {"docker", "podman", "libpod", "crio", "containerd", "kube",
		"cron", "anacron", "atd", "ssh", "getty", "serial-gett", "user@", "lxc", "machine-"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_begins_with(unit, names[i]))
			return true;
	return false;
}

/* What one path of a control group shows: 1 a trusted starter, -1 another, 0 nothing. */
static int judge_cgroup(struct trust *trust, struct text path)
{
	struct text rest = path, unit, last = {NULL, NULL};
	uint64_t uid;

	if (text_take(&rest, "/user.slice/user-")) {
		bool is_trusted = text_take_number(&rest, 10, (uid_t)-2, &uid) == 0 &&
				  text_begins_with(rest, ".slice") &&
				  trust_has_uid(trust, (uid_t)uid);

		return is_trusted ? 1 : -1;
	}
	if (text_begins_with(path, "/user.slice"))
		return -1;
	/* libvirt's machines, and Proxmox's. */
	if (text_begins_with(path, "/machine.slice/machine-qemu") ||
		text_begins_with(path, "/qemu.slice/"))
		return 1;
	if (!text_take(&rest, "/system.slice/"))
		return 0;
	while (text_take_field(&rest, '/', &unit)) {
		if (runs_jobs(unit))
			return 0;
		last = unit;
		if (text_ends_with(unit, ".service"))
			break;
	}
	return last.at != NULL && text_ends_with(last, ".service") ? 1 : 0;
}

int trust_judge_cgroup(struct trust *trust, const char *text)
{
	struct text rest = text_of(text), line;
	int judgement = 0;

	while (text_take_line(&rest, &line)) {
		const char *path = memchr(line.at, '/', text_len(line));
		int r = path != NULL ? judge_cgroup(trust, (struct text){path, line.end}) : 0;

		if (r < 0)
			return r;
		judgement |= r;
	}
	return judgement;
}

/* What a walk does not pass. */
enum walk_rule {
	WALK_SAFE_LINKS,   /* a link in a directory that is not safe */
	WALK_SYSTEM_FILES, /* that, and any directory that is not the system's */
};

/* A path that is being walked: what is open so far, and what remains. */
struct walk {
	struct trust *trust;
	enum walk_rule rule;
	int root_fd; /* where absolute paths begin, or -1 */
	int fd;      /* of the directory that was reached */
	char rest[WALK_PATH_SIZE];
	unsigned int links;
};

static int open_at(int directory_fd, const char *name)
{
	int fd = openat(directory_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Takes fd over as the place that was reached. */
static int walk_move_to(struct walk *walk, int fd)
{
	struct stat status;
	bool is_writable;

	if (fd < 0)
		return fd;
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	if (walk->rule != WALK_SYSTEM_FILES)
		return 0;
	if (fstat(fd, &status) < 0)
		return -errno;
	is_writable = (status.st_mode & S_IWOTH) != 0 ||
		      ((status.st_mode & S_IWGRP) != 0 && status.st_gid >= SYSTEM_UIDS);
	return status.st_uid < SYSTEM_UIDS && !is_writable ? 0 : -EPERM;
}

static int walk_move_to_root(struct walk *walk)
{
	int fd;

	if (walk->root_fd < 0)
		return walk_move_to(walk, open_at(AT_FDCWD, "/"));
	fd = fcntl(walk->root_fd, F_DUPFD_CLOEXEC, 0);
	return walk_move_to(walk, fd < 0 ? -errno : fd);
}

/* Where somebody else can make entries he can make links; the sticky bit only keeps him from
 * taking others' away. */
static bool walk_may_hold_link(const struct walk *walk)
{
	struct stat status;

	/* Each directory was checked on the way. */
	if (walk->rule == WALK_SYSTEM_FILES)
		return true;
	return fstat(walk->fd, &status) == 0 && trust_has_uid(walk->trust, status.st_uid) &&
	       (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Puts the link's target in the place of the link. */
static int walk_follow_link(struct walk *walk, int link_fd, const char *behind)
{
	char target[sizeof(walk->rest)];
	size_t behind_len = strlen(behind);
	ssize_t len;

	if (++walk->links > LINKS_MAX || !walk_may_hold_link(walk))
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
	return target[0] == '/' ? walk_move_to_root(walk) : 0;
}

/* The next part of the path; 0 while there is more. */
static int walk_step(struct walk *walk)
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
		r = walk_follow_link(walk, fd, begin);
		close(fd);
		return r;
	}
	memmove(walk->rest, begin, strlen(begin) + 1);
	return walk_move_to(walk, fd);
}

/* Walks the path by the rule in *walk: a descriptor of what it leads to, or an error. */
static int walk_run(struct walk *walk, const char *path)
{
	size_t len = strlen(path);
	struct stat status;
	int r;

	if (path[0] != '/')
		return -ENOENT;
	/* Most paths that are tried do not exist: one call is enough for these. */
	if (walk->root_fd < 0 && lstat(path, &status) < 0 && errno == ENOENT)
		return -ENOENT;
	if (len >= sizeof(walk->rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, path, len + 1);
	walk->fd = -1;
	r = walk_move_to_root(walk);
	while (r == 0 && walk->rest[strspn(walk->rest, "/")] != '\0')
		r = walk_step(walk);
	if (r < 0 && walk->fd >= 0)
		close(walk->fd);
	return r < 0 ? r : walk->fd;
}

int trust_open_path(struct trust *trust, int root_fd, const char *path)
{
	struct walk walk = {.trust = trust, .rule = WALK_SAFE_LINKS, .root_fd = root_fd};

	return walk_run(&walk, path);
}

/* Opens a regular file that was reached, and nothing else, for reading; closes path_fd. A trust
 * requires that one of its users owns the file and nobody else can write it. */
static int reopen_file(int path_fd, struct trust *trust)
{
	struct stat status;
	char name[64];
	int r = 0;

	if (path_fd < 0)
		return path_fd;
	if (fstat(path_fd, &status) < 0)
		r = -errno;
	else if (!S_ISREG(status.st_mode))
		r = -EINVAL;
	else if (trust != NULL && (!trust_has_uid(trust, status.st_uid) ||
					  (status.st_mode & (S_IWGRP | S_IWOTH)) != 0))
		r = -EPERM;
	if (r == 0) {
		(void)snprintf(name, sizeof(name), "/proc/thread-self/fd/%d", path_fd);
		r = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (r < 0)
			r = -errno;
	}
	close(path_fd);
	return r;
}

int trust_open_users_file(struct trust *trust, int root_fd, const char *path)
{
	return reopen_file(trust_open_path(trust, root_fd, path), trust);
}

int trust_open_system_file(const char *path)
{
	struct walk walk = {.rule = WALK_SYSTEM_FILES, .root_fd = -1};

	return reopen_file(walk_run(&walk, path), NULL);
}
