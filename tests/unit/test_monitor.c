/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monitor/monitor.h"
#include "unit.h"

/* QEMU's end of a socket, played by the test. */
static int peer;
static struct monitor monitor;

static void begin(enum vm_monitor_protocol protocol, int budget_ms)
{
	int fds[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	peer = fds[1];
	monitor_init(&monitor, fds[0], protocol, deadline_after_ms(budget_ms));
}

static void say(const char *text)
{
	ck_assert_int_eq(send(peer, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What the client wrote since. */
static const char *hear(void)
{
	static char text[1024];
	ssize_t len = recv(peer, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static int step(void)
{
	short events;

	return monitor_step(&monitor, &events);
}

static void end(void)
{
	monitor_done(&monitor);
	monitor_done(&monitor);
	close(peer);
}

#define GREETING  "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n"
#define BANNER    "QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) "
#define HMP_REPLY "i\x1b[K\x1b[Din\x1b[Kfo name\x1b[K\r\nweb\r\n(qemu) "

START_TEST(two_commands_are_answered_over_qmp)
{
	begin(VM_MONITOR_QMP, 1000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	ck_assert_int_eq(step(), -EINPROGRESS);
	ck_assert_str_eq(hear(), "");
	say(GREETING);
	ck_assert_int_eq(step(), -EINPROGRESS);
	ck_assert_str_eq(hear(),
		"{\"execute\": \"qmp_capabilities\"}\n{\"execute\": \"human-monitor-command\", "
		"\"arguments\": {\"command-line\": \"info name\"}, \"id\": 1}\n");
	say("{\"return\": {}}\r\n{\"event\": \"STOP\", \"timestamp\": {}}\r\n");
	ck_assert_int_eq(step(), -EINPROGRESS);
	say("{\"return\": \"web\\r\\n\", \"id\": 1}\r\n");
	ck_assert_int_eq(step(), 0);
	ck_assert_str_eq(monitor_reply(&monitor), "web\n");

	ck_assert_int_eq(monitor_ask(&monitor, "info uuid"), 0);
	ck_assert_int_eq(step(), -EINPROGRESS);
	ck_assert_ptr_nonnull(strstr(hear(), "\"id\": 2"));
	say("{\"return\": \"old\", \"id\": 1}\r\n{\"return\": \"\", \"id\": 2}\r\n");
	ck_assert_int_eq(step(), 0);
	ck_assert_str_eq(monitor_reply(&monitor), "");
	end();
}
END_TEST

START_TEST(two_commands_are_answered_over_hmp)
{
	begin(VM_MONITOR_HMP, 1000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	ck_assert_int_eq(step(), -EINPROGRESS);
	say(BANNER);
	ck_assert_int_eq(step(), -EINPROGRESS);
	ck_assert_str_eq(hear(), "info name\n");
	say(HMP_REPLY);
	ck_assert_int_eq(step(), 0);
	ck_assert_str_eq(monitor_reply(&monitor), "web\n");
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	ck_assert_int_eq(step(), -EINPROGRESS);
	ck_assert_str_eq(hear(), "info name\n");
	say("info name\r\n(qemu) ");
	ck_assert_int_eq(step(), 0);
	ck_assert_str_eq(monitor_reply(&monitor), "");
	end();
}
END_TEST

/* The same, byte by byte. */
static void check_drop_by_drop(
	enum vm_monitor_protocol protocol, const char *greeting, const char *reply)
{
	char byte[2] = "";

	begin(protocol, 1000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	for (; *greeting != '\0'; greeting++) {
		byte[0] = *greeting;
		say(byte);
		ck_assert_int_eq(step(), -EINPROGRESS);
	}
	hear();
	for (; *reply != '\0'; reply++) {
		byte[0] = *reply;
		say(byte);
		ck_assert_int_eq(step(), reply[1] == '\0' ? 0 : -EINPROGRESS);
	}
	ck_assert_str_eq(monitor_reply(&monitor), "web\n");
	end();
}

START_TEST(a_reply_in_single_bytes_is_read)
{
	check_drop_by_drop(VM_MONITOR_HMP, BANNER, HMP_REPLY);
	check_drop_by_drop(VM_MONITOR_QMP, GREETING,
		"{\"return\": {}}\r\n{\"return\": \"web\\r\\n\", \"id\": 1}\n");
}
END_TEST

/* What the exchange ends with when QEMU says that in the place of a reply. */
static int error_of(const char *text)
{
	int r;

	begin(VM_MONITOR_QMP, 1000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	say(GREETING);
	ck_assert_int_eq(step(), -EINPROGRESS);
	hear();
	say(text);
	r = step();
	ck_assert_int_eq(step(), r == -EINPROGRESS ? r : -ENOTCONN);
	ck_assert_ptr_null(monitor_reply(&monitor));
	end();
	return r;
}

START_TEST(a_malformed_or_refused_reply_ends_the_exchange)
{
	ck_assert_int_eq(
		error_of("{\"error\": {\"class\": \"CommandNotFound\"}, \"id\": 1}\n"), -EREMOTEIO);
	ck_assert_int_eq(error_of("{\"return\": {}, \"id\": 1}\n"), -EBADMSG);
	ck_assert_int_eq(error_of("(qemu) \n"), -EBADMSG);
	ck_assert_int_eq(error_of("{\"return\": \"\", \"id\": 7}\n"), -EINPROGRESS);
}
END_TEST

START_TEST(a_silent_monitor_is_left_at_the_deadline)
{
	begin(VM_MONITOR_QMP, 60000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	ck_assert_int_eq(step(), -EINPROGRESS);
	end();
	begin(VM_MONITOR_QMP, 0);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	ck_assert_int_eq(step(), -ETIMEDOUT);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), -ENOTCONN);
	end();
}
END_TEST

START_TEST(a_monitor_that_leaves_ends_the_exchange)
{
	begin(VM_MONITOR_HMP, 1000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	close(peer);
	ck_assert_int_eq(step(), -ECONNRESET);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), -ENOTCONN);
	end();
}
END_TEST

START_TEST(a_reply_longer_than_the_limit_is_refused)
{
	static char flood[65536];
	size_t sent = 0;
	int r;

	memset(flood, 'x', sizeof(flood));
	begin(VM_MONITOR_HMP, 5000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	do {
		ssize_t part = send(peer, flood, sizeof(flood), MSG_NOSIGNAL);

		sent += part > 0 ? (size_t)part : 0;
		r = step();
	} while (r == -EINPROGRESS);
	ck_assert_int_eq(r, -EMSGSIZE);
	ck_assert_uint_le(sent, MONITOR_BYTES_MAX + 4 * sizeof(flood));
	end();
}
END_TEST

START_TEST(a_command_with_a_quote_or_newline_is_refused)
{
	begin(VM_MONITOR_HMP, 1000);
	ck_assert_int_eq(monitor_ask(&monitor, "info name\nquit"), -EINVAL);
	ck_assert_int_eq(monitor_ask(&monitor, "info \"name"), -EINVAL);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), 0);
	ck_assert_int_eq(monitor_ask(&monitor, "info name"), -EBUSY);
	end();
}
END_TEST

int main(void)
{
	UNIT_RUN("monitor", two_commands_are_answered_over_qmp, two_commands_are_answered_over_hmp,
		a_reply_in_single_bytes_is_read, a_malformed_or_refused_reply_ends_the_exchange,
		a_silent_monitor_is_left_at_the_deadline, a_monitor_that_leaves_ends_the_exchange,
		a_reply_longer_than_the_limit_is_refused,
		a_command_with_a_quote_or_newline_is_refused);
}
