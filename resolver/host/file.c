/* SPDX-License-Identifier: MIT */
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Most files that are read here have a few kilobytes. */
#define SIZE_FIRST ((size_t)8 * 1024)

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
		do
			got = pread(fd, *text + len, size - len - 1, (off_t)len);
		while (got < 0 && errno == EINTR);
		if (got > 0)
			len += (size_t)got;
	}
	if (got < 0)
		return -errno;
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

int file_read_path(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r = -EINVAL;
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= (off_t)max)
		r = file_read(fd, max, ret_text, ret_len);
	close(fd);
	return r;
}
