/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh-helper/race.h"
#include "unit.h"

#define BANNER "SSH-2.0-test\r\n"
/* In place of RACE_SILENT_MS, which would make the tests wait for seconds. */
#define SILENT_MS 200

/* A listener on an address of loopback's, on a port that the kernel chooses or on a given one. */
static int listen_on(const char *text, uint16_t *port, int backlog)
{
	struct sockaddr_storage name;
	struct address address;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(address_from_text(text_of(text), &address), 0);
	len = address_to_sockaddr(&address, *port, &name);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, len), 0);
	ck_assert_int_eq(listen(fd, backlog), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	*port = ntohs(((struct sockaddr_in *)&name)->sin_port);
	return fd;
}

/* A server that says so to every client, and no more. */
static void serve(const char *address, uint16_t *port, const char *text)
{
	int listener = listen_on(address, port, 5);

	if (fork() != 0) {
		close(listener);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int client = accept(listener, NULL, NULL);

		if (client >= 0 && send(client, text, strlen(text), MSG_NOSIGNAL) < 0)
			_exit(1);
	}
}

static struct race race;
static struct targets targets;

static void enter(const char *text, uint16_t port, enum target_kind kind)
{
	struct target *target = &targets.list[targets.count++];

	*target = (struct target){.kind = kind, .port = port};
	ck_assert_int_eq(address_from_text(text_of(text), &target->address), 0);
}

static int run_with_patience(int ms, int silent_ms)
{
	return race_run(&race, &targets,
		&(struct race_terms){.deadline = deadline_after_ms(ms),
			.silent_ms = silent_ms,
			.hangup_fd = -1});
}

static int run(int ms)
{
	return run_with_patience(ms, SILENT_MS);
}

/* Whom the winner is connected to, who has said his banner to nobody before. */
static void check_winner(int fd, const char *text)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);
	struct address address = {.family = AF_INET};
	char buf[ADDRESS_TEXT_MAX], banner[sizeof(BANNER)] = "";

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&name, &len), 0);
	memcpy(address.bytes, &name.sin_addr, sizeof(name.sin_addr));
	ck_assert_str_eq(address_format(&address, buf), text);
	ck_assert_int_eq(recv(fd, banner, sizeof(banner) - 1, 0), sizeof(BANNER) - 1);
	ck_assert_str_eq(banner, BANNER);
	close(fd);
}

/* Fills a backlog of one, so that further connections are left without an answer. */
static void fill(const char *text, uint16_t port)
{
	struct sockaddr_storage name;
	struct address address;
	socklen_t len;

	address_from_text(text_of(text), &address);
	len = address_to_sockaddr(&address, port, &name);
	for (bool is_full = false; !is_full;) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		struct pollfd connected = {.fd = fd, .events = POLLOUT};

		(void)connect(fd, (struct sockaddr *)&name, len);
		is_full = poll(&connected, 1, 50) == 0;
	}
}

static int64_t begin_ms;

static void begin(void)
{
	race_end(&race);
	memset(&targets, 0, sizeof(targets));
	begin_ms = deadline_now_ns() / 1000000;
}

static int64_t took_ms(void)
{
	return deadline_now_ns() / 1000000 - begin_ms;
}

START_TEST(the_first_server_whose_banner_is_heard_wins)
{
	uint16_t port = 0;

	begin();
	serve("127.0.0.1", &port, BANNER);
	serve("127.0.0.2", &port, BANNER);
	enter("127.0.0.1", port, TARGET_ADDRESS);
	enter("127.0.0.2", port, TARGET_ADDRESS);
	check_winner(run(2000), "127.0.0.1");
}
END_TEST

