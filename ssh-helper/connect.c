/* SPDX-License-Identifier: MIT */
#include "verb.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/name.h"
#include "base/text.h"
#include "fdpass.h"
#include "forward.h"
#include "keys.h"
#include "monitor/vm_monitor.h"
#include "race.h"
#include "relay.h"
#include "report.h"
#include "resolver.h"
#include "status_line.h"

/* How long to wait for a VM that is up for longer than wait_s. */
#define WAIT_UP_MS 5000
/* The same if a connection was accepted and is silent: a busy server is slow to speak. */
#define WAIT_SILENT_MS 15000
/* One round of resolving and connecting, and the pause before the next. */
#define ROUND_MS 3000
#define PAUSE_MS 300
/* A person is told what is missing after this time. */
#define STATUS_AFTER_MS 1000

#define MS_PER_S  1000
#define NS_PER_MS 1000000
#define LINE_SIZE 2048

/* What ssh gave us as stdout: a socket that takes a descriptor, a pipe or socket for the bytes of
 * the connection, or something else. */
enum stdout_kind { STDOUT_OTHER, STDOUT_FDPASS, STDOUT_RELAY };

/* One connection that ssh has asked for. */
struct connection {
	struct config config;
	struct host machine;
	struct keys keys;
	const char *host; /* as ssh gave it */
	char name[NAME_VM_SIZE];
	uint16_t port;
	bool explains;
	bool relays;   /* even if stdout takes a descriptor */
	int hangup_fd; /* see race.h */
	int64_t begun_ms;
	struct deadline deadline;
	struct resolver_answer answer;
	struct vm vm; /* once it is found */
	struct targets targets;
	struct race race;
	struct forward forward;
	struct status_line status_line;
};

static enum stdout_kind stdout_kind(void)
{
	struct stat status;
	int domain = 0;
	socklen_t len = sizeof(domain);

	if (fstat(STDOUT_FILENO, &status) < 0 || fcntl(STDIN_FILENO, F_GETFD) < 0)
		return STDOUT_OTHER;
	if (S_ISFIFO(status.st_mode))
		return STDOUT_RELAY;
	if (!S_ISSOCK(status.st_mode))
		return STDOUT_OTHER;
	/* Only a Unix socket passes descriptors. */
	if (getsockopt(STDOUT_FILENO, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
		domain == AF_UNIX)
		return STDOUT_FDPASS;
	return STDOUT_RELAY;
}

static int64_t connection_age_ms(const struct connection *connection)
{
	return deadline_now_ns() / NS_PER_MS - connection->begun_ms;
}

static void connection_explain(
	const struct connection *connection, const char *what, const char *text)
{
	if (connection->explains)
		printf("%6lld ms  %s: %s\n", (long long)connection_age_ms(connection), what, text);
}

/* The one place in which the helper looks a VM up, and from then on follows it: each round does. */
static void connection_resolve(struct connection *connection)
{
	const struct resolver_question question = {
		.name = connection->name,
		.known = connection->vm.pid > 0 ? &connection->vm : NULL,
		.family = AF_UNSPEC,
		.want_scope_id = true,
		.query_monitor = vm_monitor_query,
		.session = &connection->keys.session,
	};
	struct resolver_answer *answer = &connection->answer;
	bool is_answered;
	char text[RESOLVER_TEXT_SIZE];

	resolver_ask(&connection->machine, &question, answer);
	is_answered = answer->outcome == RESOLVER_ADDRESSES;
	if (answer->outcome != RESOLVER_NO_VM)
		connection->vm = answer->vm;
	if (!connection->explains)
		return;
	(void)snprintf(text, sizeof(text), "%s, process %d of user %u", answer->host,
		(int)answer->vm.pid, answer->vm.uid);
	if (answer->outcome != RESOLVER_NO_VM)
		connection_explain(connection, "VM", text);
	connection_explain(connection, is_answered ? "addresses from" : "addresses",
		is_answered ? config_source_name(answer->source) : resolver_explain(answer, text));
	if (is_answered && answer->agent_reason != REASON_OK)
		connection_explain(connection, "agent", resolver_explain_agent(answer, text));
}

/* Until wait_s after the start of QEMU, and at least WAIT_UP_MS. */
static struct deadline connection_patience(const struct connection *connection)
{
	long ticks_per_s = sysconf(_SC_CLK_TCK);
	uint64_t start_time = connection->answer.vm.start_time;
	int64_t left_ms = 0;
	struct timespec now;

