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
#include "complain.h"
#include "forward.h"
#include "handover.h"
#include "keys.h"
#include "monitor/vm_monitor.h"
#include "notice.h"
#include "race.h"
#include "resolver.h"

/* How long is waited for a VM that is up for longer than wait_s. */
#define WAIT_UP_MS 5000
/* The same where a connection stands on which nobody speaks: a busy server is slow to begin. */
#define WAIT_SILENT_MS 15000
/* Of the waiting, one round of resolving and trying. */
#define ROUND_MS 3000
#define PAUSE_MS 300
/* A person is told once it has taken so long. */
#define NOTICE_AFTER_MS 1000

#define MS_PER_S  1000
#define LINE_SIZE 2048

/* How the connection can be given to whoever started us. */
enum handover_kind { HANDOVER_NONE, HANDOVER_PASS, HANDOVER_RELAY };

/* One call of `connect`. */
struct attempt {
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
	struct ways ways;
	struct race race;
	struct forward forward;
	struct notice notice;
};

static int parse_port(const char *text, uint16_t *ret_port)
{
	unsigned long port = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return -EINVAL;
		port = port * 10 + (unsigned long)(*c - '0');
		if (port > UINT16_MAX)
			return -EINVAL;
	}
	if (port == 0)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

static bool takes_descriptors(int socket)
{
	int domain = 0;
	socklen_t len = sizeof(domain);

	return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX;
}

/* ssh gives a socket of its own where it takes a descriptor, and pipes where it does not. */
static enum handover_kind kind_of_stdout(void)
{
	struct stat status;

	if (fstat(STDOUT_FILENO, &status) < 0 || fcntl(STDIN_FILENO, F_GETFD) < 0)
		return HANDOVER_NONE;
	if (S_ISSOCK(status.st_mode))
		return takes_descriptors(STDOUT_FILENO) ? HANDOVER_PASS : HANDOVER_RELAY;
	return S_ISFIFO(status.st_mode) ? HANDOVER_RELAY : HANDOVER_NONE;
}

static int64_t now_ms(void)
{
	return deadline_now_ns() / 1000000;
}

static void resolve(struct attempt *attempt)
{
	struct resolver_question question = {
		.name = attempt->name,
		.family = AF_UNSPEC,
		.takes_scope = true,
		.learn = vm_monitor_learn,
		.talk = &attempt->keys.talk,
	};

	resolver_ask(&attempt->config, &question, &attempt->answer);
}

/* How long the VM's process has run, or -1. */
static int64_t uptime_ms(const struct resolver_answer *answer)
{
	long ticks_per_s = sysconf(_SC_CLK_TCK);
	struct timespec now;

	if (answer->start_time == 0 || ticks_per_s <= 0)
		return -1;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * MS_PER_S -
	       (int64_t)(answer->start_time / (uint64_t)ticks_per_s) * MS_PER_S;
}

/* Until wait_s after QEMU's start, and a little at least. */
static struct deadline patience(const struct attempt *attempt)
{
	int64_t up_ms = uptime_ms(&attempt->answer);
	int64_t left_ms = (int64_t)attempt->config.wait_s * MS_PER_S - up_ms;

	if (up_ms < 0 || left_ms < WAIT_UP_MS)
		left_ms = WAIT_UP_MS;
	return deadline_after_ms((int)left_ms);
}

/* What every way led to: "192.0.2.5 port 22: Connection refused; ...", or why there is none. */
static void describe_failure(const struct attempt *attempt, char line[static LINE_SIZE])
{
	char text[RESOLVER_TEXT_SIZE];
	size_t len = 0;

	if (attempt->ways.count == 0) {
		(void)snprintf(line, LINE_SIZE, "%s", resolver_explain(&attempt->answer, text));
		return;
	}
	for (size_t i = 0; i < attempt->ways.count && len < LINE_SIZE; i++)
		len += (size_t)snprintf(line + len, LINE_SIZE - len, "%s%s: %s", i > 0 ? "; " : "",
			way_format(&attempt->ways.list[i], text),
			way_error_text(&attempt->ways.list[i]));
	if (attempt->answer.agent_reason != RESOLVER_OK && len < LINE_SIZE)
		(void)snprintf(line + len, LINE_SIZE - len, "; %s",
			resolver_explain_agent(&attempt->answer, text));
}

static void explain(const struct attempt *attempt, const char *what, const char *text)
{
	if (attempt->explains)
		printf("%6lld ms  %s: %s\n", (long long)(now_ms() - attempt->begun_ms), what, text);
}

