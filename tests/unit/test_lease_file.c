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

START_TEST(a_file_that_is_being_written_is_read_again)
{
	int fd = make_file("half");
	struct lease_file file;

	ck_assert_int_eq(lease_file_read(fd, &file), 0);
	ck_assert_uint_eq(file.len, 4);
	ck_assert_int_eq(memcmp(file.text, "half", 4), 0);
	ck_assert(lease_file_wait_for_writer(&file, true));
	ck_assert(!lease_file_wait_for_writer(&file, false));
	file.has_changed = true;
	ck_assert(lease_file_wait_for_writer(&file, false));
	free(file.text);
	close(fd);
}
END_TEST

START_TEST(a_file_that_stays_cut_is_read_once)
{
	int fd = make_file("half");
	struct lease_file file;

	make_old(fd);
	ck_assert_int_eq(lease_file_read(fd, &file), 0);
	ck_assert(!lease_file_wait_for_writer(&file, true));
	free(file.text);
	close(fd);
}
END_TEST

/* How many leases; each must be the one of LINE. */
static int read_list(int fd)
{
	const struct lease_wanted all = {NULL, 0};
	struct lease_table *table = NULL;
	char text[ADDRESS_TEXT_MAX];
	unsigned int at = 0;
	struct lease lease;
	int r = lease_read(fd, "x", all, &table);

	while (lease_table_next(table, &at, &lease))
		ck_assert_str_eq(address_format(&lease.address, text), "192.0.2.1");
	lease_table_free(table);
	return r;
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
	struct lease_file file;

	ck_assert_int_eq(ftruncate(fd, (off_t)LEASE_FILE_MAX + 100), 0);
	make_old(fd);
	ck_assert_int_eq(lease_file_read(fd, &file), 0);
	ck_assert_uint_eq(file.len, LEASE_FILE_MAX);
	free(file.text);
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

START_TEST(a_file_under_a_writers_hands_never_lies)
{
	struct rewriter rewriter = {.fd = make_file("")};
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, rewrite, &rewriter), 0);
	for (int i = 0; i < 100; i++) {
		int r = read_list(rewriter.fd);

		ck_assert_msg(r == 0 || r == 1 || r == -EINVAL, "%d", r);
	}
	rewriter.ends = true;
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	close(rewriter.fd);
}
END_TEST

START_TEST(a_file_of_macs_is_read)
{
	int fd = make_file("[{\"domain\": \"web\", \"macs\": [\"" WEB "\"]}]");
	struct mac macs[LEASE_MACS_MAX];
	char text[MAC_TEXT_MAX];

	ck_assert_int_eq(lease_macs_read(fd, "web", macs), 1);
	ck_assert_int_eq(lease_macs_read(fd, "db", macs), 0);
	ck_assert_str_eq(mac_format(&macs[0], text), WEB);
	close(fd);
}
END_TEST

START_TEST(a_file_dated_after_2038_is_read)
{
	/* 2100-01-01: fstat(2) with 32 bits of time says EOVERFLOW. */
	const int64_t then = 4102444800;
	const struct timespec times[2] = {{.tv_sec = (time_t)then}, {.tv_sec = (time_t)then}};
	int fd = make_file(LINE);
	struct lease_file file;

	ck_assert_int_eq((int64_t)times[0].tv_sec, then);
	ck_assert_int_eq(futimens(fd, times), 0);
	ck_assert_int_eq(lease_file_read(fd, &file), 0);
	ck_assert_uint_eq(file.len, strlen(LINE));
	free(file.text);
	close(fd);
}
END_TEST

int main(void)
{
	UNIT_RUN("lease_file", a_file_that_is_being_written_is_read_again,
		a_file_that_stays_cut_is_read_once, a_file_is_read_from_its_beginning,
		what_is_no_regular_file_is_refused, a_file_that_cannot_be_read_tells_why,
		empty_and_unknown_files_have_no_leases, bytes_behind_the_limit_are_not_read,
		a_file_under_a_writers_hands_never_lies, a_file_of_macs_is_read, a_file_dated_after_2038_is_read);
}
