/* SPDX-License-Identifier: MIT */
/* The agent client until the question is sent: connecting, who the peer is, is anybody there. */
#include <netinet/in.h>

#include "agent_peer.h"

/* The probe. */

START_TEST(an_agent_that_never_reads_is_detected_by_the_probe)
{
	struct peer peer = {.is_deaf = true};
	struct outcome outcome = exchange(&peer);

	ck_assert_int_eq(outcome.r, -EHOSTDOWN);
	ck_assert_int_ge(outcome.elapsed_ms, BUDGET_MS / 4 - 1);
	ck_assert_int_le(outcome.elapsed_ms, BUDGET_MS / 4 + LATE_MS);
}
END_TEST

START_TEST(an_agent_that_never_reads_is_sent_nothing_but_spaces)
{
	struct agent_options options = options_of(BUDGET_MS);
	char bytes[256];
	int fds[2];
	ssize_t got;
	struct agent agent;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	agent_init(&agent, fds[0], &unix_endpoint, &options);
	ck_assert_int_eq(agent_ask(&agent, "guest-x", NULL), 0);
	ck_assert_int_eq(agent_run(&agent), -EHOSTDOWN);
	ck_assert(!agent.was_asked);
	agent_done(&agent);
	got = recv(fds[1], bytes, sizeof(bytes) - 1, MSG_DONTWAIT);
	ck_assert_int_gt(got, 0);
	bytes[got] = '\0';
	ck_assert_uint_eq(strspn(bytes, " "), (size_t)got);
	close(fds[1]);
}
END_TEST

START_TEST(a_serial_port_is_not_probed)
{
	struct endpoint serial = {.kind = ENDPOINT_UNIX, .is_serial = true};
	struct peer peer = {.is_deaf = true};
	struct outcome outcome = ask(start_peer(&peer, SOCK_STREAM), &serial, BUDGET_MS);

	pthread_join(peer.thread, NULL);
	ck_assert_int_eq(outcome.r, -ETIMEDOUT);
}
END_TEST

/* Connecting. */

struct door {
	int fd;     /* what connect() gives at last */
	int full;   /* how often the backlog is full before; < 0: always */
	int error;  /* what accept_peer() says */
	int knocks; /* how often connect() was called */
	pid_t pid;
};

static int knock(void *context)
{
	struct door *door = context;

	return door->full < 0 || door->knocks++ < door->full ? -EAGAIN : door->fd;
}

static int look_at_peer(void *context, const struct agent_peer *peer)
{
	struct door *door = context;

	door->pid = peer->pid;
	return door->error;
}

static int ask_through(struct door *door, const struct endpoint *endpoint)
{
	struct agent_options options = options_of(BUDGET_MS);
	struct agent agent;
	int r;

	options.connect = knock;
	options.accept_peer = look_at_peer;
	options.context = door;
	agent_init(&agent, -1, endpoint, &options);
	ck_assert_int_eq(agent_ask(&agent, "guest-x", NULL), 0);
	r = agent_run(&agent);
	agent_done(&agent);
	return r;
}

START_TEST(a_full_backlog_is_tried_again)
{
	struct peer peer = {.text = GOOD, .text_len = strlen(GOOD), .times = 1};
	struct door door = {.fd = start_peer(&peer, SOCK_STREAM), .full = 3};

	ck_assert_int_eq(ask_through(&door, &unix_endpoint), 0);
	pthread_join(peer.thread, NULL);
	ck_assert_int_eq(door.knocks, 4);
	ck_assert_int_eq(door.pid, getpid());
}
END_TEST

START_TEST(a_backlog_that_stays_full_takes_half_of_the_budget)
{
	struct door door = {.full = -1};
	int64_t begin = deadline_now_ns();
	int elapsed_ms;

	ck_assert_int_eq(ask_through(&door, &unix_endpoint), -EBUSY);
	elapsed_ms = (int)((deadline_now_ns() - begin) / 1000000);
	ck_assert_int_ge(elapsed_ms, BUDGET_MS / 2 - 1);
	ck_assert_int_le(elapsed_ms, BUDGET_MS / 2 + LATE_MS);
}
END_TEST

START_TEST(an_error_of_connect_ends_the_exchange)
{
	struct door door = {.fd = -ECONNREFUSED};

	ck_assert_int_eq(ask_through(&door, &unix_endpoint), -ECONNREFUSED);
}
END_TEST

START_TEST(a_peer_that_is_not_accepted_gets_no_byte)
{
	struct door door = {.error = -EPERM};
	char byte;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	door.fd = fds[0];
	ck_assert_int_eq(ask_through(&door, &unix_endpoint), -EPERM);
	ck_assert_int_eq(recv(fds[1], &byte, 1, MSG_DONTWAIT), 0);
	close(fds[1]);
}
END_TEST

/* A listener on a free port of 127.0.0.1, and a connection to it under way. */
static int listen_tcp(struct sockaddr_in *name)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*name);

	*name = (struct sockaddr_in){.sin_family = AF_INET};
	name->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)name, sizeof(*name)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)name, &len), 0);
	return fd;
}

static int connect_tcp(const struct sockaddr_in *name)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) < 0)
		ck_assert_int_eq(errno, EINPROGRESS);
	return fd;
}

START_TEST(an_agent_behind_tcp_is_asked_without_probe)
{
	struct endpoint tcp = {.kind = ENDPOINT_TCP};
	struct peer peer = {.text = SYNC GOOD, .text_len = strlen(SYNC GOOD), .times = 1};
	struct sockaddr_in name;
	int listener = listen_tcp(&name);
	int fd = connect_tcp(&name);

	peer.fd = accept(listener, NULL, NULL);
	ck_assert_int_eq(pthread_create(&peer.thread, NULL, play, &peer), 0);
	ck_assert_int_eq(ask(fd, &tcp, BUDGET_MS).r, 0);
	pthread_join(peer.thread, NULL);
	close(listener);
}
END_TEST

START_TEST(a_refused_tcp_connection_ends_the_exchange)
{
	struct endpoint tcp = {.kind = ENDPOINT_TCP};
	struct sockaddr_in name;

	close(listen_tcp(&name));
	ck_assert_int_eq(ask(connect_tcp(&name), &tcp, BUDGET_MS).r, -ECONNREFUSED);
}
END_TEST

static void add_connecting(Suite *suite)
{
	TCase *tcase = tcase_create("connecting");

	tcase_add_test(tcase, an_agent_that_never_reads_is_detected_by_the_probe);
	tcase_add_test(tcase, an_agent_that_never_reads_is_sent_nothing_but_spaces);
	tcase_add_test(tcase, a_serial_port_is_not_probed);
	tcase_add_test(tcase, a_full_backlog_is_tried_again);
	tcase_add_test(tcase, a_backlog_that_stays_full_takes_half_of_the_budget);
	tcase_add_test(tcase, an_error_of_connect_ends_the_exchange);
	tcase_add_test(tcase, a_peer_that_is_not_accepted_gets_no_byte);
	tcase_add_test(tcase, an_agent_behind_tcp_is_asked_without_probe);
	tcase_add_test(tcase, a_refused_tcp_connection_ends_the_exchange);
	suite_add_tcase(suite, tcase);
}

int main(void)
{
	Suite *suite = suite_create("agent_connect");
	SRunner *runner;
	int failed;

	add_connecting(suite);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
