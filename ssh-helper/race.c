/* SPDX-License-Identifier: MIT */
#include "race.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server may send other lines before its banner (RFC 4253, 4.2); this much is searched. */
#define BANNER_SIZE 1024
/* Polling interval for a peer that has sent something else than a banner. */
#define TALKING_MS 50

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

/* How many attempts of a target, or of all if target is NULL, are kept or are not. */
static unsigned int race_count(const struct race *race, const struct target *target, bool is_kept)
{
	unsigned int count = 0;

	for (size_t i = 0; i < race->count; i++) {
		const struct attempt *attempt = &race->attempts[i];

		count += attempt->is_kept == is_kept &&
			 (target == NULL || target_equals(&attempt->target, target));
	}
	return count;
}

/* Removes an attempt; the others keep their order, the oldest first. Its descriptor is now the
 * caller's. */
static int race_remove(struct race *race, size_t i)
{
	int fd = race->attempts[i].fd;

	race->count--;
	memmove(&race->attempts[i], &race->attempts[i + 1],
		(race->count - i) * sizeof(race->attempts[0]));
	return fd;
}

/* 0 or a negative errno. If too many attempts of the target are kept, the oldest is closed. */
static int race_start(struct race *race, const struct target *target)
{
	size_t oldest = 0;
	int fd;

	if (race_count(race, target, true) >= RACE_KEPT_MAX) {
		while (!race->attempts[oldest].is_kept ||
			!target_equals(&race->attempts[oldest].target, target))
			oldest++;
		close(race_remove(race, oldest));
	}
	if (race->count == RACE_ATTEMPTS_MAX)
		return -EMFILE;
	fd = target_connect(target);
	if (fd < 0)
		return fd;
	race->attempts[race->count++] = (struct attempt){.target = *target, .fd = fd};
	return 0;
}

/* Starts the next target that does not fail at once, or takes one that the last round started. */
static void round_start_next(struct round *round)
{
	bool is_started = false;

	while (!is_started && round->started < round->targets->count) {
		struct target *target = &round->targets->list[round->started++];
		int r = race_count(round->race, target, false) > 0
				? 0
				: race_start(round->race, target);

		is_started = r == 0;
		target->error = is_started ? -EINPROGRESS : r;
	}
	round->next_start = deadline_after_ms(RACE_STAGGER_MS);
}

static void round_set_error(struct round *round, const struct target *target, int error)
{
	for (size_t i = 0; i < round->targets->count; i++)
		if (target_equals(&round->targets->list[i], target))
			round->targets->list[i].error = error;
}

/* 0: an ssh server speaks. -EINPROGRESS: not yet. Any other error: the connection has ended. */
static int attempt_listen(struct attempt *attempt)
{
	char text[BANNER_SIZE];
	ssize_t len = recv(attempt->fd, text, sizeof(text), MSG_PEEK | MSG_DONTWAIT);
	const char *line = text, *end = text + (len > 0 ? len : 0);

	if (len == 0)
		return -ECONNRESET;
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? -EINPROGRESS : -errno;
	while (line != NULL && end - line >= 4) {
		if (memcmp(line, "SSH-", 4) == 0)
			return 0;
		line = memchr(line, '\n', (size_t)(end - line));
		line = line == NULL ? NULL : line + 1;
	}
	attempt->is_talking = true;
	return -EINPROGRESS;
}

/* 0: an ssh server speaks. -EINPROGRESS: not yet. Any other error: the attempt has failed. */
static int round_advance(struct round *round, struct attempt *attempt, short revents)
{
	int error = 0, r;
	socklen_t len = sizeof(error);

	if (!attempt->is_connected) {
		if (revents == 0)
			return -EINPROGRESS;
		if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
			return -errno;
		if (error != 0)
			return -error;
		attempt->is_connected = true;
		attempt->until = deadline_after_ms(
			round->terms->silent_ms << race_count(round->race, &attempt->target, true));
		/* The guest's own kernel has accepted: its server gets a longer head start. */
		if (attempt->target.kind == TARGET_ADDRESS)
			round->next_start = attempt->until;
	}
	r = attempt_listen(attempt);
	if (r == -EINPROGRESS && !attempt->is_kept && deadline_is_past(attempt->until)) {
		attempt->is_kept = true;
		round_set_error(round, &attempt->target, -EAGAIN);
		round_start_next(round);
	}
	return r;
}