static void explain_answer(const struct attempt *attempt)
{
	const struct resolver_answer *answer = &attempt->answer;
	char text[RESOLVER_TEXT_SIZE];

	if (!attempt->explains)
		return;
	(void)snprintf(text, sizeof(text), "%s, process %d of user %u", answer->host,
		(int)answer->pid, answer->uid);
	if (answer->outcome != RESOLVER_NO_VM)
		explain(attempt, "VM", text);
	if (answer->outcome != RESOLVER_ADDRESSES)
		explain(attempt, "addresses", resolver_explain(answer, text));
	else
		explain(attempt, "addresses from", config_source_name(answer->source));
	if (answer->outcome == RESOLVER_ADDRESSES && answer->agent_reason != RESOLVER_OK)
		explain(attempt, "agent", resolver_explain_agent(answer, text));
}

static void explain_ways(const struct attempt *attempt)
{
	char way[WAY_TEXT_SIZE];

	for (size_t i = 0; i < attempt->ways.count && attempt->explains; i++) {
		const struct way *tried = &attempt->ways.list[i];

		explain(attempt, way_format(tried, way),
			tried == attempt->ways.winner ? "an ssh server answers"
						      : way_error_text(tried));
	}
}

static int race(struct attempt *attempt, bool is_last)
{
	const struct race_terms terms = {
		.deadline = deadline_earlier(attempt->deadline, deadline_after_ms(ROUND_MS)),
		.takes_silent = is_last,
		.hangup_fd = attempt->hangup_fd,
		.is_cancelled = forward_is_cancelled,
	};
	int fd = race_run(&attempt->race, &attempt->ways, &terms);

	explain_ways(attempt);
	return fd;
}

/* Does another round lead anywhere? */
static bool is_final(int error)
{
	return error == -EPIPE || error == -ECANCELED;
}

/* The ways that are there, and if none leads to the VM one that is made. */
static int try_ways(struct attempt *attempt)
{
	bool is_last = deadline_left_ms(attempt->deadline) <= ROUND_MS;
	int fd;

	ways_gather(&attempt->answer, attempt->port, &attempt->ways);
	if (attempt->forward.is_added)
		ways_add_forward(&attempt->ways, &attempt->forward.added);
	fd = race(attempt, is_last);
	if (fd >= 0 || is_final(fd) || attempt->forward.is_added ||
		forward_add(&attempt->forward, &attempt->config, attempt->name, attempt->port) < 0)
		return fd;
	explain(attempt, "forward", "added by the monitor");
	attempt->ways = (struct ways){.count = 0};
	ways_add_forward(&attempt->ways, &attempt->forward.added);
	return race(attempt, is_last);
}

/* Whoever started us may have gone. */
static bool is_hung_up(const struct attempt *attempt)
{
	struct pollfd pollfd = {.fd = attempt->hangup_fd};

	return poll(&pollfd, 1, PAUSE_MS) > 0 && (pollfd.revents & (POLLHUP | POLLERR)) != 0;
}

/* One round: a descriptor, or -EAGAIN for another one, or why there is none to come. */
static int try_once(struct attempt *attempt, bool is_first)
{
	int fd;

	resolve(attempt);
	explain_answer(attempt);
	if (attempt->answer.outcome == RESOLVER_NO_VM)
		return is_first ? -ENOENT : -ESRCH;
	if (is_first)
		attempt->deadline = patience(attempt);
	fd = try_ways(attempt);
	/* No waiting makes a way into a user-mode network where no monitor does. */
	if (attempt->ways.count == 0 && attempt->answer.reason == RESOLVER_USER_MODE &&
		!forward_is_possible(&attempt->forward))
		return -ENETUNREACH;
	return fd >= 0 || is_final(fd) ? fd : -EAGAIN;
}

/* A person sees what is missing, and for how long. */
static void tell_of_waiting(struct attempt *attempt)
{
	char line[LINE_SIZE];
	int64_t waited_ms = now_ms() - attempt->begun_ms;

	if (waited_ms < NOTICE_AFTER_MS)
		return;
	describe_failure(attempt, line);
	notice_show(&attempt->notice, (int)(waited_ms / MS_PER_S), line);
}

