/* SPDX-License-Identifier: MIT */
/*
 * agent_exchange MODULE NAME SOCKET [ROUNDS PAUSE_MS]: a look-up through the agent against a bare
 * exchange of the same bytes with the same agent, in turns, each after a pause. Prints
 * microseconds: "bare MEDIAN LEAST GREATEST", "look-up ...", "beyond ..." (the difference, round by
 * round).
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

#define ROUNDS_MAX 201
#define REPLY_MAX  65536

static const char request[] =
	"\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":4611686018427387903}}\n"
	"{\"execute\":\"guest-network-get-interfaces\",\"id\":\"4611686018427387903\"}\n";

static int connect_to(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&name, sizeof(name)) < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

/* Ends with the line that holds our id as a member: the reply to the question. */
static int is_complete(const char *reply, size_t len)
{
	const char *member = memmem(reply, len, "\"id\":", 5);

	return member != NULL && reply[len - 1] == '\n';
}

static double bare_exchange(const char *path)
{
	static char reply[REPLY_MAX];
	double begin = bench_now_ns();
	int fd = connect_to(path);
	size_t len = 0;

	if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) != sizeof(request) - 1)
		exit(1);
	do {
		ssize_t got = recv(fd, reply + len, sizeof(reply) - len, 0);

		if (got <= 0) {
			fprintf(stderr, "%s: no reply\n", path);
			exit(1);
		}
		len += (size_t)got;
	} while (!is_complete(reply, len));
	close(fd);
	return (bench_now_ns() - begin) / 1e3;
}

static double look_up(bench_look_up *module, const char *name)
{
	double begin = bench_now_ns();
	enum nss_status status = bench_call(module, name);
	double us = (bench_now_ns() - begin) / 1e3;

	if (status != NSS_STATUS_SUCCESS) {
		fprintf(stderr, "%s: no address (status %d)\n", name, (int)status);
		exit(1);
	}
	return us;
}

static void print_row(const char *row, double *us, int rounds)
{
	double median = bench_median(us, (size_t)rounds);

	printf("%s %.1f %.1f %.1f\n", row, median, us[0], us[rounds - 1]);
}

static void rest(int ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&time, NULL);
}

int main(int argc, char **argv)
{
	static double bare[ROUNDS_MAX], whole[ROUNDS_MAX], beyond[ROUNDS_MAX];
	int rounds = argc == 6 ? atoi(argv[4]) : ROUNDS_MAX;
	int pause_ms = argc == 6 ? atoi(argv[5]) : 0;
	bench_look_up *module;

	if ((argc != 4 && argc != 6) || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: agent_exchange MODULE NAME SOCKET [ROUNDS PAUSE_MS]\n");
		return 2;
	}
	module = bench_load(argv[1]);
	bare_exchange(argv[3]);
	look_up(module, argv[2]);
	for (int i = 0; i < rounds; i++) {
		rest(pause_ms);
		bare[i] = bare_exchange(argv[3]);
		rest(pause_ms);
		whole[i] = look_up(module, argv[2]);
		beyond[i] = whole[i] - bare[i];
	}
	print_row("bare", bare, rounds);
	print_row("look-up", whole, rounds);
	print_row("beyond", beyond, rounds);
	return 0;
}
