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

/* One round. */
struct track {
	struct race *race;
	struct ways *ways;
	const struct race_terms *terms;
	struct pollfd pollfds[RACE_RUNNERS_MAX + 1];
	size_t started; /* of the ways */
	struct deadline next_start;
	bool is_hung_up;
};

static bool is_same_way(const struct way *a, const struct way *b)
{
	return a->kind == b->kind && a->port == b->port && a->cid == b->cid &&
	       (a->kind == WAY_VSOCK || address_equals(&a->address, &b->address));
}

static bool runs(const struct race *race, const struct way *way)
{
	for (size_t i = 0; i < race->count; i++)
		if (!race->runners[i].is_kept && is_same_way(&race->runners[i].way, way))
			return true;
	return false;
}

static size_t count_running(const struct race *race)
{
	size_t count = 0;

	for (size_t i = 0; i < race->count; i++)
		count += !race->runners[i].is_kept;
	return count;
}

static unsigned int count_kept(const struct race *race, const struct way *way)
{
	unsigned int count = 0;

	for (size_t i = 0; i < race->count; i++)
		count += race->runners[i].is_kept && is_same_way(&race->runners[i].way, way);
	return count;
}

/* The descriptor is the caller's from here on. The others stay in order, the oldest first. */
static int take_out(struct race *race, size_t i)
{
	int fd = race->runners[i].fd;

	race->count--;
	memmove(&race->runners[i], &race->runners[i + 1],
		(race->count - i) * sizeof(race->runners[0]));
	return fd;
}

static void let_oldest_go(struct race *race, const struct way *way)
{
	for (size_t i = 0; i < race->count; i++)
		if (race->runners[i].is_kept && is_same_way(&race->runners[i].way, way)) {
			close(take_out(race, i));
			return;
		}
}

static int start(struct race *race, const struct way *way)
{
	int fd;

	if (count_kept(race, way) >= RACE_KEPT_MAX)
		let_oldest_go(race, way);
	if (race->count == RACE_RUNNERS_MAX)
		return -EMFILE;
	fd = way_connect(way);
	if (fd < 0)
		return fd;
	race->runners[race->count++] = (struct runner){.way = *way, .fd = fd};
	return 0;
}

/* The next way that does not fail at once, or runs since the last round. */
static void start_next(struct track *track)
{
	bool is_started = false;

	while (!is_started && track->started < track->ways->count) {
		struct way *way = &track->ways->list[track->started++];
		int r = runs(track->race, way) ? 0 : start(track->race, way);

		is_started = r == 0;
		way->error = is_started ? -EINPROGRESS : r;
	}
	track->next_start = deadline_after_ms(RACE_STAGGER_MS);
}

static void note_error(struct track *track, const struct way *of, int error)
{
	for (size_t i = 0; i < track->ways->count; i++)
		if (is_same_way(&track->ways->list[i], of))
			track->ways->list[i].error = error;
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

/* An address that takes the connection is the guest's own kernel: its server has a longer start. */
static void note_connected(struct track *track, struct runner *runner)
{
	unsigned int kept = count_kept(track->race, &runner->way);

	runner->is_connected = true;
	runner->until = deadline_after_ms(RACE_SILENT_MS << kept);
	if (runner->way.kind == WAY_ADDRESS)
		track->next_start = runner->until;
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
		note_connected(track, runner);
	}
	r = listen_to(runner);
	if (r == -EINPROGRESS && !runner->is_kept && deadline_is_past(runner->until)) {
		runner->is_kept = true;
		note_error(track, &runner->way, -EAGAIN);
		start_next(track);
	}
	return r;
}

/* Who failed leaves his place to the next. */
static void drop_out(struct track *track, size_t i, int error)
{
	struct runner runner = track->race->runners[i];

	close(take_out(track->race, i));
	if (runner.is_kept)
		return;
	note_error(track, &runner.way, error);
	start_next(track);
}

