/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what a guest's agent answers to who reads files, host keys and descriptions through
 * it: pieces that end with 0xFE, one after each question, in which '@' stands for its id. The first
 * byte chooses what is asked.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "agent/agent_about.h"
#include "agent/agent_authorize.h"
#include "agent/agent_file.h"
#include "agent/host_keys.h"
#include "fuzz.h"

#define DEADLINE_MS 10000
#define FILE_SIZE   1000
/* How long a client may take for its next question before it is taken to wait for more. */
#define PATIENCE_US 2000

struct peer {
	int fd;
	const uint8_t *at, *end;
};

/* The id of a request: its first line is a sync with {"id":123}, its second the question. */
static void read_id(int fd, char id[static AGENT_ID_SIZE])
{
	char request[AGENT_REQUEST_MAX + 1];
	size_t len = 0;

	while (len < AGENT_REQUEST_MAX) {
		ssize_t got = recv(fd, request + len, AGENT_REQUEST_MAX - len, 0);
		const char *mark;

		if (got <= 0)
			return;
		len += (size_t)got;
		request[len] = '\0';
		mark = memmem(request, len, "{\"id\":", 6);
		if (mark == NULL || request[len - 1] != '\n' ||
			strchr(mark, '\n') == request + len - 1)
			continue;
		memset(id, 0, AGENT_ID_SIZE);
		strncpy(id, mark + 6, strspn(mark + 6, "0123456789"));
		return;
	}
}

static void *answer(void *argument)
{
	struct peer *peer = argument;
	char id[AGENT_ID_SIZE] = "";

	while (peer->at < peer->end) {
		const uint8_t *end = memchr(peer->at, 0xfe, (size_t)(peer->end - peer->at));

		read_id(peer->fd, id);

		for (; peer->at < (end != NULL ? end : peer->end); peer->at++) {
			bool is_mark = *peer->at == '@';

			if (send(peer->fd, is_mark ? (const void *)id : peer->at,
				    is_mark ? strlen(id) : 1, MSG_NOSIGNAL) < 0)
				break;
		}
		peer->at = end != NULL ? end + 1 : peer->end;
	}
	shutdown(peer->fd, SHUT_RDWR);
	return NULL;
}

static void check_keys(struct agent *agent)
{
	struct host_keys keys = {.count = 0};

	if (host_keys_ask(agent, &keys) > HOST_KEYS_MAX)
		abort();
	for (unsigned int i = 0; i < keys.count; i++) {
		const char *space = strchr(keys.list[i], ' ');

		if (space == NULL || strpbrk(space + 1, " \t\r\n") != NULL ||
			!host_keys_has(&keys, space + 1))
			abort();
	}
	host_keys_done(&keys);
}

static void ask(struct agent *agent, uint8_t what)
{
	static struct agent_about about;
	char text[FILE_SIZE];
	int r;

	switch (what % 4) {
	case 0:
		check_keys(agent);
		break;
	case 1:
		memset(text, 'x', sizeof(text));
		r = agent_file_read(agent, "C:\\a \"file\"", text, sizeof(text));
		if (r >= (int)sizeof(text) || (r >= 0 && text[r] != '\0'))
			abort();
		break;
	case 2:
		(void)agent_about(agent, &about);
		if (strnlen(about.version, sizeof(about.version)) == sizeof(about.version))
			abort();
		break;
	case 3:
		if (agent_authorize(agent, "\"root\\", "ssh-ed25519 AAAA you@there") > 0)
			abort();
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	/* A serial port is not probed, so a question is the first that comes. */
	struct endpoint endpoint = {.kind = ENDPOINT_UNIX, .is_serial = true};
	struct agent_options options = {.deadline = deadline_after_ms(DEADLINE_MS),
		.drain_ms = DEADLINE_MS,
		.takes_refusals = true};
	struct peer peer = {-1, bytes + (len > 0), bytes + len};
	struct timeval patience = {.tv_usec = PATIENCE_US};
	static struct agent agent;
	pthread_t thread;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	peer.fd = fds[1];
	if (setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		abort();
	if (pthread_create(&thread, NULL, answer, &peer) != 0)
		abort();
	agent_init(&agent, fds[0], &endpoint, &options);
	ask(&agent, len > 0 ? bytes[0] : 0);
	agent_done(&agent);
	pthread_join(thread, NULL);
	close(fds[1]);
	return 0;
}
