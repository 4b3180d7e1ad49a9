/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ssh-helper/relay.h"
#include "unit.h"

#define MUCH ((size_t)8 * 1024 * 1024)

/* ssh's two pipes, the guest's connection, and a relay between them in a process of its own. */
static int to_relay, from_relay, guest;
static pid_t relay;

static void begin_relay(void)
{
	int in[2], out[2], connection[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, connection), 0);
	relay = fork();
	if (relay == 0) {
		close(in[1]);
		close(out[0]);
		close(connection[1]);
		fcntl(connection[0], F_SETFL, O_NONBLOCK);
		_exit(relay_run(in[0], out[1], connection[0]) == 0 ? 0 : 1);
	}
	close(in[0]);
	close(out[1]);
	close(connection[0]);
	to_relay = in[1];
	from_relay = out[0];
	guest = connection[1];
}

static void check_relay_ends_well(void)
{
	int status = 1;

	alarm(10);
	ck_assert_int_eq(waitpid(relay, &status, 0), relay);
	ck_assert_int_eq(status, 0);
}

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 31 + i / 251);
}

/* Writes MUCH bytes in a process of its own, and closes. */
static void write_much(int fd)
{
	unsigned char piece[2500];
	pid_t writer = fork();

	if (writer != 0)
		return;
	for (size_t done = 0; done < MUCH;) {
		size_t want = MUCH - done < sizeof(piece) ? MUCH - done : sizeof(piece);
		ssize_t put;

		for (size_t i = 0; i < want; i++)
			piece[i] = byte_at(done + i);
		put = write(fd, piece, want);
		if (put < 0)
			_exit(1);
		done += (size_t)put;
	}
	shutdown(fd, SHUT_WR);
	_exit(0);
}

/* How many bytes come, all of them right, until the end of file. */
static size_t read_all(int fd, useconds_t pause)
{
	unsigned char piece[3000];
	size_t done = 0;
	ssize_t got;

	while ((got = read(fd, piece, sizeof(piece))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			if (piece[i] != byte_at(done + (size_t)i))
				ck_abort_msg("byte %zu is wrong", done + (size_t)i);
		done += (size_t)got;
		if (pause > 0)
			usleep(pause);
	}
	return done;
}

START_TEST(every_byte_comes_through_both_ways)
{
	begin_relay();
	write_much(to_relay);
	close(to_relay);
	write_much(guest);
	ck_assert_uint_eq(read_all(from_relay, 0), MUCH);
	check_relay_ends_well();
}
END_TEST

START_TEST(an_end_from_ssh_is_passed_on_and_the_answer_still_comes)
{
	char question[16] = "", answer[16] = "";

	begin_relay();
	ck_assert_int_eq(write(to_relay, "question", 8), 8);
	close(to_relay);
	ck_assert_int_eq(read(guest, question, sizeof(question)), 8);
	ck_assert_int_eq(read(guest, question, sizeof(question)), 0);
	ck_assert_int_eq(write(guest, "answer", 6), 6);
	close(guest);
	ck_assert_int_eq(read(from_relay, answer, sizeof(answer)), 6);
	ck_assert_int_eq(read(from_relay, answer, sizeof(answer)), 0);
	check_relay_ends_well();
}
END_TEST

START_TEST(the_relay_ends_with_the_guest)
{
	char byte;

	begin_relay();
	close(guest);
	ck_assert_int_eq(read(from_relay, &byte, 1), 0);
	check_relay_ends_well();
	close(to_relay);
}
END_TEST

START_TEST(an_ssh_that_reads_slowly_loses_nothing)
{
	begin_relay();
	write_much(guest);
	ck_assert_uint_eq(read_all(from_relay, 200), MUCH);
	close(to_relay);
	check_relay_ends_well();
}
END_TEST

int main(void)
{
	UNIT_RUN("ssh_relay", every_byte_comes_through_both_ways,
		an_end_from_ssh_is_passed_on_and_the_answer_still_comes,
		the_relay_ends_with_the_guest, an_ssh_that_reads_slowly_loses_nothing);
}
