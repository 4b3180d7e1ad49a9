/* SPDX-License-Identifier: MIT */
#include "cache/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int turn_open(int directory_fd)
{
	int fd = openat(directory_fd, "turns", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);

	return fd < 0 ? -errno : fd;
}

static int set_lock(int turns_fd, uint64_t key, short type)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		/* Offsets are positive, and so is the end of the range. */
		.l_start = (off_t)(key >> 2),
		.l_len = 1,
	};

	return fcntl(turns_fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

int turn_take(int turns_fd, uint64_t key)
{
	int r = set_lock(turns_fd, key, F_WRLCK);

	return r == -EACCES ? -EAGAIN : r;
}

void turn_give_back(int turns_fd, uint64_t key)
{
	(void)set_lock(turns_fd, key, F_UNLCK);
}
