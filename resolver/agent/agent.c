/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

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

/* Pauses between two tries of a full backlog: a look-up by another client takes 5 to 100 ms. */
#define RETRY_FIRST_MS 2
#define RETRY_MAX_MS   10
/* Two spaces fill the smallest send buffer where a message costs 768 bytes of kernel memory; a
 * kernel whose messages cost less takes a few more. */
#define PROBE_SENDS_MAX 64
/* The reply of a guest with two interfaces has 900 bytes, with fifty 17 kB. */
#define BUFFER_FIRST_SIZE 4096

/* The end of a question with an id. */
#define ID_MEMBER    ",\"id\":\"%s\""
#define QUESTION_END "}\n"

void agent_init(struct agent *agent, int fd, const struct endpoint *endpoint,
	const struct agent_options *options)
{
	*agent = (struct agent){
		.state = AGENT_IDLE,
		.options = *options,
		.endpoint = endpoint,
		.fd = fd,
		.retry_ms = RETRY_FIRST_MS,
	};
}

/* For an agent that refuses to be given an "id". */
static void take_off_id(struct agent *agent)
{
	char end[sizeof(ID_MEMBER QUESTION_END) + AGENT_ID_SIZE];
	int end_len = snprintf(end, sizeof(end), ID_MEMBER QUESTION_END, agent->id);
	char *question_end = agent->request + agent->request_len - end_len;

	memcpy(question_end, QUESTION_END, sizeof(QUESTION_END));
	agent->request_len = agent->request_len - (size_t)end_len + sizeof(QUESTION_END) - 1;
}

int agent_ask(struct agent *agent, const char *command, const char *arguments)
{
	uint64_t bits;
	int len;

	if (agent->state != AGENT_IDLE)
		return agent->state == AGENT_ENDED ? -ENOTCONN : -EBUSY;
	/* The rest of a line that the last question left is skipped like any tail. */
	json_free(agent->reply);
	agent->reply = NULL;
	agent->len = agent->line = agent->scanned = agent->sent = 0;
	agent->is_synced = agent->was_asked = false;
	agent->refusal = 0;
	/* An id that nobody can have guessed who did not see our question. */
	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
		return -errno;
	(void)snprintf(agent->id, sizeof(agent->id), "%" PRIu64, bits >> 2);
	len = snprintf(agent->request, sizeof(agent->request),
		"\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":%s}}\n"
		"{\"execute\":\"%s\"%s%s" ID_MEMBER QUESTION_END,
		agent->id, command, arguments != NULL ? ",\"arguments\":" : "",
		arguments != NULL ? arguments : "", agent->id);
	if (len < 0 || (size_t)len >= sizeof(agent->request))
		return -E2BIG;
	agent->request_len = (size_t)len;
	if (agent->refuses_id)
		take_off_id(agent);
	agent->until = deadline_after_ms(agent->options.queue_ms > 0
						 ? agent->options.queue_ms
						 : deadline_left_ms(agent->options.deadline) / 2);
	agent->state = agent->is_ready ? AGENT_ASKING : AGENT_CONNECTING;
	return 0;
}

/* What each step_...() below returns: 0, go on in the state that was set; -EINPROGRESS, *wait is
 * written; another negative errno, the exchange is over. */

static int wait_for(
	const struct agent *agent, short events, struct deadline until, struct agent_wait *wait)
{
	*wait = (struct agent_wait){.fd = agent->fd, .events = events, .until = until};
	return -EINPROGRESS;
}

