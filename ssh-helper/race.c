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
struct round {
	struct race *race;
	struct targets *targets;
	const struct race_terms *terms;
	struct pollfd pollfds[RACE_ATTEMPTS_MAX + 1];
	size_t started; /* of the targets */
	struct deadline next_start;
	bool is_hung_up;
};

static bool is_same_target(const struct target *a, const struct target *b)
{
	return a->kind == b->kind && a->port == b->port && a->cid == b->cid &&
	       (a->kind == TARGET_VSOCK || address_equals(&a->address, &b->address));
}

static bool runs(const struct race *race, const struct target *target)
{
	for (size_t i = 0; i < race->count; i++)
		if (!race->attempts[i].is_kept && is_same_target(&race->attempts[i].target, target))
			return true;
	return false;
}

static size_t count_running(const struct race *race)
{
	size_t count = 0;

	for (size_t i = 0; i < race->count; i++)
		count += !race->attempts[i].is_kept;
	return count;
}

static unsigned int count_kept(const struct race *race, const struct target *target)
{
	unsigned int count = 0;

	for (size_t i = 0; i < race->count; i++)
		count += race->attempts[i].is_kept &&
			 is_same_target(&race->attempts[i].target, target);
	return count;
}

/* The descriptor is the caller's from here on. The others stay in order, the oldest first. */
static int take_out(struct race *race, size_t i)
{
	int fd = race->attempts[i].fd;

	race->count--;
	memmove(&race->attempts[i], &race->attempts[i + 1],
		(race->count - i) * sizeof(race->attempts[0]));
	return fd;
}

static void let_oldest_go(struct race *race, const struct target *target)
{
	for (size_t i = 0; i < race->count; i++)
		if (race->attempts[i].is_kept &&
			is_same_target(&race->attempts[i].target, target)) {
			close(take_out(race, i));
			return;
		}
}

static int start(struct race *race, const struct target *target)
{
	int fd;

	if (count_kept(race, target) >= RACE_KEPT_MAX)
		let_oldest_go(race, target);
	if (race->count == RACE_ATTEMPTS_MAX)
		return -EMFILE;
	fd = target_connect(target);
	if (fd < 0)
		return fd;
	race->attempts[race->count++] = (struct attempt){.target = *target, .fd = fd};
	return 0;
}

/* The next target that does not fail at once, or runs since the last round. */
static void start_next(struct round *round)
{
	bool is_started = false;

	while (!is_started && round->started < round->targets->count) {
		struct target *target = &round->targets->list[round->started++];
		int r = runs(round->race, target) ? 0 : start(round->race, target);

		is_started = r == 0;
		target->error = is_started ? -EINPROGRESS : r;
	}
	round->next_start = deadline_after_ms(RACE_STAGGER_MS);
}

