/* SPDX-License-Identifier: MIT */
#include "lease/lease_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lease_list.h"

#define WEB  "52:54:00:12:34:56"
#define LINE "1756000000 " WEB " 192.0.2.1 * *\n"

/* An open file without a name. */
static int make_file(const char *text)
{
	char path[] = "/tmp/test_lease_file.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static void make_old(int fd)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

	ck_assert_int_eq(futimens(fd, times), 0);
}

/* A writer that goes on when it is asked whether the text is cut. */
struct writer {
	int fd;
	int asked;
};

static bool write_on(const void *context, const char *text, size_t len)
{
	struct writer *writer = *(struct writer *const *)context;

	writer->asked++;
	ck_assert_int_eq(strncmp(text, "half", len), 0);
	ck_assert_int_eq(pwrite(writer->fd, "whole", 5, 0), 5);
	return true;
}

static void check_read(int fd, const char *expected, int asked)
{
	struct writer writer = {.fd = fd}, *context = &writer;
	const struct lease_file_format format = {write_on, &context};
	char *text;
	size_t len;

	ck_assert_int_eq(lease_file_read(fd, &format, &text, &len), 0);
	ck_assert_uint_eq(len, strlen(expected));
	ck_assert_int_eq(strncmp(text, expected, len), 0);
	ck_assert_int_eq(writer.asked, asked);
	free(text);
	close(fd);
}

START_TEST(a_file_that_is_being_written_is_read_again)
{
	check_read(make_file("half"), "whole", 1);
}
END_TEST

START_TEST(a_file_that_stays_cut_is_read_once)
{
	int fd = make_file("half");

	make_old(fd);
	check_read(fd, "half", 0);
}
END_TEST

static int read_list(int fd)
{
	static struct lease_list list;
	const struct lease_visitor visitor = lease_list_visitor(&list);

	list.len = 0;
	return lease_read(fd, "x", &visitor);
}

START_TEST(a_file_is_read_from_its_beginning)
{
	int fd = make_file(LINE);

	ck_assert_int_eq(lseek(fd, 0, SEEK_END), sizeof(LINE) - 1);
	ck_assert_int_eq(read_list(fd), 1);
	ck_assert_int_eq(read_list(fd), 1);
	close(fd);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused)
{
	int fd = open("/", O_RDONLY | O_CLOEXEC), pipe_fds[2];

	ck_assert_int_eq(read_list(fd), -EINVAL);
	close(fd);
	ck_assert_int_eq(pipe2(pipe_fds, O_CLOEXEC), 0);
	ck_assert_int_eq(read_list(pipe_fds[0]), -EINVAL);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	ck_assert_int_eq(read_list(-1), -EBADF);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_tells_why)
{
	int fd = make_file(LINE), unreadable;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	unreadable = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(read_list(unreadable), -EBADF);
	close(unreadable);
	close(fd);
}
END_TEST

START_TEST(empty_and_unknown_files_have_no_leases)
{
	int empty = make_file(""), unknown = make_file("garbage\n");

	ck_assert_int_eq(read_list(empty), 0);
	ck_assert_int_eq(read_list(unknown), -EINVAL);
	close(empty);
	close(unknown);
}
END_TEST

START_TEST(bytes_behind_the_limit_are_not_read)
{
	int fd = make_file(LINE);
	const struct lease_file_format format = {write_on, NULL};
	char *text;
	size_t len;

	ck_assert_int_eq(ftruncate(fd, (off_t)LEASE_FILE_MAX + 100), 0);
	make_old(fd);
	ck_assert_int_eq(lease_file_read(fd, &format, &text, &len), 0);
	ck_assert_uint_eq(len, LEASE_FILE_MAX);
	free(text);
	ck_assert_int_eq(read_list(fd), 1);
	close(fd);
}
END_TEST

/* dnsmasq's way: from the beginning, cut to nothing first, a buffer at a time. */
struct rewriter {
	int fd;
	atomic_bool ends;
};

static void *rewrite(void *context)
{
	struct rewriter *rewriter = context;
	static char text[300 * sizeof(LINE)];
	size_t len = 0, at;

	while (len + sizeof(LINE) < sizeof(text))
		len += strlen(strcpy(text + len, LINE));
	while (!rewriter->ends) {
		ck_assert_int_eq(ftruncate(rewriter->fd, 0), 0);
		for (at = 0; at < len; at += 4096)
			ck_assert_int_gt(pwrite(rewriter->fd, text + at,
						 len - at < 4096 ? len - at : 4096, (off_t)at),
				0);
	}
	return NULL;
}

static void check_lease(void *context, const struct lease *lease)
{
	char text[ADDRESS_TEXT_MAX];

	(void)context;
	ck_assert_str_eq(address_format(&lease->address, text), "192.0.2.1");
}

START_TEST(a_file_under_a_writers_hands_never_lies)
{
	struct rewriter rewriter = {.fd = make_file("")};
	const struct lease_visitor visitor = {.visit = check_lease};
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, rewrite, &rewriter), 0);
	for (int i = 0; i < 100; i++) {
		int r = lease_read(rewriter.fd, "x", &visitor);

		ck_assert_msg(r == 0 || r == 1 || r == -EINVAL, "%d", r);
	}
	rewriter.ends = true;
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	close(rewriter.fd);
}
END_TEST

static void count_mac(void *context, const struct mac *mac)
{
	int *count = context;

	(void)mac;
	(*count)++;
}

START_TEST(a_file_of_macs_is_read)
{
	int fd = make_file("[{\"domain\": \"web\", \"macs\": [\"" WEB "\"]}]");
	int count = 0;
	const struct lease_macs_visitor visitor = {count_mac, &count};

	ck_assert_int_eq(lease_macs_read(fd, "web", &visitor), 1);
	ck_assert_int_eq(lease_macs_read(fd, "db", &visitor), 0);
	ck_assert_int_eq(count, 1);
	close(fd);
}
END_TEST

int main(void)
{
	UNIT_RUN("lease_file", a_file_that_is_being_written_is_read_again,
		a_file_that_stays_cut_is_read_once, a_file_is_read_from_its_beginning,
		what_is_no_regular_file_is_refused, a_file_that_cannot_be_read_tells_why,
		empty_and_unknown_files_have_no_leases, bytes_behind_the_limit_are_not_read,
		a_file_under_a_writers_hands_never_lies, a_file_of_macs_is_read);
}
