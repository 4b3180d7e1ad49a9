/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_BENCH_H
#define QEMUVM_BENCH_H

#include <dlfcn.h>
#include <netdb.h>
#include <nss.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * What the measuring programs share. Figures are medians of rounds that take turns, so that a
 * machine whose speed drifts slows down both sides of a ratio.
 */

#define BENCH_ROUNDS 41

/* As glibc declares it in <nss.h> for a module of any name. */
typedef enum nss_status bench_look_up(const char *name, struct gaih_addrtuple **pat, char *buffer,
	size_t buflen, int *errnop, int *h_errnop, int32_t *ttlp);

static inline double bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline int bench_compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Sorts the values, so that [0] is the least and [count / 2] the median. */
static inline double bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), bench_compare);
	return values[count / 2];
}

/* The module's gethostbyname4_r; ends the program where there is none. path:
 * ".../libnss_NAME.so.2". */
static inline bench_look_up *bench_load(const char *path)
{
	const char *file = strrchr(path, '/');
	char symbol[128];
	void *module = dlopen(path, RTLD_NOW);
	bench_look_up *look_up = NULL;

	file = file == NULL ? path : file + 1;
	if (module != NULL && strncmp(file, "libnss_", 7) == 0) {
		snprintf(symbol, sizeof(symbol), "_nss_%.*s_gethostbyname4_r",
			(int)strcspn(file + 7, "."), file + 7);
		*(void **)&look_up = dlsym(module, symbol);
	}
	if (look_up == NULL) {
		fprintf(stderr, "%s: no gethostbyname4_r: %s\n", path, dlerror());
		exit(1);
	}
	return look_up;
}

static inline enum nss_status bench_call(bench_look_up *look_up, const char *name)
{
	struct gaih_addrtuple *tuples = NULL;
	char buffer[1024];
	int error = 0, h_error = 0;
	int32_t ttl;

	return look_up(name, &tuples, buffer, sizeof(buffer), &error, &h_error, &ttl);
}

#endif
