/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo_each SERVICES NAME: microseconds of getaddrinfo() with that hosts line, median, least
 * and greatest. One line to a process: glibc keeps what it has loaded.
 */
#include "bench.h"

#define CALLS 50

int __nss_configure_lookup(const char *database, const char *services);

static void look_up(const char *name)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;

	if (getaddrinfo(name, NULL, &hints, &found) == 0)
		freeaddrinfo(found);
}

int main(int argc, char **argv)
{
	static double us[BENCH_ROUNDS];
	double median;

	if (argc != 3 || __nss_configure_lookup("hosts", argv[1]) != 0) {
		fputs("usage: getaddrinfo_each SERVICES NAME\n", stderr);
		return 2;
	}
	look_up(argv[2]);
	for (int round = 0; round < BENCH_ROUNDS; round++) {
		double begin = bench_now_ns();

		for (int i = 0; i < CALLS; i++)
			look_up(argv[2]);
		us[round] = (bench_now_ns() - begin) / 1e3 / CALLS;
	}
	median = bench_median(us, BENCH_ROUNDS);
	printf("%.2f %.2f %.2f\n", median, us[0], us[BENCH_ROUNDS - 1]);
	return 0;
}
