/* SPDX-License-Identifier: MIT */
#include "verb.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
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

/* How long is waited for a VM that is up for longer than wait_s. */
#define WAIT_UP_MS 5000
/* The same where a connection stands on which nobody speaks: a busy server is slow to begin. */
#define WAIT_SILENT_MS 15000
/* Of the waiting, one round of resolving and trying. */
#define ROUND_MS 3000
#define PAUSE_MS 300
/* A person is told once it has taken so long. */
#define STATUS_AFTER_MS 1000

#define MS_PER_S  1000
#define LINE_SIZE 2048

/* How the connection can be given to whoever started us. */
enum stdout_kind { STDOUT_OTHER, STDOUT_FDPASS, STDOUT_RELAY };

/* One call of `connect`. */
struct connection {
	struct config config;
	struct keys keys;
	const char *host; /* as ssh gave it */
	char name[NAME_VM_SIZE];
	uint16_t port;
	bool explains;
	bool relays;   /* whoever started us takes no descriptor, whatever stdout is */
	int hangup_fd; /* see race.h */
	int64_t begun_ms;
	struct deadline deadline;
	struct resolver_answer answer;
	struct targets targets;
	struct race race;
	struct forward forward;
	struct status_line status_line;
};

static bool takes_descriptors(int socket)
{
	int domain = 0;
	socklen_t len = sizeof(domain);

	return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX;
}

/* ssh gives a socket of its own where it takes a descriptor, and pipes where it does not. */
static enum stdout_kind kind_of_stdout(void)
{
	struct stat status;

	if (fstat(STDOUT_FILENO, &status) < 0 || fcntl(STDIN_FILENO, F_GETFD) < 0)
		return STDOUT_OTHER;
	if (S_ISSOCK(status.st_mode))
		return takes_descriptors(STDOUT_FILENO) ? STDOUT_FDPASS : STDOUT_RELAY;
	return S_ISFIFO(status.st_mode) ? STDOUT_RELAY : STDOUT_OTHER;
}

static int64_t now_ms(void)
{
	return deadline_now_ns() / 1000000;
}

static void resolve(struct connection *connection)
{
	struct resolver_question question = {
		.name = connection->name,
		.family = AF_UNSPEC,
		.takes_scope = true,
		.query_monitor = vm_monitor_query,
		.session = &connection->keys.session,
	};

	resolver_ask(&connection->config, &question, &connection->answer);
}

/* How long the VM's process has run, or -1. */
static int64_t uptime_ms(const struct resolver_answer *answer)
{
	long ticks_per_s = sysconf(_SC_CLK_TCK);
	struct timespec now;

	if (answer->vm.start_time == 0 || ticks_per_s <= 0)
		return -1;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * MS_PER_S -
	       (int64_t)(answer->vm.start_time / (uint64_t)ticks_per_s) * MS_PER_S;
}

/* Until wait_s after QEMU's start, and a little at least. */
static struct deadline patience(const struct connection *connection)
{
	int64_t up_ms = uptime_ms(&connection->answer);
	int64_t left_ms = (int64_t)connection->config.wait_s * MS_PER_S - up_ms;

	if (up_ms < 0 || left_ms < WAIT_UP_MS)
		left_ms = WAIT_UP_MS;
	return deadline_after_ms((int)left_ms);
}

/* What every target led to: "192.0.2.5 port 22: Connection refused; ...", or why there is none. */
static void describe_failure(const struct connection *connection, char line[static LINE_SIZE])
{
	char text[RESOLVER_TEXT_SIZE];
	size_t len = 0;

	if (connection->targets.count == 0) {
		(void)snprintf(line, LINE_SIZE, "%s", resolver_explain(&connection->answer, text));
		return;
	}
	for (size_t i = 0; i < connection->targets.count && len < LINE_SIZE; i++)
		len += (size_t)snprintf(line + len, LINE_SIZE - len, "%s%s: %s", i > 0 ? "; " : "",
			target_format(&connection->targets.list[i], text),
			target_error_text(&connection->targets.list[i]));
	if (connection->answer.agent_reason != RESOLVER_OK && len < LINE_SIZE)
		(void)snprintf(line + len, LINE_SIZE - len, "; %s",
			resolver_explain_agent(&connection->answer, text));
}

