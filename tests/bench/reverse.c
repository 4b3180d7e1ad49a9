/* SPDX-License-Identifier: MIT */
/* reverse MODULE ADDRESS: microseconds of the look-up of the name of an IPv4 address. */
#include <arpa/inet.h>

#include "bench.h"

typedef enum nss_status reverse_look_up(const void *address, socklen_t len, int family,
	struct hostent *host, char *buffer, size_t buflen, int *errnop, int *h_errnop);

int main(int argc, char **argv)
{
	static double us[BENCH_ROUNDS];
	reverse_look_up *look_up = NULL;
	struct in_addr address;
	double median;
	void *module;

	module = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
	if (module != NULL)
		*(void **)&look_up = dlsym(module, "_nss_qemuvm_gethostbyaddr_r");
	if (look_up == NULL || inet_pton(AF_INET, argv[2], &address) != 1) {
		fputs("usage: reverse MODULE ADDRESS\n", stderr);
		return 2;
	}
	for (int round = 0; round < BENCH_ROUNDS; round++) {
		char buffer[1024];
		struct hostent host;
		int error, h_error;
		double begin = bench_now_ns();

		look_up(&address, sizeof(address), AF_INET, &host, buffer, sizeof(buffer), &error,
			&h_error);
		us[round] = (bench_now_ns() - begin) / 1e3;
	}
	median = bench_median(us, BENCH_ROUNDS);
	printf("%.0f %.0f %.0f\n", median, us[0], us[BENCH_ROUNDS - 1]);
	return 0;
}
