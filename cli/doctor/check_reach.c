/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "check.h"
#include "cli/output.h"

#define SSH_PORT 22
/* Enough for a network of this host. The kernel gives a missing neighbour up after three seconds
 * (neighbour(7), mcast_solicit), which is long for a person who waits. */
#define REACH_MS 1500
#define BANNER   "SSH-"

/* A connection to one VM's best address. */
struct trial {
	const struct resolver_answer *answer;
	int fd;
	bool is_connected;
	int error; /* 0: an ssh server answers; -EPROTO: something else does */
	bool is_over;
};

static void trial_begin(struct trial *trial, const struct resolver_answer *answer)
{
	struct sockaddr_storage to;
	socklen_t len = address_to_sockaddr(&answer->addresses[0], SSH_PORT, &to);

	*trial = (struct trial){.answer = answer, .error = -ETIMEDOUT};
	trial->fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (trial->fd >= 0 &&
		(connect(trial->fd, (struct sockaddr *)&to, len) == 0 || errno == EINPROGRESS))
		return;
	trial->error = -errno;
	trial->is_over = true;
}

static void trial_go_on(struct trial *trial)
{
	char banner[sizeof(BANNER) - 1];
	socklen_t len = sizeof(int);
	int error = 0;

	if (trial->is_connected) {
		ssize_t n = recv(trial->fd, banner, sizeof(banner), 0);
		bool is_ssh =
			n == (ssize_t)sizeof(banner) && memcmp(banner, BANNER, sizeof(banner)) == 0;

		trial->error = is_ssh ? 0 : -EPROTO;
		trial->is_over = true;
		return;
	}
	(void)getsockopt(trial->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	trial->is_connected = error == 0;
	if (error != 0) {
		trial->error = -error;
		trial->is_over = true;
	}
}

static void trials_run(struct trial *trials, struct pollfd *pollfds, size_t count)
{
	struct deadline deadline = deadline_after_ms(REACH_MS);
	size_t left = count;

	while (left > 0 && !deadline_is_past(deadline)) {
		left = 0;
		for (size_t i = 0; i < count; i++) {
			pollfds[i] = (struct pollfd){
				.fd = trials[i].is_over ? -1 : trials[i].fd,
				.events = trials[i].is_connected ? POLLIN : POLLOUT,
			};
			left += !trials[i].is_over;
		}
		if (left > 0)
			poll(pollfds, (nfds_t)count, deadline_left_ms(deadline));
		for (size_t i = 0; i < count && left > 0; i++)
			if (!trials[i].is_over && pollfds[i].revents != 0)
				trial_go_on(&trials[i]);
	}
}

static bool trial_print(const struct trial *trial)
{
	char address[ADDRESS_TEXT_MAX];
	bool is_reached = trial->is_connected || trial->error == -ECONNREFUSED;

	check_begin(trial->error == 0 ? CHECK_OK : is_reached ? CHECK_SKIPPED : CHECK_PROBLEM);
	output_text(stdout, trial->answer->host);
	printf(": %s ", address_format(&trial->answer->addresses[0], address));
	if (trial->error == 0)
		puts("is reached, and an ssh server answers on port 22");
	else if (trial->error == -ECONNREFUSED)
		puts("is reached; no ssh server listens on port 22 (in the guest: apt install "
		     "openssh-server)");
	else if (is_reached)
		puts("is reached; something else than an ssh server listens on port 22");
	else
		printf("is not reached: %s: is the guest's network up? does a firewall block it?\n",
			strerror(-trial->error));
	return is_reached;
}

bool check_reach(const struct answer_list *answers)
{
	size_t size = answers->count > 0 ? (size_t)answers->count : 1, count = 0;
	struct trial *trials = calloc(size, sizeof(*trials));
	struct pollfd *pollfds = calloc(size, sizeof(*pollfds));
	bool is_ok = trials != NULL && pollfds != NULL;

	for (int i = 0; i < answers->count && is_ok; i++)
		if (answers->list[i].outcome == RESOLVER_ADDRESSES)
			trial_begin(&trials[count++], &answers->list[i]);
	if (is_ok)
		trials_run(trials, pollfds, count);
	for (size_t i = 0; i < count; i++) {
		is_ok &= trial_print(&trials[i]);
		if (trials[i].fd >= 0)
			close(trials[i].fd);
	}
	free(trials);
	free(pollfds);
	return is_ok;
}
