/* SPDX-License-Identifier: MIT */
#include "cache/cache_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/text.h"

int cache_lock_open(int directory_fd)
{
	/* Every version of this program must lock the same file: the name stays. */
	int fd = openat(directory_fd, "turns", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);

	return fd < 0 ? -errno : fd;
}

static int set_lock(int locks_fd, const char *file, short type)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		/* Offsets are positive, and so is the end of the range. */
		.l_start = (off_t)(text_hash(text_of(file)) >> 2),
		.l_len = 1,
	};

	return fcntl(locks_fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

int cache_lock_try(int locks_fd, const char *file)
{
	int r = set_lock(locks_fd, file, F_WRLCK);

	return r == -EACCES ? -EAGAIN : r;
}

void cache_lock_release(int locks_fd, const char *file)
{
	(void)set_lock(locks_fd, file, F_UNLCK);
}
