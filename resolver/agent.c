/* SPDX-License-Identifier: MIT */
#include "agent.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between two tries at a full backlog: about the time of a whole exchange with an awake agent. */
#define CONNECT_RETRY_MS 5
/* Two spaces fill the smallest send buffer on the kernels tried; others count a small packet otherwise. */
#define PROBE_BYTES_MAX 64
/* Where the buffer cannot be filled, how often the queue is looked at. */
#define PROBE_POLL_MS 2
/* The reply of a guest with three interfaces fits. */
#define BUFFER_MIN 4096

void agent_init(struct agent *agent, int fd, const struct vm_endpoint *endpoint,
	const struct agent_options *options)
{
	memset(agent, 0, sizeof(*agent));
	agent->state = AGENT_CONNECTING;
	agent->options = *options;
	agent->endpoint = endpoint;
	agent->fd = fd;
}

/* Fresh for each question, so that no reply to an earlier one bears it. */
static void draw_id(struct agent *agent)
{
	uint64_t id = 0;

	/* Before the pool is seeded, at boot, time has to do: it must be fresh more than secret. */
	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != sizeof(id))
		id = (uint64_t)deadline_now_ns() * UINT64_C(2654435761);
	id = (id & ((UINT64_C(1) << 62) - 1)) | 1;
	snprintf(agent->id, sizeof(agent->id), "%" PRIu64, id);
}

/* 0xFF ends whatever an earlier client left in the agent's parser. */
static int write_request(struct agent *agent)
{
	const char *arguments = agent->arguments;
	int len;

	draw_id(agent);
	len = snprintf(agent->request, sizeof(agent->request),
		"\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":%s}}\n"
		"{\"execute\":\"%s\"%s%s%s%s}\n",
		agent->id, agent->command, arguments != NULL ? ",\"arguments\":" : "",
		arguments != NULL ? arguments : "", agent->without_id ? "" : ",\"id\":",
		agent->without_id ? "" : agent->id);
	if (len < 0 || (size_t)len >= sizeof(agent->request))
		return -E2BIG;
	agent->request_len = (size_t)len;
	agent->sent = 0;
	agent->is_synced = false;
	return 0;
}

int agent_ask(struct agent *agent, const char *command, const char *arguments)
{
	if (agent->state == AGENT_ENDED)
		return -ENOTCONN;
	if (agent->state != AGENT_IDLE && agent->command != NULL)
		return -EBUSY;
	json_free(agent->reply);
	agent->reply = NULL;
	agent->total = 0;
	agent->command = command;
	agent->arguments = arguments;
	if (agent->state == AGENT_IDLE)
		agent->state = AGENT_ASKING;
	return write_request(agent);
}

static int wait_for(struct agent *agent, struct agent_wait *wait, short events, struct deadline until)
{
	wait->fd = events != 0 ? agent->fd : -1;
	wait->events = events;
	wait->until = deadline_earlier(until, agent->options.deadline);
	return -EINPROGRESS;
}

/* Half of the budget: the question needs the other half. */
static int connect_again_later(struct agent *agent, struct agent_wait *wait)
{
	if (agent->until.at_ns == 0)
		agent->until = deadline_after_ms(deadline_left_ms(agent->options.deadline) / 2);
	if (deadline_is_past(agent->until))
		return -EBUSY;
	return wait_for(agent, wait, 0, deadline_after_ms(CONNECT_RETRY_MS));
}