static int win(struct track *track, size_t i)
{
	const struct way *way = &track->race->runners[i].way;

	for (size_t j = 0; j < track->ways->count; j++)
		if (is_same_way(&track->ways->list[j], way))
			track->ways->winner = &track->ways->list[j];
	return take_out(track->race, i);
}

/* The descriptor of one on which a server is heard, or -EINPROGRESS. From the last to the first,
 * since one that drops out moves those behind it. */
static int look_for_winner(struct track *track)
{
	for (size_t i = track->race->count; i-- > 0;) {
		int r = advance(track, &track->race->runners[i], track->pollfds[i].revents);

		if (r == 0)
			return win(track, i);
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
	for (size_t i = 0; i < track->race->count; i++) {
		const struct runner *runner = &track->race->runners[i];

		if (runner->is_connected && !runner->is_kept)
			until = deadline_earlier(until, runner->until);
		if (runner->is_talking)
			until = deadline_earlier(until, deadline_after_ms(CHATTER_MS));
	}
	return until;
}

static void wait_for_event(struct track *track)
{
	size_t count = track->race->count;
	int ms = count_running(track->race) == 0 ? 0 : deadline_left_ms(next_look(track));

	for (size_t i = 0; i < count; i++) {
		const struct runner *runner = &track->race->runners[i];
		short events = runner->is_connected ? POLLIN : POLLOUT;

		track->pollfds[i] = (struct pollfd){
			.fd = runner->is_talking ? -1 : runner->fd, .events = events};
	}
	track->pollfds[count] = (struct pollfd){.fd = track->terms->hangup_fd};
	if (poll(track->pollfds, (nfds_t)count + 1, ms) < 0)
		for (size_t i = 0; i <= count; i++)
			track->pollfds[i].revents = 0;
	track->is_hung_up = (track->pollfds[count].revents & (POLLHUP | POLLERR)) != 0;
}

static int reason_to_stop(const struct track *track)
{
	if (track->is_hung_up)
		return -EPIPE;
	if (track->terms->is_cancelled != NULL && track->terms->is_cancelled())
		return -ECANCELED;
	return 0;
}

/* One that stands, if that is enough at the end: an address of the guest's own, the oldest. */
static int take_silent(struct track *track)
{
	for (size_t i = 0; i < track->race->count && track->terms->takes_silent; i++) {
		const struct runner *runner = &track->race->runners[i];

		if (runner->is_connected && runner->way.kind == WAY_ADDRESS)
			return win(track, i);
	}
	return -EINPROGRESS;
}

/* A connection that does not stand is begun anew in the next round: SYNs grow rare. */
static void close_unconnected(struct race *race)
{
	for (size_t i = race->count; i-- > 0;)
		if (!race->runners[i].is_connected)
			close(take_out(race, i));
}

static int result_of_losing(struct track *track)
{
	size_t count = track->ways->count;
	int fd = take_silent(track);

	if (fd >= 0)
		return fd;
	if (count_running(track->race) > 0)
		return -ETIMEDOUT;
	return count == 0 ? -ENOENT : track->ways->list[count - 1].error;
}

int race_run(struct race *race, struct ways *ways, const struct race_terms *terms)
{
	struct track track = {.race = race, .ways = ways, .terms = terms};
	int result, stop;

	start_next(&track);
	do {
		wait_for_event(&track);
		result = look_for_winner(&track);
		if (result < 0 && deadline_is_past(track.next_start))
			start_next(&track);
		stop = reason_to_stop(&track);
	} while (result < 0 && stop == 0 && count_running(race) > 0 &&
		 !deadline_is_past(terms->deadline));
	if (result < 0)
		result = stop < 0 ? stop : result_of_losing(&track);
	close_unconnected(race);
	return result;
}

bool race_is_kept_waiting(const struct race *race)
{
	return race->count > 0;
}

void race_end(struct race *race)
{
	while (race->count > 0)
		close(take_out(race, race->count - 1));
}
