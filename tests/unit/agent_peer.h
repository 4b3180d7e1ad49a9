/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_PEER_H
#define QEMUVM_AGENT_PEER_H

/*
 * A peer for the agent client that says what a test tells it to: a thread at the other end of a
 * socket pair. It reads the request, and in what it says $ID is the request's id.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/agent.h"

#define BUDGET_MS 400
/* How much later than its deadline an exchange may end. */
#define LATE_MS 200
#define STRAY   "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error, stray\"}}\n"
#define SYNC    "\xff{\"return\": $ID}\n"
#define GOOD    "{\"return\": 1, \"id\": \"$ID\"}\n"

struct peer {
	/* What the test says. */
	const char *text; /* after the request; NULL: nothing */
	size_t text_len;
	const char *second_text; /* after another request */
	const char *early_text;  /* before anything */
	size_t times;            /* how often text is said */
	int drip_ms;             /* between its bytes; 0: all at once */
	bool closes;             /* at the end of the text, else when the client does */
	bool is_deaf;            /* never reads */
	int budget_ms;           /* of the client; 0: BUDGET_MS */

	/* What was seen. */
	char request[1024];
	size_t request_len;
	unsigned int pieces; /* of the request, spaces of the probe left out */

	int fd;
	pthread_t thread;
};

struct outcome {
	int r;
	int elapsed_ms;
	char value[64]; /* the text of "return" */
};

static void say(struct peer *peer, const char *text, size_t len)
{
	for (size_t done = 0; done < len;) {
		size_t part = peer->drip_ms > 0 ? 1 : len - done;
		ssize_t sent = send(peer->fd, text + done, part, MSG_NOSIGNAL);

		if (sent < 0)
			return;
		done += (size_t)sent;
		if (peer->drip_ms > 0)
			poll(NULL, 0, peer->drip_ms);
	}
}

static void say_with_id(struct peer *peer, const char *text, size_t len)
{
	const char *end = text + len;
	const char *id = memmem(peer->request, peer->request_len, "\"id\":", 5);
	char *whole = NULL;
	size_t whole_len;
	FILE *stream = open_memstream(&whole, &whole_len);

	for (const char *at = text; at < end;) {
		const char *name = memmem(at, (size_t)(end - at), "$ID", 3);
		const char *stop = name != NULL ? name : end;

		fwrite(at, 1, (size_t)(stop - at), stream);
		if (name != NULL && id != NULL)
			fwrite(id + 5, 1, strspn(id + 5, "0123456789"), stream);
		at = name != NULL ? name + 3 : end;
	}
	fclose(stream);
	say(peer, whole, whole_len);
	free(whole);
}

static unsigned int count_newlines(const struct peer *peer)
{
	unsigned int count = 0;

	for (size_t i = 0; i < peer->request_len; i++)
		count += peer->request[i] == '\n';
	return count;
}

static bool hear_request(struct peer *peer)
{
	peer->request_len = 0;
	memset(peer->request, 0, sizeof(peer->request));
	while (count_newlines(peer) < 2) {
		char *at = peer->request + peer->request_len;
		ssize_t got = recv(peer->fd, at, sizeof(peer->request) - 1 - peer->request_len, 0);

		if (got <= 0)
			return false;
		if ((size_t)got == strspn(at, " "))
			continue;
		peer->pieces++;
		peer->request_len += (size_t)got;
	}
	return true;
}

static void *play(void *context)
{
	struct peer *peer = context;
	struct pollfd client = {.fd = peer->fd, .events = POLLRDHUP};

	if (peer->early_text != NULL)
		say(peer, peer->early_text, strlen(peer->early_text));
	if (!peer->is_deaf && hear_request(peer)) {
		for (size_t i = 0; i < peer->times; i++)
			say_with_id(peer, peer->text, peer->text_len);
		if (peer->second_text != NULL && hear_request(peer))
			say_with_id(peer, peer->second_text, strlen(peer->second_text));
	}
	if (!peer->closes)
		poll(&client, 1, -1);
	close(peer->fd);
	return NULL;
}

static int count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static int start_peer(struct peer *peer, int type)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
	peer->fd = fds[1];
	ck_assert_int_eq(pthread_create(&peer->thread, NULL, play, peer), 0);
	return fds[0];
}

static struct agent_options options_of(int budget_ms)
{
	return (struct agent_options){
		.deadline = deadline_after_ms(budget_ms),
		.drain_ms = budget_ms / 4,
	};
}

static inline void copy_value(const struct agent *agent, char value[static 64])
{
	int node;
	const struct json *json = agent_reply(agent, &node);
	struct text raw = json_raw(json, node);

	snprintf(value, 64, "%.*s", (int)text_len(raw), raw.at);
}

/* One question, from the start to the end of it, on what fd leads to. */
static struct outcome ask(int fd, const struct endpoint *endpoint, int budget_ms)
{
	struct agent_options options = options_of(budget_ms);
	struct outcome outcome = {0};
	int64_t begin = deadline_now_ns();
	struct agent agent;

	agent_init(&agent, fd, endpoint, &options);
	ck_assert_int_eq(agent_ask(&agent, "guest-network-get-interfaces", NULL), 0);
	outcome.r = agent_run(&agent);
	outcome.elapsed_ms = (int)((deadline_now_ns() - begin) / 1000000);
	ck_assert_int_le(outcome.elapsed_ms, budget_ms + LATE_MS);
	ck_assert_uint_le(agent.len, AGENT_BYTES_MAX);
	if (outcome.r == 0)
		copy_value(&agent, outcome.value);
	agent_done(&agent);
	agent_done(&agent);
	return outcome;
}

static const struct endpoint unix_endpoint = {.kind = ENDPOINT_UNIX};

static inline struct outcome exchange(struct peer *peer)
{
	int fds = count_fds();
	int fd = start_peer(peer, SOCK_STREAM);
	struct outcome outcome =
		ask(fd, &unix_endpoint, peer->budget_ms > 0 ? peer->budget_ms : BUDGET_MS);

	pthread_join(peer->thread, NULL);
	ck_assert_int_eq(count_fds(), fds);
	return outcome;
}

static inline struct outcome hear_bytes(const char *text, size_t len, size_t times)
{
	struct peer peer = {.text = text, .text_len = len, .times = times};

	return exchange(&peer);
}

static inline struct outcome hear(const char *text)
{
	return hear_bytes(text, strlen(text), 1);
}

#endif