static int finish_tcp(struct agent *agent, struct agent_wait *wait)
{
	struct pollfd ready = {.fd = agent->fd, .events = POLLOUT};
	int error = 0;
	socklen_t len = sizeof(error);

	if (poll(&ready, 1, 0) <= 0)
		return wait_for(agent, wait, POLLOUT, agent->options.deadline);
	if (getsockopt(agent->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

static int check_peer(struct agent *agent)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);
	struct agent_peer peer;

	if (agent->options.accept_peer == NULL)
		return 0;
	if (getsockopt(agent->fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
		return -errno;
	peer = (struct agent_peer){.pid = credentials.pid, .uid = credentials.uid};
	return agent->options.accept_peer(agent->options.context, &peer);
}

static int step_connecting(struct agent *agent, struct agent_wait *wait)
{
	bool is_unix = agent->endpoint->kind == VM_ENDPOINT_UNIX;
	int r;

	if (agent->fd < 0) {
		int fd = agent->options.connect(agent->options.context);

		if (fd == -EAGAIN)
			return connect_again_later(agent, wait);
		if (fd < 0)
			return fd;
		agent->fd = fd;
	}
	r = is_unix ? check_peer(agent) : finish_tcp(agent, wait);
	if (r < 0)
		return r;
	/* TCP's queue tells what was not acknowledged, not what was not read; a serial port
	 * without anybody behind it takes all. Who accepted the peer may have learned which it is. */
	agent->state = is_unix && !agent->endpoint->is_serial ? AGENT_PROBING : AGENT_ASKING;
	return 0;
}

/* Bytes (or the kernel's measure of them) that QEMU has not read. */
static int count_unread(const struct agent *agent)
{
	int unread = 0;

	return ioctl(agent->fd, SIOCOUTQ, &unread) < 0 ? -errno : unread;
}

static bool is_writable(const struct agent *agent)
{
	struct pollfd ready = {.fd = agent->fd, .events = POLLOUT};

	return poll(&ready, 1, 0) > 0;
}

static int connection_error(int error)
{
	return error == EPIPE ? -ECONNRESET : -error;
}

/* Fills the send buffer with what the agent's parser skips. QEMU may read meanwhile: then the queue
 * does not grow. */
static int send_probe(struct agent *agent)
{
	int smallest = 1;

	(void)setsockopt(agent->fd, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof(smallest));
	agent->is_probe_sent = true;
	agent->until = deadline_after_ms(agent->options.drain_ms);
	for (int i = 0; i < PROBE_BYTES_MAX; i++) {
		int unread;

		if (send(agent->fd, " ", 1, MSG_NOSIGNAL) < 0)
			return errno == EAGAIN ? 0 : connection_error(errno);
		if (i == 0)
			continue;
		unread = count_unread(agent);
		if (unread <= agent->unread)
			break;
		agent->unread = unread;
		if (!is_writable(agent))
			break;
	}
	return 0;
}

static int step_probing(struct agent *agent, struct agent_wait *wait)
{
	int unread, r;

	if (!agent->is_probe_sent) {
		r = send_probe(agent);
		if (r < 0)
			return r;
	}
	unread = count_unread(agent);
	if (unread < 0)
		return unread;
	if (unread < agent->unread || unread == 0) {
		agent->state = AGENT_ASKING;
		return 0;
	}
	if (deadline_is_past(agent->until))
		return -EHOSTDOWN;
	if (is_writable(agent))
		return wait_for(agent, wait, 0,
			deadline_earlier(agent->until, deadline_after_ms(PROBE_POLL_MS)));
	return wait_for(agent, wait, POLLOUT, agent->until);
}

static int step_asking(struct agent *agent, struct agent_wait *wait)
{
	while (agent->sent < agent->request_len) {
		ssize_t sent = send(agent->fd, agent->request + agent->sent,
			agent->request_len - agent->sent, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN)
			return wait_for(agent, wait, POLLOUT, agent->options.deadline);
		if (sent < 0 && errno != EINTR)
			return connection_error(errno);
		if (sent > 0)
			agent->sent += (size_t)sent;
	}
	agent->state = AGENT_READING;
	return 0;
}

/* Does the member hold our id as a number, spelled as we spelled it? */
static bool is_our_id(const struct agent *agent, const struct json *json, int node)
{
	const char *text;
	size_t len;

	if (!json_is(json, node, JSON_NUMBER))
		return false;
	text = json_raw(json, node, &len);
	return len == strlen(agent->id) && memcmp(text, agent->id, len) == 0;
}

/* What a complete line is to us. */
enum line_kind {
	LINE_FOREIGN, /* stale, an echo, an event, somebody else's */
	LINE_SYNC,    /* the reply to our sync */
	LINE_REPLY,   /* the reply to our question */
};

static enum line_kind kind_of_line(const struct agent *agent, const struct json *json)
{
	int id = json_member(json, JSON_ROOT, "id");
	int value = json_member(json, JSON_ROOT, "return");

	/* On a serial line with nobody behind it the terminal sends back what it is sent. */
	if (json_member(json, JSON_ROOT, "execute") >= 0)
		return LINE_FOREIGN;
	if (id >= 0)
		return is_our_id(agent, json, id) ? LINE_REPLY : LINE_FOREIGN;
	if (!agent->is_synced)
		return is_our_id(agent, json, value) ? LINE_SYNC : LINE_FOREIGN;
	/* Agents before 4.0 do not echo the id: what follows the sync is the reply. */
	if (value >= 0 || json_member(json, JSON_ROOT, "error") >= 0)
		return LINE_REPLY;
	return LINE_FOREIGN;
}

static int error_of_reply(const struct json *json, int error)
{
	int class = json_member(json, error, "class");

	if (!json_is(json, error, JSON_OBJECT))
		return -EBADMSG;
	if (json_string_equals(json, class, "CommandNotFound") ||
		json_string_equals(json, class, "CommandDisabled") ||
		json_string_equals(json, class, "Unsupported"))
		return -EOPNOTSUPP;
	return -EREMOTEIO;
}

/* An agent that answers with an error and without our id may know no "id": once more without it. */
static int ask_without_id(struct agent *agent)
{
	agent->without_id = true;
	agent->state = AGENT_ASKING;
	return write_request(agent);
}

/* Takes over the view if it is the answer: 1. 0: asked anew. */
static int take_reply(struct agent *agent, struct json *json)
{
	int value = json_member(json, JSON_ROOT, "return");
	int error = json_member(json, JSON_ROOT, "error");
	bool has_id = json_member(json, JSON_ROOT, "id") >= 0;
	int r;

	if ((value < 0) == (error < 0))
		return -EBADMSG;
	if (value >= 0) {
		agent->reply = json;
		agent->value = value;
		return 1;
	}
	r = error_of_reply(json, error);
	return r == -EREMOTEIO && !has_id && !agent->without_id ? ask_without_id(agent) : r;
}

static int take_json(struct agent *agent, struct json *json)
{
	if (!json_is(json, JSON_ROOT, JSON_OBJECT))
		return agent->is_synced ? -EBADMSG : 0;
	switch (kind_of_line(agent, json)) {
	case LINE_SYNC:
		agent->is_synced = true;
		return 0;
	case LINE_REPLY:
		return take_reply(agent, json);
	default:
		return 0;
	}
}

/* Before the sync, only what bears our id is worth parsing, from the last 0xFF on: the agent puts one
 * before the reply to guest-sync-delimited, and what stands before it is the rest of an older line. */
static bool find_unsynced(const struct agent *agent, const char **line, size_t *len)
{
	const char *sentinel = memrchr(*line, 0xff, *len);

	if (sentinel != NULL) {
		*len -= (size_t)(sentinel + 1 - *line);
		*line = sentinel + 1;
	}
	return memmem(*line, *len, agent->id, strlen(agent->id)) != NULL;
}

static bool is_blank(const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r'))
		len--;
	return len == 0;
}

/* 1: the reply is here; 0: go on; or a negative errno. */
static int take_line(struct agent *agent, const char *line, size_t len)
{
	struct json *json;
	int r;

	if (!agent->is_synced && !find_unsynced(agent, &line, &len))
		return 0;
	if (is_blank(line, len))
		return 0;
	r = json_parse(line, len, &json);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return agent->is_synced ? -EBADMSG : 0;
	r = take_json(agent, json);
	if (agent->reply != json)
		json_free(json);
	return r;
}

/* Looks at the complete lines that have come, and drops them. The line of the reply stays. */
static int take_lines(struct agent *agent)
{
	int r = 0;

	while (r == 0 && agent->state == AGENT_READING) {
		const char *begin = agent->buffer + agent->line;
		const char *newline = memchr(
			agent->buffer + agent->scanned, '\n', agent->len - agent->scanned);

		agent->scanned = agent->len;
		if (newline == NULL)
			break;
		agent->line = agent->scanned = (size_t)(newline + 1 - agent->buffer);
		r = take_line(agent, begin, (size_t)(newline - begin));
	}
	if (r != 1) {
		memmove(agent->buffer, agent->buffer + agent->line, agent->len - agent->line);
		agent->len -= agent->line;
		agent->scanned -= agent->line;
		agent->line = 0;
	}
	return r;
}

/* Room for one more byte at least. */
static int make_room(struct agent *agent)
{
	size_t size = agent->size == 0 ? BUFFER_MIN : agent->size * 2;
	char *grown;

	if (agent->len < agent->size)
		return 0;
	if (size > AGENT_BYTES_MAX)
		size = AGENT_BYTES_MAX;
	grown = realloc(agent->buffer, size);
	if (grown == NULL)
		return -ENOMEM;
	agent->buffer = grown;
	agent->size = size;
	return 0;
}

static size_t room_left(const struct agent *agent)
{
	size_t room = agent->size - agent->len;
	size_t allowed = AGENT_BYTES_MAX - agent->total;

	return room < allowed ? room : allowed;
}

/* Bytes into the buffer: their number, or -EAGAIN and the like. */
static ssize_t receive(struct agent *agent)
{
	ssize_t got;
	int r;

	if (agent->total >= AGENT_BYTES_MAX)
		return -EMSGSIZE;
	r = make_room(agent);
	if (r < 0)
		return r;
	do
		got = recv(agent->fd, agent->buffer + agent->len, room_left(agent), 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return connection_error(errno);
	if (got == 0)
		return -ECONNRESET;
	agent->len += (size_t)got;
	agent->total += (size_t)got;
	return got;
}

static int step_reading(struct agent *agent, struct agent_wait *wait)
{
	while (agent->state == AGENT_READING) {
		ssize_t got = receive(agent);
		int r;

		if (got == -EAGAIN)
			return wait_for(agent, wait, POLLIN, agent->options.deadline);
		if (got < 0)
			return (int)got;
		r = take_lines(agent);
		if (r < 0)
			return r;
		if (r == 1)
			agent->state = AGENT_IDLE;
		else if (deadline_is_past(agent->options.deadline))
			return -ETIMEDOUT;
	}
	return 0;
}

static int step_state(struct agent *agent, struct agent_wait *wait)
{
	switch (agent->state) {
	case AGENT_CONNECTING:
		return step_connecting(agent, wait);
	case AGENT_PROBING:
		return step_probing(agent, wait);
	case AGENT_ASKING:
		return step_asking(agent, wait);
	case AGENT_READING:
		return step_reading(agent, wait);
	default:
		return -ENOTCONN;
	}
}

/* What it means that the budget is spent in this state. */
static int error_of_timeout(const struct agent *agent)
{
	switch (agent->state) {
	case AGENT_CONNECTING:
		return agent->fd < 0 ? -EBUSY : -ETIMEDOUT;
	case AGENT_PROBING:
		return -EHOSTDOWN;
	default:
		return -ETIMEDOUT;
	}
}

static int end_with(struct agent *agent, int error)
{
	agent->state = AGENT_ENDED;
	if (agent->fd >= 0)
		close(agent->fd);
	agent->fd = -1;
	return error;
}

int agent_step(struct agent *agent, struct agent_wait *ret_wait)
{
	struct agent_wait wait;
	int r = 0;

	while (r == 0 && agent->state != AGENT_IDLE)
		r = step_state(agent, &wait);
	if (r == 0)
		return 0;
	if (r != -EINPROGRESS)
		return end_with(agent, r);
	if (deadline_is_past(agent->options.deadline))
		return end_with(agent, error_of_timeout(agent));
	*ret_wait = wait;
	return r;
}

int agent_run(struct agent *agent)
{
	struct agent_wait wait;
	int r;

	while ((r = agent_step(agent, &wait)) == -EINPROGRESS) {
		struct pollfd ready = {.fd = wait.fd, .events = wait.events};

		poll(&ready, 1, deadline_left_ms(wait.until));
	}
	return r;
}

const struct json *agent_reply(const struct agent *agent, int *ret_value)
{
	if (agent->state != AGENT_IDLE)
		return NULL;
	*ret_value = agent->value;
	return agent->reply;
}

void agent_done(struct agent *agent)
{
	json_free(agent->reply);
	agent->reply = NULL;
	free(agent->buffer);
	agent->buffer = NULL;
	end_with(agent, 0);
}
