/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* One read of a fast guest; two of them are in memory. */
#define RELAY_BUFFER_SIZE 65536

/* One direction of a relay. */
struct stream {
	int from, to;
	bool to_is_socket; /* its end of file is a shutdown(); of a pipe it is a close() */
	bool has_ended;    /* nothing more comes from `from` */
	bool is_done;      /* and all of it has gone to `to` */
	size_t begin, end; /* of what is read and not yet written */
	char buffer[RELAY_BUFFER_SIZE];
};

static int transient(int error)
{
	return error == EAGAIN || error == EINTR ? 0 : -error;
}

static int fill(struct stream *stream)
{
	ssize_t got = read(stream->from, stream->buffer, sizeof(stream->buffer));

	if (got < 0)
		return transient(errno);
	stream->begin = 0;
	stream->end = (size_t)got;
	stream->has_ended = got == 0;
	return 0;
}

static int drain(struct stream *stream)
{
	size_t len = stream->end - stream->begin;
	ssize_t put = stream->to_is_socket
			      ? send(stream->to, stream->buffer + stream->begin, len, MSG_NOSIGNAL)
			      : write(stream->to, stream->buffer + stream->begin, len);

	if (put < 0)
		return transient(errno);
	stream->begin += (size_t)put;
	return 0;
}

static bool is_empty(const struct stream *stream)
{
	return stream->begin == stream->end;
}

static void finish(struct stream *stream)
{
	stream->is_done = true;
	if (stream->to_is_socket)
		shutdown(stream->to, SHUT_WR);
	else
		close(stream->to);
}

static int move(struct stream *stream)
{
	int r = 0;

	if (is_empty(stream) && !stream->has_ended)
		r = fill(stream);
	if (r == 0 && !is_empty(stream))
		r = drain(stream);
	if (r == 0 && is_empty(stream) && stream->has_ended)
		finish(stream);
	return r;
}

/* What a stream waits for next. */
static struct pollfd wish(const struct stream *stream)
{
	if (stream->is_done)
		return (struct pollfd){.fd = -1};
	if (is_empty(stream))
		return (struct pollfd){.fd = stream->from, .events = POLLIN};
	return (struct pollfd){.fd = stream->to, .events = POLLOUT};
}

static int set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

static bool is_socket(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

int relay_run(int in, int out, int fd)
{
	/* Not on the stack, and this is a program: one relay, then it ends. */
	static struct stream up, down;
	int r;

	up = (struct stream){.from = in, .to = fd, .to_is_socket = true};
	down = (struct stream){.from = fd, .to = out, .to_is_socket = is_socket(out)};
	r = set_nonblocking(in);
	if (r == 0)
		r = set_nonblocking(out);
	/* The guest's last word ends it: ssh reads nothing after that. */
	while (r == 0 && !down.is_done) {
		struct pollfd ready[2] = {wish(&up), wish(&down)};

		if (poll(ready, 2, -1) < 0 && errno != EINTR)
			return -errno;
		/* A guest that reads no more may still have something to say. */
		if (ready[0].revents != 0 && move(&up) < 0)
			up.is_done = true;
		if (ready[1].revents != 0)
			r = move(&down);
	}
	return r;
}
