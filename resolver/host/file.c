/* SPDX-License-Identifier: MIT */
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Most files that are read here have a few kilobytes. */
#define SIZE_FIRST ((size_t)8 * 1024)

static ssize_t read_at(int fd, char *buffer, size_t size, size_t offset)
{
	ssize_t got;

	do
		got = pread(fd, buffer, size, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* Reads until the end, or until one byte more than max is there. */
static ssize_t read_growing(int fd, size_t max, char **text)
{
	size_t size = 0, len = 0;
	ssize_t got = 1;

	while (got > 0 && len <= max) {
		if (len + 1 >= size) {
			char *grown = realloc(*text, size = size == 0 ? SIZE_FIRST : size * 2);

			if (grown == NULL)
				return -ENOMEM;
			*text = grown;
		}
		got = read_at(fd, *text + len, size - len - 1, len);
		if (got > 0)
			len += (size_t)got;
	}
	if (got < 0)
		return got;
	(*text)[len] = '\0';
	return len > max ? -EFBIG : (ssize_t)len;
}

int file_read(int fd, size_t max, char **ret_text, size_t *ret_len)
{
	char *text = NULL;
	ssize_t len = read_growing(fd, max, &text);

	if (len < 0) {
		free(text);
		return (int)len;
	}
	*ret_text = text;
	*ret_len = (size_t)len;
	return 0;
}

static int open_regular(const char *path, off_t size_max)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > size_max) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

int file_read_path(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	int fd = open_regular(path, (off_t)max), r;

	if (fd < 0)
		return fd;
	r = file_read(fd, max, ret_text, ret_len);
	close(fd);
	return r;
}