static void explain(const struct connection *connection, const char *what, const char *text)
{
	if (connection->explains)
		printf("%6lld ms  %s: %s\n", (long long)(now_ms() - connection->begun_ms), what,
			text);
}

static void explain_answer(const struct connection *connection)
{
	const struct resolver_answer *answer = &connection->answer;
	char text[RESOLVER_TEXT_SIZE];

	if (!connection->explains)
		return;
	(void)snprintf(text, sizeof(text), "%s, process %d of user %u", answer->host,
		(int)answer->vm.pid, answer->vm.uid);
	if (answer->outcome != RESOLVER_NO_VM)
		explain(connection, "VM", text);
	if (answer->outcome != RESOLVER_ADDRESSES)
		explain(connection, "addresses", resolver_explain(answer, text));
	else
		explain(connection, "addresses from", config_source_name(answer->source));
	if (answer->outcome == RESOLVER_ADDRESSES && answer->agent_reason != RESOLVER_OK)
		explain(connection, "agent", resolver_explain_agent(answer, text));
}

static void explain_targets(const struct connection *connection)
{
	char text[TARGET_TEXT_SIZE];

	for (size_t i = 0; i < connection->targets.count && connection->explains; i++) {
		const struct target *tried = &connection->targets.list[i];

		explain(connection, target_format(tried, text),
			tried == connection->targets.winner ? "an ssh server answers"
							    : target_error_text(tried));
	}
}

static int race(struct connection *connection, bool is_last)
{
	const struct race_terms terms = {
		.deadline = deadline_earlier(connection->deadline, deadline_after_ms(ROUND_MS)),
		.silent_ms = RACE_SILENT_MS,
		.takes_silent = is_last,
		.hangup_fd = connection->hangup_fd,
		.is_cancelled = forward_is_cancelled,
	};
	int fd = race_run(&connection->race, &connection->targets, &terms);

	explain_targets(connection);
	return fd;
}

/* Does another round lead anywhere? */
static bool is_final(int error)
{
	return error == -EPIPE || error == -ECANCELED;
}

/* The targets that are there, and if none leads to the VM one that is made. */
static int try_targets(struct connection *connection)
{
	bool is_last = deadline_left_ms(connection->deadline) <= ROUND_MS;
	int fd;

	targets_gather(&connection->answer, connection->port, &connection->targets);
	if (connection->forward.is_added)
		targets_add_forward(&connection->targets, &connection->forward.added);
	fd = race(connection, is_last);
	if (fd >= 0 || is_final(fd) || connection->forward.is_added ||
		forward_add(&connection->forward, &connection->config, connection->name,
			connection->port) < 0)
		return fd;
	explain(connection, "forward", "added by the monitor");
	connection->targets = (struct targets){.count = 0};
	targets_add_forward(&connection->targets, &connection->forward.added);
	return race(connection, is_last);
}

/* Whoever started us may have gone. */
static bool is_hung_up(const struct connection *connection)
{
	struct pollfd pollfd = {.fd = connection->hangup_fd};

	return poll(&pollfd, 1, PAUSE_MS) > 0 && (pollfd.revents & (POLLHUP | POLLERR)) != 0;
}

/* One round: a descriptor, or -EAGAIN for another one, or why there is none to come. */
static int try_once(struct connection *connection, bool is_first)
{
	int fd;

	resolve(connection);
	explain_answer(connection);
	if (connection->answer.outcome == RESOLVER_NO_VM)
		return is_first ? -ENOENT : -ESRCH;
	if (is_first)
		connection->deadline = patience(connection);
	fd = try_targets(connection);
	/* No waiting makes a way into a user-mode network where no monitor does. */
	if (connection->targets.count == 0 && connection->answer.reason == RESOLVER_USER_MODE &&
		!forward_is_possible(&connection->forward))
		return -ENETUNREACH;
	return fd >= 0 || is_final(fd) ? fd : -EAGAIN;
}