static bool may_wait(struct attempt *attempt)
{
	int64_t left_ms = WAIT_SILENT_MS - (now_ms() - attempt->begun_ms);

	if (deadline_is_past(attempt->deadline) && race_is_kept_waiting(&attempt->race))
		attempt->deadline = deadline_after_ms(left_ms > 0 ? (int)left_ms : 0);
	return !deadline_is_past(attempt->deadline);
}

static int connect_to_vm(struct attempt *attempt)
{
	int fd = try_once(attempt, true);

	while (fd == -EAGAIN && may_wait(attempt)) {
		tell_of_waiting(attempt);
		if (is_hung_up(attempt))
			fd = -EPIPE;
		else if (forward_is_cancelled())
			fd = -ECANCELED;
		else
			fd = try_once(attempt, false);
	}
	race_end(&attempt->race);
	notice_end(&attempt->notice);
	return fd;
}

static void tell_failure(const struct attempt *attempt, int error)
{
	char line[LINE_SIZE], text[RESOLVER_TEXT_SIZE];

	switch (error) {
	case -ENOENT:
		complain(attempt->host, "%s", resolver_explain(&attempt->answer, text));
		break;
	case -ESRCH:
		complain(attempt->host, "the VM ended while it was waited for");
		break;
	case -EPIPE:
	case -ECANCELED:
		complain(attempt->host, "given up: whoever asked has gone");
		break;
	default:
		describe_failure(attempt, line);
		complain(attempt->host, attempt->ways.count == 0 ? "%s" : "cannot connect: %s",
			line);
	}
}

/* ssh sets it on connections of its own only. */
static void keep_alive(int fd)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static int hand_over(enum handover_kind kind, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	keep_alive(fd);
	if (kind == HANDOVER_RELAY)
		return handover_relay(STDIN_FILENO, STDOUT_FILENO, fd);
	/* ssh expects it as connect() leaves it. */
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return handover_pass(STDOUT_FILENO, fd);
}

/* What ssh would be given is told instead. */
static int conclude_explanation(const struct attempt *attempt)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%u known", attempt->keys.list.count);
	explain(attempt, "host keys", text);
	explain(attempt, "ssh", "would be given this connection");
	return 0;
}

static int run(struct attempt *attempt, enum handover_kind kind)
{
	int fd = connect_to_vm(attempt), r = 0;

	/* A connection outlives the forward that it came by. */
	forward_remove(&attempt->forward);
	if (fd < 0) {
		tell_failure(attempt, fd);
		return VERB_FAILED;
	}
	r = attempt->explains ? conclude_explanation(attempt) : hand_over(kind, fd);
	close(fd);
	if (r < 0)
		complain(attempt->host, "the connection ended: %s", strerror(-r));
	return r < 0 ? VERB_FAILED : VERB_OK;
}

/* 0, or an exit status; what is wrong was told. */
static int read_arguments(struct attempt *attempt, int argc, char **argv)
{
	for (; argc > 0 && argv[0][0] == '-'; argc--, argv++) {
		if (strcmp(argv[0], "--explain") == 0)
			attempt->explains = true;
		else if (strcmp(argv[0], "--relay") == 0)
			attempt->relays = true;
		else
			break;
	}
	if (argc != 2)
		return VERB_USAGE;
	attempt->host = argv[0];
	attempt->notice.host = attempt->name;
	if (name_from_typed(argv[0], attempt->name) < 0) {
		complain(argv[0], "no VM can have this name");
		return VERB_FAILED;
	}
	if (parse_port(argv[1], &attempt->port) < 0) {
		complain(argv[0], "\"%.40s\" is no port from 1 to 65535", argv[1]);
		return VERB_FAILED;
	}
	return 0;
}

int verb_connect(int argc, char **argv)
{
	static struct attempt attempt;
	enum handover_kind kind = kind_of_stdout();
	int status = read_arguments(&attempt, argc, argv);

	if (status != 0)
		return status;
	if (attempt.relays && kind == HANDOVER_PASS)
		kind = HANDOVER_RELAY;
	if (kind == HANDOVER_NONE && !attempt.explains) {
		complain(attempt.host, "nobody to hand the connection to: this is for ssh's "
				       "ProxyCommand (see qemuvm-ssh-helper(8))");
		return VERB_FAILED;
	}
	attempt.hangup_fd = attempt.explains ? -1 : STDOUT_FILENO;
	attempt.begun_ms = now_ms();
	complain_of_config(&attempt.config);
	keys_begin(&attempt.keys, &attempt.config, NULL);
	status = run(&attempt, kind);
	keys_end(&attempt.keys);
	return status;
}