/* Notes the winner; returns its descriptor. */
static int round_win(struct round *round, size_t i)
{
	const struct target *target = &round->race->attempts[i].target;

	for (size_t j = 0; j < round->targets->count; j++)
		if (target_equals(&round->targets->list[j], target))
			round->targets->winner = &round->targets->list[j];
	return race_remove(round->race, i);
}

/* The descriptor of the winner, or -EINPROGRESS. A target that has failed starts the next one. */
static int round_find_winner(struct round *round)
{
	/* From the last to the first, since a removal moves those behind it. */
	for (size_t i = round->race->count; i-- > 0;) {
		struct attempt attempt;
		int r = round_advance(round, &round->race->attempts[i], round->pollfds[i].revents);

		if (r == 0)
			return round_win(round, i);
		if (r == -EINPROGRESS)
			continue;
		attempt = round->race->attempts[i];
		close(race_remove(round->race, i));
		if (!attempt.is_kept) {
			round_set_error(round, &attempt.target, r);
			round_start_next(round);
		}
	}
	return -EINPROGRESS;
}

static void round_wait(struct round *round)
{
	struct deadline until = round->terms->deadline;
	size_t count = round->race->count;
	int ms = 0;

	if (round->started < round->targets->count)
		until = deadline_earlier(until, round->next_start);
	for (size_t i = 0; i < count; i++) {
		const struct attempt *attempt = &round->race->attempts[i];

		round->pollfds[i] = (struct pollfd){
			.fd = attempt->is_talking ? -1 : attempt->fd,
			.events = attempt->is_connected ? POLLIN : POLLOUT,
		};
		if (attempt->is_connected && !attempt->is_kept)
			until = deadline_earlier(until, attempt->until);
		if (attempt->is_talking)
			until = deadline_earlier(until, deadline_after_ms(TALKING_MS));
	}
	round->pollfds[count] = (struct pollfd){.fd = round->terms->hangup_fd};
	/* Nothing to wait for if every attempt is kept: the round is over. */
	if (race_count(round->race, NULL, false) > 0)
		ms = deadline_left_ms(until);
	if (poll(round->pollfds, (nfds_t)count + 1, ms) < 0)
		for (size_t i = 0; i <= count; i++)
			round->pollfds[i].revents = 0;
	round->is_hung_up = (round->pollfds[count].revents & (POLLHUP | POLLERR)) != 0;
}

int race_run(struct race *race, struct targets *targets, const struct race_terms *terms)
{
	struct round round = {.race = race, .targets = targets, .terms = terms};
	int result, stop = 0;
	size_t i;

	round_start_next(&round);
	do {
		round_wait(&round);
		result = round_find_winner(&round);
		if (result < 0 && deadline_is_past(round.next_start))
			round_start_next(&round);
		if (round.is_hung_up)
			stop = -EPIPE;
		else if (terms->is_cancelled != NULL && terms->is_cancelled())
			stop = -ECANCELED;
	} while (result < 0 && stop == 0 && race_count(race, NULL, false) > 0 &&
		 !deadline_is_past(terms->deadline));
	if (result < 0 && stop == 0 && terms->takes_silent) {
		for (i = 0; i < race->count; i++)
			if (race->attempts[i].is_connected &&
				race->attempts[i].target.kind == TARGET_ADDRESS)
				break;
		if (i < race->count)
			result = round_win(&round, i);
	}
	if (result < 0 && stop < 0)
		result = stop;
	else if (result < 0 && race_count(race, NULL, false) > 0)
		result = -ETIMEDOUT;
	else if (result < 0)
		result = targets->count == 0 ? -ENOENT : targets->list[targets->count - 1].error;
	/* The next round connects anew, so that SYNs do not become rare. */
	for (i = race->count; i-- > 0;)
		if (!race->attempts[i].is_connected)
			close(race_remove(race, i));
	return result;
}

void race_end(struct race *race)
{
	while (race->count > 0)
		close(race_remove(race, race->count - 1));
}
