/* SPDX-License-Identifier: MIT */
#include "race.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a server says before its banner (RFC 4253, 4.2) is looked through as far as this. */
#define BANNER_SIZE 1024
/* How often who has said something else is looked at again. */
#define CHATTER_MS 50

struct runner {
	int fd; /* -1: none */
	bool is_connected;
	struct deadline until; /* once connected: how long it may be silent */
	bool is_talking;       /* no banner so far: poll() would call it ready for ever */
};

struct track {
	struct ways *ways;
	const struct race_terms *terms;
	struct runner runners[WAYS_MAX];
	struct pollfd pollfds[WAYS_MAX + 1];
	size_t started, running;
	struct deadline next_start;
	bool is_hung_up;
};

/* The next way that does not fail at once. */
static void start_next(struct track *track)
{
	while (track->started < track->ways->count) {
		size_t i = track->started++;
		int fd = way_connect(&track->ways->list[i]);

		track->ways->list[i].error = fd < 0 ? fd : -EINPROGRESS;
		if (fd < 0)
			continue;
		track->runners[i] = (struct runner){.fd = fd};
		track->running++;
		break;
	}
	track->next_start = deadline_after_ms(RACE_STAGGER_MS);
}

static void drop_out(struct track *track, size_t i, int error)
{
	close(track->runners[i].fd);
	track->runners[i].fd = -1;
	track->ways->list[i].error = error;
	track->running--;
	start_next(track);
}

static int error_of_socket(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? -errno : -error;
}

static bool has_banner(const char *text, size_t len)
{
	const char *line = text, *end = text + len;

	while (line != NULL && end - line >= 4) {
		if (memcmp(line, "SSH-", 4) == 0)
			return true;
		line = memchr(line, '\n', (size_t)(end - line));
		line = line == NULL ? NULL : line + 1;
	}
	return false;
}

/* 0: a server is heard. -EINPROGRESS: not yet. Any other error: it has gone. */
static int listen_to(struct runner *runner)
{
	char text[BANNER_SIZE];
	ssize_t len = recv(runner->fd, text, sizeof(text), MSG_PEEK | MSG_DONTWAIT);

	if (len == 0)
		return -ECONNRESET;
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? -EINPROGRESS : -errno;
	if (has_banner(text, (size_t)len))
		return 0;
	runner->is_talking = true;
	return -EINPROGRESS;
}

static int advance(struct track *track, struct runner *runner, short revents)
{
	int r;

	if (!runner->is_connected) {
		if (revents == 0)
			return -EINPROGRESS;
		r = error_of_socket(runner->fd);
		if (r < 0)
			return r;
		runner->is_connected = true;
		runner->until =
			deadline_earlier(track->terms->deadline, deadline_after_ms(RACE_SILENT_MS));
	}
	r = listen_to(runner);
	return r == -EINPROGRESS && deadline_is_past(runner->until) ? -EAGAIN : r;
}

/* The descriptor of one on which a server is heard, or -EINPROGRESS. */
static int look_for_winner(struct track *track)
{
	for (size_t i = 0; i < track->started; i++) {
		struct runner *runner = &track->runners[i];
		int r = runner->fd < 0 ? -EINPROGRESS
				       : advance(track, runner, track->pollfds[i].revents);
		int fd = runner->fd;

		if (r == 0) {
			track->ways->winner = &track->ways->list[i];
			runner->fd = -1;
			return fd;
		}
		/* An address of the guest's own that stands may still be given to ssh. */
		if (r == -EAGAIN && track->terms->takes_silent &&
			track->ways->list[i].kind == WAY_ADDRESS && runner->is_connected)
			continue;
		if (r != -EINPROGRESS)
			drop_out(track, i, r);
	}
	return -EINPROGRESS;
}

static struct deadline next_look(const struct track *track)
{
	struct deadline until = track->terms->deadline;

	if (track->started < track->ways->count)
		until = deadline_earlier(until, track->next_start);
	for (size_t i = 0; i < track->started; i++) {
		const struct runner *runner = &track->runners[i];

		if (runner->fd < 0 || !runner->is_connected)
			continue;
		if (!deadline_is_past(runner->until))
			until = deadline_earlier(until, runner->until);
		if (runner->is_talking)
			until = deadline_earlier(until, deadline_after_ms(CHATTER_MS));
	}
	return until;
}

static void wait_for_event(struct track *track)
{
	for (size_t i = 0; i < track->started; i++) {
		const struct runner *runner = &track->runners[i];
		short events = runner->is_connected ? POLLIN : POLLOUT;

		track->pollfds[i] = (struct pollfd){
			.fd = runner->is_talking ? -1 : runner->fd, .events = events};
	}
	track->pollfds[track->started] = (struct pollfd){.fd = track->terms->hangup_fd};
	if (poll(track->pollfds, (nfds_t)track->started + 1, deadline_left_ms(next_look(track))) <
		0)
		for (size_t i = 0; i <= track->started; i++)
			track->pollfds[i].revents = 0;
	track->is_hung_up = (track->pollfds[track->started].revents & (POLLHUP | POLLERR)) != 0;
}

static int reason_to_stop(const struct track *track)
{
	if (track->is_hung_up)
		return -EPIPE;
	if (track->terms->is_cancelled != NULL && track->terms->is_cancelled())
		return -ECANCELED;
	return 0;
}

/* One that stands, if that is enough at the end. */
static int take_silent(struct track *track)
{
	for (size_t i = 0; i < track->started && track->terms->takes_silent; i++) {
		struct runner *runner = &track->runners[i];
		int fd = runner->fd;

		if (fd < 0 || !runner->is_connected || track->ways->list[i].kind != WAY_ADDRESS)
			continue;
		runner->fd = -1;
		track->ways->winner = &track->ways->list[i];
		return fd;
	}
	return -ETIMEDOUT;
}

static void close_all(struct track *track)
{
	for (size_t i = 0; i < track->started; i++)
		if (track->runners[i].fd >= 0)
			close(track->runners[i].fd);
}

static int result_of_losing(struct track *track)
{
	size_t count = track->ways->count;

	if (track->running > 0)
		return take_silent(track);
	return count == 0 ? -ENOENT : track->ways->list[count - 1].error;
}

int race_run(struct ways *ways, const struct race_terms *terms)
{
	struct track track = {.ways = ways, .terms = terms};
	int winner = -EINPROGRESS, stop = 0;

	for (size_t i = 0; i < WAYS_MAX; i++)
		track.runners[i].fd = -1;
	start_next(&track);
	while (winner == -EINPROGRESS && stop == 0 && track.running > 0 &&
		!deadline_is_past(terms->deadline)) {
		wait_for_event(&track);
		winner = look_for_winner(&track);
		if (winner < 0 && deadline_is_past(track.next_start))
			start_next(&track);
		stop = reason_to_stop(&track);
	}
	if (winner < 0)
		winner = stop < 0 ? stop : result_of_losing(&track);
	close_all(&track);
	return winner;
}
