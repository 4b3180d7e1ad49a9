/* SPDX-License-Identifier: MIT */
#include "lease/lease_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lease/lease.h"

/* A server writes a thousand leases in 1 ms. A file that is cut and was left alone for longer than
 * this stays so. */
#define WRITING_NS ((int64_t)100 * 1000 * 1000)
#define PAUSE_NS   ((long)2 * 1000 * 1000)

static int64_t nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Reads until the end of the file, or the limit. What was read stays the caller's to free, even
 * after an error. */
static int lease_file_read_text(int fd, size_t size, struct lease_file *file)
{
	char *text = NULL;
	ssize_t len = 1;

	while (len != 0 && file->len < LEASE_FILE_MAX) {
		if (text == NULL || file->len == size) {
			size = text == NULL ? size : 2 * size;
			if (size > LEASE_FILE_MAX)
				size = LEASE_FILE_MAX;
			text = realloc(file->text, size);
			if (text == NULL)
				return -ENOMEM;
			file->text = text;
		}
		len = pread(fd, text + file->len, size - file->len, (off_t)file->len);
		if (len < 0 && errno != EINTR)
			return -errno;
		if (len > 0)
			file->len += (size_t)len;
	}
	return 0;
}

int lease_file_read(int fd, struct lease_file *ret_file)
{
	struct lease_file file = {0};
	struct stat before, after;
	struct timespec now;
	int64_t age;
	int r;

	if (fstat(fd, &before) < 0)
		return -errno;
	if (!S_ISREG(before.st_mode))
		return -EINVAL;
	/* One byte more shows the end of the file. */
	r = lease_file_read_text(fd, (size_t)before.st_size + 1, &file);
	if (r >= 0 && fstat(fd, &after) < 0)
		r = -errno;
	if (r < 0) {
		free(file.text);
		return r;
	}
	file.has_changed = before.st_size != after.st_size ||
			   nanoseconds(before.st_mtim) != nanoseconds(after.st_mtim);
	clock_gettime(CLOCK_REALTIME, &now);
	age = nanoseconds(now) - nanoseconds(after.st_mtim);
	/* A time in the future comes from a clock that was set back, and shows nothing. */
	file.is_young = age >= 0 && age < WRITING_NS;
	*ret_file = file;
	return 0;
}

bool lease_file_wait_for_writer(const struct lease_file *file, bool is_cut)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	if (!file->has_changed && !(file->is_young && is_cut))
		return false;
	nanosleep(&pause, NULL);
	return true;
}
