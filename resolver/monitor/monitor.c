/* SPDX-License-Identifier: MIT */
#include "monitor/monitor.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"

/* Most replies have a few lines. */
#define BUFFER_MIN ((size_t)4096)

static const char prompt[] = "(qemu) ";

void monitor_init(struct monitor *monitor, int fd, enum vm_monitor_protocol protocol,
	struct deadline deadline)
{
	memset(monitor, 0, sizeof(*monitor));
	monitor->fd = fd;
	monitor->protocol = protocol;
	monitor->deadline = deadline;
}

void monitor_done(struct monitor *monitor)
{
	if (monitor->fd >= 0)
		close(monitor->fd);
	monitor->fd = -1;
	free(monitor->buffer);
	free(monitor->reply);
	monitor->buffer = monitor->reply = NULL;
	monitor->state = MONITOR_ENDED;
}

int monitor_run(struct monitor *monitor, const char *command_line)
{
	int r = monitor_ask(monitor, command_line);
	short events;

	while (r == 0 && (r = monitor_step(monitor, &events)) == -EINPROGRESS) {
		struct pollfd pollfd = {.fd = monitor->fd, .events = events};

		poll(&pollfd, 1, deadline_left_ms(monitor->deadline));
		r = 0;
	}
	return r;
}

const char *monitor_reply(const struct monitor *monitor)
{
	return monitor->reply;
}

int monitor_ask(struct monitor *monitor, const char *command_line)
{
	int len;

	if (monitor->state == MONITOR_ENDED)
		return -ENOTCONN;
	if (monitor->state != MONITOR_IDLE)
		return -EBUSY;
	/* As JSON text it needs no escapes, but for two characters. */
	for (const char *c = command_line; *c != '\0'; c++)
		if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
			return -EINVAL;
	monitor->id++;
	/* QMP's capabilities are asked for along with the first command; their reply has no id. */
	if (monitor->protocol == VM_MONITOR_HMP)
		len = snprintf(monitor->request, sizeof(monitor->request), "%s\n", command_line);
	else
		len = snprintf(monitor->request, sizeof(monitor->request),
			"%s{\"execute\": \"human-monitor-command\", \"arguments\": "
			"{\"command-line\": \"%s\"}, \"id\": %u}\n",
			monitor->id == 1 ? "{\"execute\": \"qmp_capabilities\"}\n" : "",
			command_line, monitor->id);
	if (len < 0 || (size_t)len >= sizeof(monitor->request))
		return -E2BIG;
	monitor->request_len = (size_t)len;
	monitor->sent = 0;
	free(monitor->reply);
	monitor->reply = NULL;
	monitor->len = 0;
	monitor->state = monitor->is_greeted ? MONITOR_ASKING : MONITOR_GREETING;
	return 0;
}

