/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../ssh-helper/race.h"
#include "unit.h"

/* A listener on an address of loopback's, on a port that the kernel chooses or on a given one. */
static int listen_on(const char *text, uint16_t *port, int backlog)
{
	struct sockaddr_storage name;
	struct address address;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(address_parse(text, &address), 0);
	len = address_to_sockaddr(&address, *port, &name);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, len), 0);
	ck_assert_int_eq(listen(fd, backlog), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	*port = ntohs(((struct sockaddr_in *)&name)->sin_port);
	return fd;
}

static struct race race;

static void enter(const char *text)
{
	ck_assert_int_eq(address_parse(text, &race.entrants[race.count++].address), 0);
}

/* Whom the winner is connected to. */
static void check_peer(int fd, const char *text)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);
	struct address address = {.family = AF_INET};
	char buf[ADDRESS_TEXT_MAX];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&name, &len), 0);
	memcpy(address.bytes, &name.sin_addr, sizeof(name.sin_addr));
	ck_assert_str_eq(address_format(&address, buf), text);
	close(fd);
}

/* Fills a backlog of one, so that further connections are left without an answer. */
static void fill(const char *text, uint16_t port)
{
	struct sockaddr_storage name;
	struct address address;
	socklen_t len;

	address_parse(text, &address);
	len = address_to_sockaddr(&address, port, &name);
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		(void)connect(fd, (struct sockaddr *)&name, len);
	}
	usleep(20000);
}

START_TEST(the_first_that_stands_wins)
{
	uint16_t port = 0;

	memset(&race, 0, sizeof(race));
	listen_on("127.0.0.1", &port, 5);
	listen_on("127.0.0.2", &port, 5);
	enter("127.0.0.1");
	enter("127.0.0.2");
	check_peer(race_run(&race, port, deadline_after_ms(2000)), "127.0.0.1");
}
END_TEST

START_TEST(a_refusal_lets_the_next_start_at_once)
{
	uint16_t port = 0;
	int64_t begin;

	memset(&race, 0, sizeof(race));
	listen_on("127.0.0.3", &port, 5);
	enter("127.0.0.1");
	enter("127.0.0.2");
	enter("127.0.0.3");
	begin = deadline_now_ns();
	check_peer(race_run(&race, port, deadline_after_ms(2000)), "127.0.0.3");
	ck_assert(deadline_now_ns() - begin < 200 * INT64_C(1000000));
	ck_assert_int_eq(race.entrants[0].error, -ECONNREFUSED);
}
END_TEST

START_TEST(silence_lets_the_next_start_after_its_head_start)
{
	uint16_t port = 0;
	int64_t begin, took;

	memset(&race, 0, sizeof(race));
	listen_on("127.0.0.1", &port, 0);
	fill("127.0.0.1", port);
	listen_on("127.0.0.2", &port, 5);
	enter("127.0.0.1");
	enter("127.0.0.2");
	begin = deadline_now_ns();
	check_peer(race_run(&race, port, deadline_after_ms(5000)), "127.0.0.2");
	took = deadline_now_ns() - begin;
	ck_assert(took >= RACE_STAGGER_MS * INT64_C(1000000));
	ck_assert(took < 2 * RACE_STAGGER_MS * INT64_C(1000000));
	ck_assert_int_eq(race.entrants[0].error, -EINPROGRESS);
}
END_TEST

START_TEST(the_deadline_ends_it)
{
	uint16_t port = 0;
	int64_t begin;

	memset(&race, 0, sizeof(race));
	listen_on("127.0.0.1", &port, 0);
	fill("127.0.0.1", port);
	enter("127.0.0.1");
	begin = deadline_now_ns();
	ck_assert_int_eq(race_run(&race, port, deadline_after_ms(100)), -ETIMEDOUT);
	ck_assert(deadline_now_ns() - begin < 400 * INT64_C(1000000));
}
END_TEST

START_TEST(all_that_fail_are_told)
{
	uint16_t port = 0;

	memset(&race, 0, sizeof(race));
	close(listen_on("127.0.0.1", &port, 5));
	enter("127.0.0.1");
	enter("127.0.0.2");
	ck_assert_int_eq(race_run(&race, port, deadline_after_ms(2000)), -ECONNREFUSED);
	ck_assert_int_eq(race.entrants[0].error, -ECONNREFUSED);
	ck_assert_int_eq(race.entrants[1].error, -ECONNREFUSED);
}
END_TEST

START_TEST(nobody_in_the_race_is_told)
{
	memset(&race, 0, sizeof(race));
	ck_assert_int_eq(race_run(&race, 22, deadline_after_ms(100)), -ENOENT);
}
END_TEST

int main(void)
{
	UNIT_RUN("ssh_race", the_first_that_stands_wins, a_refusal_lets_the_next_start_at_once,
		silence_lets_the_next_start_after_its_head_start, the_deadline_ends_it,
		all_that_fail_are_told, nobody_in_the_race_is_told);
}
