/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh-helper/fdpass.h"
#include "unit.h"

START_TEST(a_descriptor_is_passed_with_one_byte)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char payload[2] = "";
	struct iovec part = {payload, sizeof(payload)};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	int ends[2], passed[2], fd;
	char byte = 0;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(pipe2(passed, O_CLOEXEC), 0);
	ck_assert_int_eq(fdpass_send(ends[0], passed[1]), 0);
	ck_assert_int_eq(recvmsg(ends[1], &message, 0), 1);
	ck_assert_ptr_nonnull(CMSG_FIRSTHDR(&message));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	ck_assert_int_eq(write(fd, "x", 1), 1);
	ck_assert_int_eq(read(passed[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'x');
}
END_TEST

START_TEST(passing_to_a_closed_socket_is_an_error)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	close(ends[1]);
	ck_assert_int_eq(fdpass_send(ends[0], 0), -EPIPE);
}
END_TEST

int main(void)
{
	UNIT_RUN("ssh_fdpass", a_descriptor_is_passed_with_one_byte,
		passing_to_a_closed_socket_is_an_error);
}