/* A person sees what is missing, and for how long. */
static void tell_of_waiting(struct connection *connection)
{
	char line[LINE_SIZE];
	int64_t waited_ms = now_ms() - connection->begun_ms;

	if (waited_ms < STATUS_AFTER_MS)
		return;
	describe_failure(connection, line);
	status_line_show(&connection->status_line, (int)(waited_ms / MS_PER_S), line);
}

static bool may_wait(struct connection *connection)
{
	int64_t left_ms = WAIT_SILENT_MS - (now_ms() - connection->begun_ms);

	if (deadline_is_past(connection->deadline) && race_is_kept_waiting(&connection->race))
		connection->deadline = deadline_after_ms(left_ms > 0 ? (int)left_ms : 0);
	return !deadline_is_past(connection->deadline);
}

static int connect_to_vm(struct connection *connection)
{
	int fd = try_once(connection, true);

	while (fd == -EAGAIN && may_wait(connection)) {
		tell_of_waiting(connection);
		if (is_hung_up(connection))
			fd = -EPIPE;
		else if (forward_is_cancelled())
			fd = -ECANCELED;
		else
			fd = try_once(connection, false);
	}
	race_end(&connection->race);
	status_line_clear(&connection->status_line);
	return fd;
}

static void tell_failure(const struct connection *connection, int error)
{
	char line[LINE_SIZE], text[RESOLVER_TEXT_SIZE];

	switch (error) {
	case -ENOENT:
		report(connection->host, "%s", resolver_explain(&connection->answer, text));
		break;
	case -ESRCH:
		report(connection->host, "the VM ended while it was waited for");
		break;
	case -EPIPE:
	case -ECANCELED:
		report(connection->host, "given up: whoever asked has gone");
		break;
	default:
		describe_failure(connection, line);
		report(connection->host,
			connection->targets.count == 0 ? "%s" : "cannot connect: %s", line);
	}
}

/* ssh sets it on connections of its own only. */
static void keep_alive(int fd)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static int hand_over(enum stdout_kind kind, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	keep_alive(fd);
	if (kind == STDOUT_RELAY)
		return relay_run(STDIN_FILENO, STDOUT_FILENO, fd);
	/* ssh expects it as connect() leaves it. */
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return fdpass_send(STDOUT_FILENO, fd);
}

/* What ssh would be given is told instead. */
static int conclude_explanation(const struct connection *connection)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%u known", connection->keys.list.count);
	explain(connection, "host keys", text);
	explain(connection, "ssh", "would be given this connection");
	return 0;
}

static int run(struct connection *connection, enum stdout_kind kind)
{
	int fd = connect_to_vm(connection), r = 0;

	/* A connection outlives the forward that it came by. */
	forward_remove(&connection->forward);
	if (fd < 0) {
		tell_failure(connection, fd);
		return VERB_FAILED;
	}
	r = connection->explains ? conclude_explanation(connection) : hand_over(kind, fd);
	close(fd);
	if (r < 0)
		report(connection->host, "the connection ended: %s", strerror(-r));
	return r < 0 ? VERB_FAILED : VERB_OK;
}

/* 0, or an exit status; what is wrong was told. */
static int read_arguments(struct connection *connection, int argc, char **argv)
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
		report(argv[0], "\"%.40s\" is no port from 1 to 65535", argv[1]);
		return VERB_FAILED;
	}
	connection->port = (uint16_t)port;
	return 0;
}

int verb_connect(int argc, char **argv)
{
	static struct connection connection;
	enum stdout_kind kind = kind_of_stdout();
	int status = read_arguments(&connection, argc, argv);

	if (status != 0)
		return status;
	if (connection.relays && kind == STDOUT_FDPASS)
		kind = STDOUT_RELAY;
	if (kind == STDOUT_OTHER && !connection.explains) {
		report(connection.host, "nobody to hand the connection to: this is for ssh's "
					"ProxyCommand (see qemuvm-ssh-helper(8))");
		return VERB_FAILED;
	}
	connection.hangup_fd = connection.explains ? -1 : STDOUT_FILENO;
	connection.begun_ms = now_ms();
	report_config(&connection.config);
	keys_begin(&connection.keys, &connection.config, NULL);
	status = run(&connection, kind);
	keys_end(&connection.keys);
	return status;
}