/* 0 after some bytes; -EAGAIN if there are none now. */
static int read_more(struct monitor *monitor)
{
	ssize_t got;

	if (monitor->len + 1 >= monitor->size) {
		size_t size = monitor->size == 0 ? BUFFER_MIN : monitor->size * 2;
		char *grown;

		if (size > MONITOR_BYTES_MAX)
			return -EMSGSIZE;
		grown = realloc(monitor->buffer, size);
		if (grown == NULL)
			return -ENOMEM;
		monitor->buffer = grown;
		monitor->size = size;
	}
	do
		got = recv(monitor->fd, monitor->buffer + monitor->len,
			monitor->size - monitor->len - 1, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? -EAGAIN : -ECONNRESET;
	if (got == 0)
		return -ECONNRESET;
	monitor->len += (size_t)got;
	monitor->buffer[monitor->len] = '\0';
	return 0;
}

/* 0 when all is written. */
static int write_more(struct monitor *monitor)
{
	while (monitor->sent < monitor->request_len) {
		ssize_t sent = send(monitor->fd, monitor->request + monitor->sent,
			monitor->request_len - monitor->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? -EAGAIN : -ECONNRESET;
		monitor->sent += (size_t)sent;
	}
	return 0;
}

/* Takes "\r" off line ends, in place. */
static void join_lines(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
}

/* The greeting ends with the prompt; a reply is between the echo's line and the prompt on a line of
 * its own. 1 if what the state waits for is there, 0, or an error. */
static int take_hmp(struct monitor *monitor)
{
	const size_t prompt_len = sizeof(prompt) - 1;
	char *begin, *end;

	if (monitor->len < prompt_len ||
		memcmp(monitor->buffer + monitor->len - prompt_len, prompt, prompt_len) != 0)
		return 0;
	if (monitor->state == MONITOR_GREETING)
		return 1;
	begin = memchr(monitor->buffer, '\n', monitor->len);
	end = monitor->buffer + monitor->len - prompt_len;
	if (begin == NULL || end <= begin || end[-1] != '\n')
		return 0;
	begin++;
	monitor->reply = strndup(begin, (size_t)(end - begin));
	if (monitor->reply == NULL)
		return -ENOMEM;
	join_lines(monitor->reply);
	return 1;
}

/* A line is ours if it has the id; others are events and what came before. */
static int take_qmp_object(struct monitor *monitor, const struct json *json)
{
	int value = json_member(json, JSON_ROOT, "return");
	char *reply;
	int64_t id;

	if (monitor->state == MONITOR_GREETING)
		return json_member(json, JSON_ROOT, "QMP") >= 0;
	if (json_int(json, json_member(json, JSON_ROOT, "id"), &id) < 0 || id != monitor->id)
		return 0;
	if (json_member(json, JSON_ROOT, "error") >= 0)
		return -EREMOTEIO;
	reply = malloc(monitor->len + 1);
	if (reply == NULL)
		return -ENOMEM;
	if (json_string(json, value, reply, monitor->len + 1) < 0) {
		free(reply);
		return -EBADMSG;
	}
	join_lines(reply);
	monitor->reply = reply;
	return 1;
}

/* The same as take_hmp(), of the lines in the buffer, each of which is taken out of it. */
static int take_qmp(struct monitor *monitor)
{
	const char *newline;
	int r = 0;

	while (r == 0 && (newline = memchr(monitor->buffer, '\n', monitor->len)) != NULL) {
		size_t line_len = (size_t)(newline - monitor->buffer);
		struct json *json;

		r = json_parse(monitor->buffer, line_len, &json);
		if (r == 0) {
			r = take_qmp_object(monitor, json);
			json_free(json);
		}
		monitor->len -= line_len + 1;
		memmove(monitor->buffer, newline + 1, monitor->len + 1);
	}
	return r == -E2BIG ? -EBADMSG : r;
}

/* One move: 0 went on, -EAGAIN has to wait. */
static int go_on(struct monitor *monitor)
{
	int r;

	if (monitor->state == MONITOR_ASKING) {
		r = write_more(monitor);
		if (r < 0)
			return r;
		monitor->state = MONITOR_READING;
		monitor->len = 0;
		return 0;
	}
	r = read_more(monitor);
	if (r == 0)
		r = monitor->protocol == VM_MONITOR_QMP ? take_qmp(monitor) : take_hmp(monitor);
	if (r <= 0)
		return r;
	if (monitor->state == MONITOR_GREETING) {
		monitor->is_greeted = true;
		monitor->state = MONITOR_ASKING;
	} else {
		monitor->state = MONITOR_IDLE;
	}
	return 0;
}

int monitor_step(struct monitor *monitor, short *ret_events)
{
	int r = 0;

	if (monitor->state == MONITOR_ENDED)
		return -ENOTCONN;
	while (r == 0 && monitor->state != MONITOR_IDLE)
		r = go_on(monitor);
	if (r == 0)
		return 0;
	if (r == -EAGAIN && !deadline_is_past(monitor->deadline)) {
		*ret_events = monitor->state == MONITOR_ASKING ? POLLOUT : POLLIN;
		return -EINPROGRESS;
	}
	monitor_done(monitor);
	return r == -EAGAIN ? -ETIMEDOUT : r;
}