START_TEST(after_a_refusal_the_next_target_starts_at_once)
{
	uint16_t port = 0;
	int64_t best_ms = INT64_MAX;

	serve("127.0.0.3", &port, BANNER);
	/* The quickest of a few, since the machine may do something else in between. */
	for (int i = 0; i < 5 && best_ms >= RACE_STAGGER_MS; i++) {
		begin();
		enter("127.0.0.1", port, TARGET_ADDRESS);
		enter("127.0.0.2", port, TARGET_ADDRESS);
		enter("127.0.0.3", port, TARGET_ADDRESS);
		check_winner(run(2000), "127.0.0.3");
		ck_assert_int_eq(targets.list[0].error, -ECONNREFUSED);
		best_ms = took_ms() < best_ms ? took_ms() : best_ms;
	}
	ck_assert_int_lt(best_ms, RACE_STAGGER_MS);
}
END_TEST

START_TEST(a_silent_target_delays_the_next_by_its_head_start)
{
	uint16_t port = 0;

	begin();
	listen_on("127.0.0.1", &port, 0);
	fill("127.0.0.1", port);
	serve("127.0.0.2", &port, BANNER);
	enter("127.0.0.1", port, TARGET_ADDRESS);
	enter("127.0.0.2", port, TARGET_ADDRESS);
	begin_ms = deadline_now_ns() / 1000000;
	/* Nothing else than the head start's end could let the second one start in this time. */
	check_winner(run_with_patience(5000, 5000), "127.0.0.2");
	ck_assert_int_ge(took_ms(), RACE_STAGGER_MS);
	ck_assert_int_eq(targets.list[0].error, -EINPROGRESS);
}
END_TEST

START_TEST(a_forward_without_a_banner_never_wins)
{
	uint16_t port = 0;

	begin();
	listen_on("127.0.0.1", &port, 5);
	serve("127.0.0.2", &port, BANNER);
	enter("127.0.0.1", port, TARGET_FORWARD);
	enter("127.0.0.2", port, TARGET_ADDRESS);
	check_winner(run(3000), "127.0.0.2");
	begin();
	enter("127.0.0.1", port, TARGET_FORWARD);
	ck_assert_int_eq(run(5000), -EAGAIN);
	ck_assert_int_ge(took_ms(), SILENT_MS);
	ck_assert_int_lt(took_ms(), 5000);
}
END_TEST

/* A server that accepts one after the other, and speaks to each after so long. */
static void serve_slowly(const char *address, uint16_t *port, int ms)
{
	int listener = listen_on(address, port, 5);

	if (fork() != 0) {
		close(listener);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int client = accept(listener, NULL, NULL);

		usleep((useconds_t)ms * 1000);
		if (client >= 0 && send(client, BANNER, strlen(BANNER), MSG_NOSIGNAL) < 0)
			_exit(1);
	}
}

START_TEST(a_slow_server_is_heard_on_the_first_connection)
{
	uint16_t port = 0;
	int fd = -EAGAIN, rounds = 0;

	begin();
	/* Heard on the second connection it would take as long again, and the third round. */
	serve_slowly("127.0.0.1", &port, 2 * SILENT_MS);
	enter("127.0.0.1", port, TARGET_FORWARD);
	for (; fd == -EAGAIN; rounds++)
		fd = run(5000);
	check_winner(fd, "127.0.0.1");
	ck_assert_int_eq(rounds, 2);
	ck_assert_uint_eq(race.count, 1);
	race_end(&race);
	ck_assert_uint_eq(race.count, 0);
}
END_TEST

START_TEST(a_silent_target_is_tried_at_growing_intervals)
{
	uint16_t port = 0;
	/* Each connection is given twice the time of the one before. */
	static const int after_ms[] = {0, SILENT_MS, 3 * SILENT_MS};
	int listener;

	begin();
	listener = listen_on("127.0.0.1", &port, 8);
	ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	enter("127.0.0.1", port, TARGET_FORWARD);
	for (size_t count = 0; count < COUNT_OF(after_ms);) {
		(void)run(SILENT_MS / 4);
		while (count < COUNT_OF(after_ms) && accept(listener, NULL, NULL) >= 0)
			ck_assert_int_ge(took_ms(), after_ms[count++]);
	}
	close(listener);
}
END_TEST