	if (start_time > 0 && ticks_per_s > 0 && clock_gettime(CLOCK_BOOTTIME, &now) == 0) {
		int64_t up_s = (int64_t)now.tv_sec - (int64_t)start_time / ticks_per_s;

		left_ms = (connection->config.wait_s - up_s) * MS_PER_S;
	}
	return deadline_after_ms(left_ms > WAIT_UP_MS ? (int)left_ms : WAIT_UP_MS);
}

/* The error of each target, "192.0.2.5 port 22: Connection refused; ...", or why there is none. */
static void connection_describe_failure(
	const struct connection *connection, char line[static LINE_SIZE])
{
	const struct targets *targets = &connection->targets;
	char text[RESOLVER_TEXT_SIZE];
	size_t len = 0;

	if (targets->count == 0) {
		(void)snprintf(line, LINE_SIZE, "%s", resolver_explain(&connection->answer, text));
		return;
	}
	for (size_t i = 0; i < targets->count && len < LINE_SIZE; i++)
		len += (size_t)snprintf(line + len, LINE_SIZE - len, "%s%s: %s", i > 0 ? "; " : "",
			target_format(&targets->list[i], text),
			target_error_text(&targets->list[i]));
	if (connection->answer.agent_reason != REASON_OK && len < LINE_SIZE)
		(void)snprintf(line + len, LINE_SIZE - len, "; %s",
			resolver_explain_agent(&connection->answer, text));
}

/* Connects to the targets; a descriptor or a negative errno. */
static int connection_race(struct connection *connection, bool is_last)
{
	const struct race_terms terms = {
		.deadline = deadline_earlier(connection->deadline, deadline_after_ms(ROUND_MS)),
		.silent_ms = RACE_SILENT_MS,
		.takes_silent = is_last,
		.hangup_fd = connection->hangup_fd,
		.is_cancelled = forward_is_cancelled,
	};
	struct targets *targets = &connection->targets;
	int fd = race_run(&connection->race, targets, &terms);
	char text[TARGET_TEXT_SIZE];

	for (size_t i = 0; i < targets->count; i++) {
		const struct target *target = &targets->list[i];

		connection_explain(connection, target_format(target, text),
			target == targets->winner ? "an ssh server answers"
						  : target_error_text(target));
	}
	return fd;
}

/* Is another round useless? */
static bool is_final(int error)
{
	return error == -EPIPE || error == -ECANCELED;
}

/* Tries the targets that the answer has, then a forward that is added for this connection. */
static int connection_try_targets(struct connection *connection)
{
	struct forward *forward = &connection->forward;
	bool is_last = deadline_left_ms(connection->deadline) <= ROUND_MS;
	int fd;

	targets_gather(&connection->answer, connection->port, &connection->targets);
	if (forward->is_added)
		targets_add_forward(&connection->targets, &forward->added);
	fd = connection_race(connection, is_last);
	if (fd >= 0 || is_final(fd) || forward->is_added ||
		forward_add(
			forward, &connection->config, &connection->answer.vm, connection->port) < 0)
		return fd;
	connection_explain(connection, "forward", "added by the monitor");
	connection->targets = (struct targets){.count = 0};
	targets_add_forward(&connection->targets, &forward->added);
	return connection_race(connection, is_last);
}

/* One round: a descriptor, -EAGAIN if another round may succeed, or why none can. */
static int connection_try(struct connection *connection, bool is_first)
{
	int fd;

	connection_resolve(connection);
	if (connection->answer.outcome == RESOLVER_NO_VM)
		return is_first ? -ENOENT : -ESRCH;
	if (is_first)
		connection->deadline = connection_patience(connection);
	fd = connection_try_targets(connection);
	/* Without a monitor, waiting opens nothing into a user-mode network. */
	if (connection->targets.count == 0 && connection->answer.reason == REASON_USER_MODE &&
		connection->answer.vm.monitor.kind != ENDPOINT_UNIX)
		return -ENETUNREACH;
	return fd >= 0 || is_final(fd) ? fd : -EAGAIN;
}

/* All rounds: a descriptor or a negative errno. */
static int connection_open(struct connection *connection)
{
	struct pollfd hangup = {.fd = connection->hangup_fd};
	char line[LINE_SIZE];
	int fd = connection_try(connection, true);

	while (fd == -EAGAIN) {
		int64_t age_ms = connection_age_ms(connection);

		if (deadline_is_past(connection->deadline)) {
			if (connection->race.count == 0 || age_ms >= WAIT_SILENT_MS)
				break;
			connection->deadline = deadline_after_ms((int)(WAIT_SILENT_MS - age_ms));
		}
		if (age_ms >= STATUS_AFTER_MS) {
			connection_describe_failure(connection, line);
			status_line_show(&connection->status_line, (int)(age_ms / MS_PER_S), line);
		}
		if (poll(&hangup, 1, PAUSE_MS) > 0 && (hangup.revents & (POLLHUP | POLLERR)) != 0)
			fd = -EPIPE;
		else if (forward_is_cancelled())
			fd = -ECANCELED;
		else
			fd = connection_try(connection, false);
	}
	race_end(&connection->race);
	status_line_clear(&connection->status_line);
	/* A connection outlives the forward that it was made through. */
	forward_remove(&connection->forward);
	return fd;
}

static void connection_report_failure(const struct connection *connection, int error)
{
	char line[LINE_SIZE], text[RESOLVER_TEXT_SIZE];

	switch (error) {
	case -ENOENT:
		report(connection->host, "%s", resolver_explain(&connection->answer, text));
		break;
	case -ESRCH:
		report(connection->host, "the VM has ended");
		break;
	case -EPIPE:
	case -ECANCELED:
		report(connection->host, "cancelled: ssh has ended");
		break;
	default:
		connection_describe_failure(connection, line);
		report(connection->host, "%s%s",
			connection->targets.count == 0 ? "" : "cannot connect: ", line);
	}
}

/* Gives the connection to ssh. 0 or a negative errno. */
static int connection_hand_over(enum stdout_kind kind, int fd)
{
	int flags = fcntl(fd, F_GETFL), on = 1;

	/* ssh sets it only on connections that it has made itself. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (kind == STDOUT_RELAY)
		return relay_run(STDIN_FILENO, STDOUT_FILENO, fd);
	/* ssh expects a blocking descriptor. */
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return fdpass_send(STDOUT_FILENO, fd);
}

/* 0 or an exit status; the error has been reported. */
static int connection_parse(struct connection *connection, int argc, char **argv)
{
	uint64_t port;

	for (; argc > 0 && argv[0][0] == '-'; argc--, argv++) {
		if (strcmp(argv[0], "--explain") == 0)
			connection->explains = true;
		else if (strcmp(argv[0], "--relay") == 0)
			connection->relays = true;
		else
			break;
	}
	if (argc != 2)
		return VERB_USAGE;
	connection->host = argv[0];
	connection->status_line.host = connection->name;
	if (name_from_typed(argv[0], connection->name) < 0) {
		report(argv[0], "no VM can have this name");
		return VERB_FAILED;
	}
	if (text_number(text_of(argv[1]), 10, UINT16_MAX, &port) < 0 || port == 0) {
		report(argv[0], "\"%.40s\" is not a port from 1 to 65535", argv[1]);
		return VERB_FAILED;
	}
	connection->port = (uint16_t)port;
	return 0;
}

int verb_connect(int argc, char **argv)
{
	static struct connection connection;
	enum stdout_kind kind = stdout_kind();
	int status = connection_parse(&connection, argc, argv);
	char text[64];
	int fd, r = 0;

	if (status != 0)
		return status;
	if (connection.relays && kind == STDOUT_FDPASS)
		kind = STDOUT_RELAY;
	if (kind == STDOUT_OTHER && !connection.explains) {
		report(connection.host,
			"only ssh can run this, as its ProxyCommand (see qemuvm-ssh-helper(8))");
		return VERB_FAILED;
	}
	connection.hangup_fd = connection.explains ? -1 : STDOUT_FILENO;
	connection.begun_ms = deadline_now_ns() / NS_PER_MS;
	report_config(&connection.config);
	host_init(&connection.machine, &connection.config);
	keys_begin(&connection.keys, &connection.config, NULL);
	fd = connection_open(&connection);
	if (fd < 0) {
		connection_report_failure(&connection, fd);
	} else if (connection.explains) {
		(void)snprintf(text, sizeof(text), "%u known", connection.keys.list.count);
		connection_explain(&connection, "host keys", text);
		connection_explain(&connection, "ssh", "would get this connection");
	} else {
		r = connection_hand_over(kind, fd);
		if (r < 0)
			report(connection.host, "the connection ended: %s", strerror(-r));
	}
	if (fd >= 0)
		close(fd);
	keys_end(&connection.keys);
	return fd < 0 || r < 0 ? VERB_FAILED : VERB_OK;
}
