/* SPDX-License-Identifier: MIT */
#include "race.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The descriptors of those that run; -1 for the others, which poll() passes over. */
struct track {
	struct pollfd runners[ANSWER_ADDRESSES_MAX];
	size_t started;
	size_t running;
	struct deadline next_start;
};

static int begin_connect(const struct address *address, uint16_t port)
{
	struct sockaddr_storage name;
	socklen_t len = address_to_sockaddr(address, port, &name);
	int fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&name, len) == 0 || errno == EINPROGRESS)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

/* The next entrant that does not fail at once. */
static void start_next(struct race *race, struct track *track, uint16_t port)
{
	while (track->started < race->count) {
		size_t i = track->started++;
		int fd = begin_connect(&race->entrants[i].address, port);

		race->entrants[i].error = fd < 0 ? fd : -EINPROGRESS;
		if (fd < 0)
			continue;
		track->runners[i] = (struct pollfd){.fd = fd, .events = POLLOUT};
		track->running++;
		break;
	}
	track->next_start = deadline_after_ms(RACE_STAGGER_MS);
}

static int error_of_socket(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? -errno : -error;
}

/* The descriptor of one that stands, or -EINPROGRESS; those that failed leave the track. */
static int look_for_winner(struct race *race, struct track *track, uint16_t port)
{
	for (size_t i = 0; i < track->started; i++) {
		int fd = track->runners[i].fd;

		if (fd < 0 || track->runners[i].revents == 0)
			continue;
		race->entrants[i].error = error_of_socket(fd);
		track->runners[i].fd = -1;
		if (race->entrants[i].error == 0)
			return fd;
		close(fd);
		track->running--;
		start_next(race, track, port);
	}
	return -EINPROGRESS;
}

static void wait_for_event(const struct race *race, struct track *track, struct deadline deadline)
{
	struct deadline until = deadline;

	if (track->started < race->count)
		until = deadline_earlier(until, track->next_start);
	for (size_t i = 0; i < track->started; i++)
		track->runners[i].revents = 0;
	poll(track->runners, (nfds_t)track->started, deadline_left_ms(until));
}

static void close_losers(struct track *track)
{
	for (size_t i = 0; i < track->started; i++)
		if (track->runners[i].fd >= 0)
			close(track->runners[i].fd);
}

static int result_of_losing(const struct race *race, const struct track *track)
{
	if (track->running > 0)
		return -ETIMEDOUT;
	return race->count == 0 ? -ENOENT : race->entrants[race->count - 1].error;
}

int race_run(struct race *race, uint16_t port, struct deadline deadline)
{
	struct track track = {.started = 0};
	int winner = -EINPROGRESS;

	for (size_t i = 0; i < ANSWER_ADDRESSES_MAX; i++)
		track.runners[i].fd = -1;
	start_next(race, &track, port);
	while (winner == -EINPROGRESS && track.running > 0 && !deadline_is_past(deadline)) {
		wait_for_event(race, &track, deadline);
		winner = look_for_winner(race, &track, port);
		if (winner < 0 && deadline_is_past(track.next_start))
			start_next(race, &track, port);
	}
	close_losers(&track);
	return winner >= 0 ? winner : result_of_losing(race, &track);
}
