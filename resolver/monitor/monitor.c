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

/* The command line as JSON text needs no escapes but for two characters. */
static bool is_plain(const char *command_line)
{
	for (; *command_line != '\0'; command_line++)
		if (*command_line < ' ' || *command_line > '~' || *command_line == '"' ||
			*command_line == '\\')
			return false;
	return true;
}

/* QMP's capabilities are asked for along with the first command; its reply bears no id. */
static int write_request(struct monitor *monitor, const char *command_line)
{
	const char *first = monitor->id == 1 ? "{\"execute\": \"qmp_capabilities\"}\n" : "";
	int len;

	if (monitor->protocol == VM_MONITOR_HMP)
		len = snprintf(monitor->request, sizeof(monitor->request), "%s\n", command_line);
	else
		len = snprintf(monitor->request, sizeof(monitor->request),
			"%s{\"execute\": \"human-monitor-command\", \"arguments\": "
			"{\"command-line\": \"%s\"}, \"id\": %u}\n",
			first, command_line, monitor->id);
	if (len < 0 || (size_t)len >= sizeof(monitor->request))
		return -E2BIG;
	monitor->request_len = (size_t)len;
	monitor->sent = 0;
	return 0;
}

int monitor_ask(struct monitor *monitor, const char *command_line)
{
	int r;

	if (monitor->state == MONITOR_ENDED)
		return -ENOTCONN;
	if (monitor->state != MONITOR_IDLE)
		return -EBUSY;
	if (!is_plain(command_line))
		return -EINVAL;
	monitor->id++;
	r = write_request(monitor, command_line);
	if (r < 0)
		return r;
	free(monitor->reply);
	monitor->reply = NULL;
	monitor->len = 0;
	monitor->state = monitor->is_greeted ? MONITOR_ASKING : MONITOR_GREETING;
	return 0;
}

static int make_room(struct monitor *monitor)
{
	size_t size = monitor->size == 0 ? BUFFER_MIN : monitor->size * 2;
	char *grown;

	if (monitor->len + 1 < monitor->size)
		return 0;
	if (size > MONITOR_BYTES_MAX)
		return -EMSGSIZE;
	grown = realloc(monitor->buffer, size);
	if (grown == NULL)
		return -ENOMEM;
	monitor->buffer = grown;
	monitor->size = size;
	return 0;
}

/* 0 after some bytes; -EAGAIN where there are none now. */
static int read_more(struct monitor *monitor)
{
	ssize_t got;
	int r = make_room(monitor);

	if (r < 0)
		return r;
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

static int write_more(struct monitor *monitor)
{
	ssize_t sent;

	do
		sent = send(monitor->fd, monitor->request + monitor->sent,
			monitor->request_len - monitor->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? -EAGAIN : -ECONNRESET;
	monitor->sent += (size_t)sent;
	return 0;
}

static bool ends_with_prompt(const struct monitor *monitor)
{
	size_t len = sizeof(prompt) - 1;

	return monitor->len >= len &&
	       memcmp(monitor->buffer + monitor->len - len, prompt, len) == 0;
}

/* Takes "\r" off line ends, in place; returns the length. */
static size_t join_lines(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
	return (size_t)(to - text);
}

/* What stands between the echo's line and the prompt: 1 when that is there. */
static int take_hmp_reply(struct monitor *monitor)
{
	char *begin = memchr(monitor->buffer, '\n', monitor->len), *end;

	if (begin == NULL || !ends_with_prompt(monitor))
		return 0;
	begin++;
	end = monitor->buffer + monitor->len - (sizeof(prompt) - 1);
	/* The prompt begins a line of its own. */
	if (end < begin || end[-1] != '\n')
		return 0;
	monitor->reply = strndup(begin, (size_t)(end - begin));
	if (monitor->reply == NULL)
		return -ENOMEM;
	join_lines(monitor->reply);
	return 1;
}

/* A line is ours if it bears the id; others are events and what came before. */
static int take_qmp_object(struct monitor *monitor, const struct json *json)
{
	int value = json_member(json, JSON_ROOT, "return");
	char *reply;
	int64_t id;
	int r;

	if (json_int(json, json_member(json, JSON_ROOT, "id"), &id) < 0 || id != monitor->id)
		return 0;
	if (json_member(json, JSON_ROOT, "error") >= 0)
		return -EREMOTEIO;
	reply = malloc(monitor->len + 1);
	if (reply == NULL)
		return -ENOMEM;
	r = json_string(json, value, reply, monitor->len + 1);
	if (r < 0) {
		free(reply);
		return -EBADMSG;
	}
	join_lines(reply);
	monitor->reply = reply;
	return 1;
}

/* The first line of the buffer, which is then taken out of it. */
static int take_qmp_line(struct monitor *monitor, size_t line_len)
{
	struct json *json;
	int r = json_parse(monitor->buffer, line_len, &json);

	if (r == 0) {
		r = monitor->state == MONITOR_GREETING ? json_member(json, JSON_ROOT, "QMP") >= 0
						       : take_qmp_object(monitor, json);
		json_free(json);
	}
	monitor->len -= line_len + 1;
	memmove(monitor->buffer, monitor->buffer + line_len + 1, monitor->len + 1);
	return r == -E2BIG ? -EBADMSG : r;
}

static int take_qmp_lines(struct monitor *monitor)
{
	char *newline;
	int r = 0;

	while (r == 0 && (newline = memchr(monitor->buffer, '\n', monitor->len)) != NULL)
		r = take_qmp_line(monitor, (size_t)(newline - monitor->buffer));
	return r;
}

/* Is what the state waits for in the buffer? 1, 0, or an error. */
static int take(struct monitor *monitor)
{
	if (monitor->len == 0)
		return 0;
	if (monitor->protocol == VM_MONITOR_QMP)
		return take_qmp_lines(monitor);
	return monitor->state == MONITOR_GREETING ? ends_with_prompt(monitor)
						  : take_hmp_reply(monitor);
}

/* One move: 0 went on, -EAGAIN has to wait. */
static int go_on(struct monitor *monitor)
{
	int r;

	if (monitor->state == MONITOR_ASKING) {
		r = write_more(monitor);
		if (r == 0 && monitor->sent == monitor->request_len) {
			monitor->state = MONITOR_READING;
			monitor->len = 0;
		}
		return r;
	}
	r = read_more(monitor);
	if (r == 0)
		r = take(monitor);
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