static void note_error(struct round *round, const struct target *of, int error)
{
	for (size_t i = 0; i < round->targets->count; i++)
		if (is_same_target(&round->targets->list[i], of))
			round->targets->list[i].error = error;
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
static int listen_to(struct attempt *attempt)
{
	char text[BANNER_SIZE];
	ssize_t len = recv(attempt->fd, text, sizeof(text), MSG_PEEK | MSG_DONTWAIT);

	if (len == 0)
		return -ECONNRESET;
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? -EINPROGRESS : -errno;
	if (has_banner(text, (size_t)len))
		return 0;
	attempt->is_talking = true;
	return -EINPROGRESS;
}

/* An address that takes the connection is the guest's own kernel: its server has a longer start. */
static void note_connected(struct round *round, struct attempt *attempt)
{
	unsigned int kept = count_kept(round->race, &attempt->target);

	attempt->is_connected = true;
	attempt->until = deadline_after_ms(round->terms->silent_ms << kept);
	if (attempt->target.kind == TARGET_ADDRESS)
		round->next_start = attempt->until;
}

static int advance(struct round *round, struct attempt *attempt, short revents)
{
	int r;

	if (!attempt->is_connected) {
		if (revents == 0)
			return -EINPROGRESS;
		r = error_of_socket(attempt->fd);
		if (r < 0)
			return r;
		note_connected(round, attempt);
	}
	r = listen_to(attempt);
	if (r == -EINPROGRESS && !attempt->is_kept && deadline_is_past(attempt->until)) {
		attempt->is_kept = true;
		note_error(round, &attempt->target, -EAGAIN);
		start_next(round);
	}
	return r;
}

/* Who failed leaves his place to the next. */
static void drop_out(struct round *round, size_t i, int error)
{
	struct attempt attempt = round->race->attempts[i];

	close(take_out(round->race, i));
	if (attempt.is_kept)
		return;
	note_error(round, &attempt.target, error);
	start_next(round);
}

static int win(struct round *round, size_t i)
{
	const struct target *target = &round->race->attempts[i].target;

	for (size_t j = 0; j < round->targets->count; j++)
		if (is_same_target(&round->targets->list[j], target))
			round->targets->winner = &round->targets->list[j];
	return take_out(round->race, i);
}

/* The descriptor of one on which a server is heard, or -EINPROGRESS. From the last to the first,
 * since one that drops out moves those behind it. */
static int look_for_winner(struct round *round)
{
	for (size_t i = round->race->count; i-- > 0;) {
		int r = advance(round, &round->race->attempts[i], round->pollfds[i].revents);

		if (r == 0)
			return win(round, i);
		if (r != -EINPROGRESS)
			drop_out(round, i, r);
	}
	return -EINPROGRESS;
}

static struct deadline next_look(const struct round *round)
{
	struct deadline until = round->terms->deadline;

	if (round->started < round->targets->count)
		until = deadline_earlier(until, round->next_start);
	for (size_t i = 0; i < round->race->count; i++) {
		const struct attempt *attempt = &round->race->attempts[i];

		if (attempt->is_connected && !attempt->is_kept)
			until = deadline_earlier(until, attempt->until);
		if (attempt->is_talking)
			until = deadline_earlier(until, deadline_after_ms(CHATTER_MS));
	}
	return until;
}

static void wait_for_event(struct round *round)
{
	size_t count = round->race->count;
	int ms = count_running(round->race) == 0 ? 0 : deadline_left_ms(next_look(round));

	for (size_t i = 0; i < count; i++) {
		const struct attempt *attempt = &round->race->attempts[i];
		short events = attempt->is_connected ? POLLIN : POLLOUT;

		round->pollfds[i] = (struct pollfd){
			.fd = attempt->is_talking ? -1 : attempt->fd, .events = events};
	}
	round->pollfds[count] = (struct pollfd){.fd = round->terms->hangup_fd};
	if (poll(round->pollfds, (nfds_t)count + 1, ms) < 0)
		for (size_t i = 0; i <= count; i++)
			round->pollfds[i].revents = 0;
	round->is_hung_up = (round->pollfds[count].revents & (POLLHUP | POLLERR)) != 0;
}

static int reason_to_stop(const struct round *round)
{
	if (round->is_hung_up)
		return -EPIPE;
	if (round->terms->is_cancelled != NULL && round->terms->is_cancelled())
		return -ECANCELED;
	return 0;
}

/* One that stands, if that is enough at the end: an address of the guest's own, the oldest. */
static int take_silent(struct round *round)
{
	for (size_t i = 0; i < round->race->count && round->terms->takes_silent; i++) {
		const struct attempt *attempt = &round->race->attempts[i];

		if (attempt->is_connected && attempt->target.kind == TARGET_ADDRESS)
			return win(round, i);
	}
	return -EINPROGRESS;
}

/* A connection that does not stand is begun anew in the next round: SYNs grow rare. */
static void close_unconnected(struct race *race)
{
	for (size_t i = race->count; i-- > 0;)
		if (!race->attempts[i].is_connected)
			close(take_out(race, i));
}

static int result_of_losing(struct round *round)
{
	size_t count = round->targets->count;
	int fd = take_silent(round);

	if (fd >= 0)
		return fd;
	if (count_running(round->race) > 0)
		return -ETIMEDOUT;
	return count == 0 ? -ENOENT : round->targets->list[count - 1].error;
}

int race_run(struct race *race, struct targets *targets, const struct race_terms *terms)
{
	struct round round = {.race = race, .targets = targets, .terms = terms};
	int result, stop;

	start_next(&round);
	do {
		wait_for_event(&round);
		result = look_for_winner(&round);
		if (result < 0 && deadline_is_past(round.next_start))
			start_next(&round);
		stop = reason_to_stop(&round);
	} while (result < 0 && stop == 0 && count_running(race) > 0 &&
		 !deadline_is_past(terms->deadline));
	if (result < 0)
		result = stop < 0 ? stop : result_of_losing(&round);
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
