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

/* As much as a fast guest sends at once; two buffers are in memory. */
#define RELAY_BUFFER_SIZE 65536

/* One direction of a relay. */
struct stream {
	int from, to;
	bool to_is_socket; /* its end of file is a shutdown(); that of a pipe is a close() */
	bool has_ended;    /* `from` is at its end of file */
	bool is_done;      /* and `to` has received everything */
	size_t begin, end; /* of what was read and is not yet written */
	char buffer[RELAY_BUFFER_SIZE];
};

static bool stream_is_empty(const struct stream *stream)
{
	return stream->begin == stream->end;
}

/* Reads if the buffer is empty, writes what it holds, and passes an end of file on. A read or write
 * that would block is no error. 0 or a negative errno. */
static int stream_move(struct stream *stream)
{
	ssize_t n = 0;

	if (stream_is_empty(stream) && !stream->has_ended) {
		n = read(stream->from, stream->buffer, sizeof(stream->buffer));
		stream->begin = 0;
		stream->end = n > 0 ? (size_t)n : 0;
		stream->has_ended = n == 0;
	}
	if (!stream_is_empty(stream)) {
		const char *text = stream->buffer + stream->begin;
		size_t len = stream->end - stream->begin;

		n = stream->to_is_socket ? send(stream->to, text, len, MSG_NOSIGNAL)
					 : write(stream->to, text, len);
		stream->begin += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (stream_is_empty(stream) && stream->has_ended) {
		stream->is_done = true;
		if (stream->to_is_socket)
			shutdown(stream->to, SHUT_WR);
		else
			close(stream->to);
	}
	return 0;
}

/* What a stream waits for next. */
static struct pollfd stream_wait(const struct stream *stream)
{
	if (stream->is_done)
		return (struct pollfd){.fd = -1};
	if (stream_is_empty(stream))
		return (struct pollfd){.fd = stream->from, .events = POLLIN};
	return (struct pollfd){.fd = stream->to, .events = POLLOUT};
}

int relay_run(int in, int out, int fd)
{
	/* Too large for the stack; a program runs one relay and ends. */
	static struct stream up, down;
	int in_flags = fcntl(in, F_GETFL), out_flags = fcntl(out, F_GETFL);
	struct stat status;
	int r = 0;

	if (fstat(out, &status) < 0 || in_flags < 0 || out_flags < 0 ||
		fcntl(in, F_SETFL, in_flags | O_NONBLOCK) < 0 ||
		fcntl(out, F_SETFL, out_flags | O_NONBLOCK) < 0)
		return -errno;
	up = (struct stream){.from = in, .to = fd, .to_is_socket = true};
	down = (struct stream){.from = fd, .to = out, .to_is_socket = S_ISSOCK(status.st_mode)};
	/* The relay ends when the guest has closed: ssh reads nothing after that. */
	while (r == 0 && !down.is_done) {
		struct pollfd ready[2] = {stream_wait(&up), stream_wait(&down)};

		if (poll(ready, 2, -1) < 0 && errno != EINTR)
			return -errno;
		/* A guest that reads no more may still send. */
		if (ready[0].revents != 0 && stream_move(&up) < 0)
			up.is_done = true;
		if (ready[1].revents != 0)
			r = stream_move(&down);
	}
	return r;
}
