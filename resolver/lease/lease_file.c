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

/* What was read, in a buffer that grows. */
struct content {
	char *text;
	size_t len, size;
	bool has_changed; /* while it was read */
	bool is_young;
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int grow(struct content *content, size_t size)
{
	char *text = realloc(content->text, size);

	if (text == NULL)
		return -ENOMEM;
	content->text = text;
	content->size = size;
	return 0;
}

/* Until the end of the file, or the limit. */
static int read_all(int fd, struct content *content)
{
	while (content->len < LEASE_FILE_MAX) {
		ssize_t len;

		if (content->len == content->size &&
			grow(content, smaller(2 * content->size, LEASE_FILE_MAX)) < 0)
			return -ENOMEM;
		len = pread(fd, content->text + content->len, content->size - content->len,
			(off_t)content->len);
		if (len == 0)
			break;
		if (len < 0 && errno != EINTR)
			return -errno;
		if (len > 0)
			content->len += (size_t)len;
	}
	return 0;
}

static int64_t nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && nanoseconds(a->st_mtim) == nanoseconds(b->st_mtim);
}

/* A time in the future is a clock's that was set back, and tells nothing. */
static bool is_young(const struct stat *status)
{
	struct timespec now;
	int64_t age;

	clock_gettime(CLOCK_REALTIME, &now);
	age = nanoseconds(now) - nanoseconds(status->st_mtim);
	return age >= 0 && age < WRITING_NS;
}

/* What was read stays the caller's to free, whatever is answered. */
static int fill(int fd, struct content *content)
{
	struct stat before, after;
	int r;

	if (fstat(fd, &before) < 0)
		return -errno;
	if (!S_ISREG(before.st_mode))
		return -EINVAL;
	/* One byte more tells the end of the file. */
	r = grow(content, smaller((size_t)before.st_size, LEASE_FILE_MAX - 1) + 1);
	if (r == 0)
		r = read_all(fd, content);
	if (r < 0)
		return r;
	if (fstat(fd, &after) < 0)
		return -errno;
	content->has_changed = !is_same(&before, &after);
	content->is_young = is_young(&after);
	return 0;
}

static int read_once(int fd, struct content *ret_content)
{
	struct content content = {0};
	int r = fill(fd, &content);

	if (r < 0) {
		free(content.text);
		return r;
	}
	*ret_content = content;
	return 0;
}

static bool is_worth_another(const struct content *content, const struct lease_file_format *format)
{
	return content->has_changed ||
	       (content->is_young && format->is_cut(format->context, content->text, content->len));
}

int lease_file_read(
	int fd, const struct lease_file_format *format, char **ret_text, size_t *ret_len)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct content content;
	int r = read_once(fd, &content);

	if (r == 0 && is_worth_another(&content, format)) {
		free(content.text);
		nanosleep(&pause, NULL);
		r = read_once(fd, &content);
	}
	if (r < 0)
		return r;
	*ret_text = content.text;
	*ret_len = content.len;
	return 0;
}
