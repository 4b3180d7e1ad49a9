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
/* On a network of this host; a neighbour that is not there is given up by the kernel after three
 * seconds (neighbour(7), mcast_solicit), and a person waits. */
#define REACH_MS 1500
#define BANNER   "SSH-"

/* One VM's best address, tried. */
struct trial {
	const struct resolver_answer *answer;
	int fd;
	bool is_connected;
	int error; /* 0: a server of ssh's answers; -EPROTO: something else does */
	bool is_over;
};

static void begin(struct trial *trial, const struct resolver_answer *answer)
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

static void read_banner(struct trial *trial)
{
	char banner[sizeof(BANNER) - 1];
	ssize_t n = recv(trial->fd, banner, sizeof(banner), 0);

	trial->is_over = true;
	trial->error = n == (ssize_t)sizeof(banner) && memcmp(banner, BANNER, sizeof(banner)) == 0
			       ? 0
			       : -EPROTO;
}

static void go_on(struct trial *trial)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (trial->is_connected) {
		read_banner(trial);
		return;
	}
	(void)getsockopt(trial->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	trial->is_connected = error == 0;
	if (error != 0) {
		trial->error = -error;
		trial->is_over = true;
	}
}

static void run(struct trial *trials, struct pollfd *pollfds, size_t count)
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
				go_on(&trials[i]);
	}
}

static bool tell(const struct trial *trial)
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
		puts("is reached; what listens on port 22 does not speak as an ssh server does");
	else
		printf("is not reached: %s: is the guest's network up, is a firewall between?\n",
			strerror(-trial->error));
	return is_reached;
}

static bool tell_all(const struct trial *trials, size_t count)
{
	bool is_ok = true;

	for (size_t i = 0; i < count; i++)
		is_ok &= tell(&trials[i]);
	return is_ok;
}

bool check_reach(const struct resolver_answer *answers, size_t count)
{
	struct trial *trials = calloc(count > 0 ? count : 1, sizeof(*trials));
	struct pollfd *pollfds = calloc(count > 0 ? count : 1, sizeof(*pollfds));
	size_t begun = 0;
	bool is_ok = false;

	if (trials != NULL && pollfds != NULL) {
		for (size_t i = 0; i < count; i++)
			if (answers[i].outcome == RESOLVER_ADDRESSES)
				begin(&trials[begun++], &answers[i]);
		run(trials, pollfds, begun);
		is_ok = tell_all(trials, begun);
	}
	for (size_t i = 0; i < begun; i++)
		if (trials[i].fd >= 0)
			close(trials[i].fd);
	free(trials);
	free(pollfds);
	return is_ok;
}