/* Bytes sent, or a negative errno; a peer that left is always -ECONNRESET. */
static ssize_t send_some(const struct agent *agent, const char *text, size_t len)
{
	ssize_t sent;

	do
		sent = send(agent->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EPIPE ? -ECONNRESET : -errno;
	return sent;
}

static bool is_writable(const struct agent *agent)
{
	struct pollfd poll_fd = {.fd = agent->fd, .events = POLLOUT};

	return poll(&poll_fd, 1, 0) > 0;
}

/* The kernel memory that what we sent and nobody read takes up, or a negative errno. */
static int queue_size(const struct agent *agent)
{
	int size;

	return ioctl(agent->fd, SIOCOUTQ, &size) < 0 ? -errno : size;
}

/* Opens the endpoint, as often as its backlog is full. */
static int open_connection(struct agent *agent, struct agent_wait *wait)
{
	struct deadline until = deadline_earlier(agent->retry, agent->until);
	int fd;

	if (deadline_is_past(until)) {
		fd = agent->options.connect(agent->options.context);
		if (fd >= 0)
			agent->fd = fd;
		if (fd != -EAGAIN)
			return fd < 0 ? fd : 0;
		if (deadline_is_past(agent->until))
			return -EBUSY;
		agent->retry = deadline_after_ms(agent->retry_ms);
		if (agent->retry_ms < RETRY_MAX_MS)
			agent->retry_ms++;
		until = deadline_earlier(agent->retry, agent->until);
	}
	return wait_for(agent, 0, until, wait);
}

/* Fills the send buffer with spaces until poll() will report a read, or one was seen already: the
 * queue did not grow. A kernel that takes too many reports none, so there the question itself must
 * do. */
static int begin_probing(struct agent *agent)
{
	int smallest = 1; /* what the kernel makes the least it allows */

	if (setsockopt(agent->fd, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof(smallest)) < 0)
		return -errno;
	agent->state = AGENT_PROBING;
	agent->until = deadline_earlier(
		agent->options.deadline, deadline_after_ms(agent->options.drain_ms));
	for (int i = 0; i < PROBE_SENDS_MAX; i++) {
		ssize_t sent = send_some(agent, " ", 1);
		int queued;

		if (sent < 0 && sent != -EAGAIN)
			return (int)sent;
		if (sent == -EAGAIN || !is_writable(agent))
			return 0;
		queued = queue_size(agent);
		if (queued < 0)
			return queued;
		if (queued <= agent->queued)
			break;
		agent->queued = queued;
	}
	agent->state = AGENT_ASKING;
	return 0;
}

static int step_connecting(struct agent *agent, struct agent_wait *wait)
{
	bool is_unix = agent->endpoint->kind == ENDPOINT_UNIX;
	struct ucred credentials;
	socklen_t credentials_len = sizeof(credentials);
	int error = 0, r = 0;
	socklen_t error_len = sizeof(error);

	if (agent->fd < 0)
		r = open_connection(agent, wait);
	if (r < 0)
		return r;
	if (is_unix && agent->options.accept_peer != NULL) {
		if (getsockopt(agent->fd, SOL_SOCKET, SO_PEERCRED, &credentials, &credentials_len) <
			0)
			return -errno;
		r = agent->options.accept_peer(agent->options.context,
			&(struct agent_peer){.pid = credentials.pid, .uid = credentials.uid});
		if (r < 0)
			return r;
	}
	/* A serial port takes everything, whether anybody listens or not; TCP's queue tells what
	 * was not acknowledged. What the endpoint is may have been learned by who looked at the
	 * peer. */
	if (is_unix && !agent->endpoint->is_serial)
		return begin_probing(agent);
	/* connect(2), EINPROGRESS: once it is writable, SO_ERROR has the result. */
	if (!is_unix && !is_writable(agent)) {
		if (deadline_is_past(agent->options.deadline))
			return -ETIMEDOUT;
		return wait_for(agent, POLLOUT, agent->options.deadline, wait);
	}
	if (!is_unix && getsockopt(agent->fd, SOL_SOCKET, SO_ERROR, &error, &error_len) < 0)
		return -errno;
	agent->state = AGENT_ASKING;
	return -error;
}

static int step_probing(struct agent *agent, struct agent_wait *wait)
{
	int queued = queue_size(agent);

	if (queued < 0)
		return queued;
	if (queued <= agent->queued) {
		agent->state = AGENT_ASKING;
		return 0;
	}
	if (deadline_is_past(agent->until))
		return -EHOSTDOWN;
	return wait_for(agent, POLLOUT, agent->until, wait);
}

static int step_asking(struct agent *agent, struct agent_wait *wait)
{
	agent->is_ready = true;
	if (deadline_is_past(agent->options.deadline))
		return -ETIMEDOUT;
	while (agent->sent < agent->request_len) {
		ssize_t sent = send_some(
			agent, agent->request + agent->sent, agent->request_len - agent->sent);

		if (sent == -EAGAIN)
			return wait_for(agent, POLLOUT, agent->options.deadline, wait);
		if (sent < 0)
			return (int)sent;
		agent->was_asked = true;
		agent->sent += (size_t)sent;
	}
	agent->state = AGENT_READING;
	return 0;
}

/* Reads what there is into the buffer, which grows with it. */
static int receive(struct agent *agent)
{
	ssize_t got;

	if (agent->len == agent->size) {
		size_t size = agent->size > 0 ? 2 * agent->size : BUFFER_FIRST_SIZE;
		char *buffer;

		if (agent->size >= AGENT_BYTES_MAX)
			return -EMSGSIZE;
		if (size > AGENT_BYTES_MAX)
			size = AGENT_BYTES_MAX;
		buffer = realloc(agent->buffer, size);
		if (buffer == NULL)
			return -ENOMEM;
		agent->buffer = buffer;
		agent->size = size;
	}
	do
		got = recv(agent->fd, agent->buffer + agent->len, agent->size - agent->len,
			MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	agent->len += (size_t)got;
	return got > 0 ? 0 : -ECONNRESET;
}

static int take_line(struct agent *agent, const char *line, size_t len)
{
	int kind = agent_line_read(line, len, agent->id, agent->is_synced, &agent->reply);

	switch (kind) {
	case AGENT_LINE_FOREIGN:
		return 0;
	case AGENT_LINE_SYNC:
		agent->is_synced = true;
		return 0;
	case AGENT_LINE_REPLY:
		agent->state = AGENT_IDLE;
		return 0;
	case AGENT_LINE_REFUSES_ID:
		if (agent->refuses_id)
			return -EBADMSG;
		agent->refuses_id = true;
		take_off_id(agent);
		agent->sent = 0;
		agent->is_synced = false;
		agent->state = AGENT_ASKING;
		return 0;
	case -EOPNOTSUPP:
	case -EREMOTEIO:
		if (!agent->options.takes_refusals)
			break;
		agent->refusal = kind;
		agent->state = AGENT_IDLE;
		return 0;
	}
	return kind;
}

/* Every byte is looked at once, however it comes. */
static int step_reading(struct agent *agent, struct agent_wait *wait)
{
	int received = receive(agent);

	if (received < 0 && received != -EAGAIN)
		return received;
	while (agent->state == AGENT_READING) {
		const char *line = agent->buffer + agent->line;
		const char *rest = agent->buffer + agent->scanned;
		const char *end = memchr(rest, '\n', agent->len - agent->scanned);
		int r;

		if (end == NULL) {
			agent->scanned = agent->len;
			break;
		}
		agent->line = agent->scanned = (size_t)(end + 1 - agent->buffer);
		r = take_line(agent, line, (size_t)(end - line));
		if (r < 0)
			return r;
	}
	if (agent->state != AGENT_READING)
		return 0;
	if (deadline_is_past(agent->options.deadline))
		return -ETIMEDOUT;
	return received == 0 ? 0 : wait_for(agent, POLLIN, agent->options.deadline, wait);
}

static void close_connection(struct agent *agent)
{
	if (agent->fd >= 0)
		close(agent->fd);
	agent->fd = -1;
	agent->state = AGENT_ENDED;
}

int agent_step(struct agent *agent, struct agent_wait *ret_wait)
{
	int r = 0;

	while (r == 0) {
		switch (agent->state) {
		case AGENT_CONNECTING:
			r = step_connecting(agent, ret_wait);
			break;
		case AGENT_PROBING:
			r = step_probing(agent, ret_wait);
			break;
		case AGENT_ASKING:
			r = step_asking(agent, ret_wait);
			break;
		case AGENT_READING:
			r = step_reading(agent, ret_wait);
			break;
		case AGENT_IDLE:
			return agent->refusal;
		case AGENT_ENDED:
			return agent->error;
		}
	}
	if (r != -EINPROGRESS) {
		close_connection(agent);
		agent->error = r;
	}
	return r;
}

void agent_shorten_timeout(struct agent *agent, int ms, struct agent_wait *wait)
{
	struct deadline until = deadline_after_ms(ms);

	if (agent->options.drain_ms > ms)
		agent->options.drain_ms = ms;
	if (agent->state != AGENT_CONNECTING && agent->state != AGENT_PROBING)
		return;
	agent->until = deadline_earlier(agent->until, until);
	wait->until = deadline_earlier(wait->until, until);
}

int agent_run(struct agent *agent)
{
	struct agent_wait wait = {.fd = -1};
	int r;

	while ((r = agent_step(agent, &wait)) == -EINPROGRESS) {
		struct pollfd poll_fd = {.fd = wait.fd, .events = wait.events};

		poll(&poll_fd, 1, deadline_left_ms(wait.until));
	}
	return r;
}

const struct json *agent_reply(const struct agent *agent, int *ret_value)
{
	if (agent->reply != NULL)
		*ret_value = json_member(agent->reply, JSON_ROOT, "return");
	return agent->reply;
}

int agent_call(struct agent *agent, const char *command, const char *arguments,
	const struct json **ret_json)
{
	int value = -EBADMSG, r = agent_ask(agent, command, arguments);

	if (r == 0)
		r = agent_run(agent);
	if (r < 0)
		return r;
	*ret_json = agent_reply(agent, &value);
	return value;
}

int agent_quote(const char *text, char *ret_json, size_t size)
{
	size_t len = 0;

	if (size < sizeof("\"\""))
		return -E2BIG;
	ret_json[len++] = '"';
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return -EINVAL;
		/* This one, with its escape, the closing quote and the NUL. */
		if (size - len < 4)
			return -E2BIG;
		if (*text == '"' || *text == '\\')
			ret_json[len++] = '\\';
		ret_json[len++] = *text;
	}
	ret_json[len++] = '"';
	ret_json[len] = '\0';
	return (int)len;
}

bool agent_owes_reply(const struct agent *agent)
{
	return agent->was_asked && agent->reply == NULL && agent->refusal == 0 &&
	       agent->error != -ECONNRESET;
}

void agent_done(struct agent *agent)
{
	close_connection(agent);
	json_free(agent->reply);
	agent->reply = NULL;
	free(agent->buffer);
	agent->buffer = NULL;
	agent->size = agent->len = agent->line = agent->scanned = 0;
	agent->error = -ENOTCONN;
}