START_TEST(lines_before_the_banner_are_skipped_and_left_to_ssh)
{
	uint16_t port = 0;
	char text[64] = "";
	int fd;

	begin();
	serve("127.0.0.1", &port, "welcome\r\nSSH\r\n" BANNER);
	enter("127.0.0.1", port, TARGET_ADDRESS);
	fd = run(2000);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(recv(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_int_eq(strncmp(text, "welcome", 7), 0);
	close(fd);
	begin();
	port = 0;
	serve("127.0.0.1", &port, "HTTP/1.0 400\r\n");
	enter("127.0.0.1", port, TARGET_ADDRESS);
	ck_assert_int_eq(run(5000), -EAGAIN);
}
END_TEST

START_TEST(a_silent_address_wins_at_the_end_but_a_silent_forward_does_not)
{
	uint16_t port = 0;
	struct race_terms terms = {.deadline = deadline_after_ms(SILENT_MS / 2),
		.silent_ms = SILENT_MS,
		.takes_silent = true,
		.hangup_fd = -1};
	int fd;

	begin();
	listen_on("127.0.0.1", &port, 5);
	enter("127.0.0.1", port, TARGET_ADDRESS);
	fd = race_run(&race, &targets, &terms);
	ck_assert_int_ge(fd, 0);
	close(fd);
	begin();
	enter("127.0.0.1", port, TARGET_FORWARD);
	terms.deadline = deadline_after_ms(SILENT_MS / 2);
	ck_assert_int_lt(race_run(&race, &targets, &terms), 0);
}
END_TEST

START_TEST(a_client_that_hangs_up_ends_the_race)
{
	uint16_t port = 0;
	int pair[2];

	begin();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	close(pair[1]);
	listen_on("127.0.0.1", &port, 5);
	enter("127.0.0.1", port, TARGET_ADDRESS);
	ck_assert_int_eq(race_run(&race, &targets,
				 &(struct race_terms){.deadline = deadline_after_ms(5000),
					 .silent_ms = SILENT_MS,
					 .hangup_fd = pair[0]}),
		-EPIPE);
	ck_assert_int_lt(took_ms(), 5000);
	close(pair[0]);
}
END_TEST

START_TEST(the_race_ends_at_its_deadline)
{
	uint16_t port = 0;

	begin();
	listen_on("127.0.0.1", &port, 0);
	fill("127.0.0.1", port);
	enter("127.0.0.1", port, TARGET_ADDRESS);
	ck_assert_int_eq(run(100), -ETIMEDOUT);
	ck_assert_int_ge(took_ms(), 100);
}
END_TEST

START_TEST(the_error_of_each_failed_target_is_reported)
{
	uint16_t port = 0;

	begin();
	close(listen_on("127.0.0.1", &port, 5));
	enter("127.0.0.1", port, TARGET_ADDRESS);
	enter("127.0.0.2", port, TARGET_FORWARD);
	ck_assert_int_eq(run(2000), -ECONNREFUSED);
	ck_assert_int_eq(targets.list[0].error, -ECONNREFUSED);
	ck_assert_int_eq(targets.list[1].error, -ECONNREFUSED);
	targets.count = 0;
	ck_assert_int_eq(run(2000), -ENOENT);
}
END_TEST

int main(void)
{
	UNIT_RUN("ssh_race", the_first_server_whose_banner_is_heard_wins,
		after_a_refusal_the_next_target_starts_at_once,
		a_silent_target_delays_the_next_by_its_head_start,
		a_forward_without_a_banner_never_wins,
		lines_before_the_banner_are_skipped_and_left_to_ssh,
		a_slow_server_is_heard_on_the_first_connection,
		a_silent_target_is_tried_at_growing_intervals,
		a_silent_address_wins_at_the_end_but_a_silent_forward_does_not,
		a_client_that_hangs_up_ends_the_race, the_race_ends_at_its_deadline,
		the_error_of_each_failed_target_is_reported);
}
