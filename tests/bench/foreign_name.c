/* SPDX-License-Identifier: MIT */
/*
 * foreign_name NAME MODULE CALLS [MODULE CALLS]...: nanoseconds of one call for a name that is
 * none of the module's, a line for each module: median, least, greatest.
 */
#include "bench.h"

#define MODULES_MAX 8

struct subject {
	const char *path;
	bench_look_up *look_up;
	long calls;
	double ns[BENCH_ROUNDS];
};

static double measure(const struct subject *subject, const char *name)
{
	double begin = bench_now_ns();

	for (long i = 0; i < subject->calls; i++)
		bench_call(subject->look_up, name);
	return (bench_now_ns() - begin) / (double)subject->calls;
}

int main(int argc, char **argv)
{
	static struct subject subjects[MODULES_MAX];
	int count = (argc - 2) / 2;

	if (argc < 4 || count > MODULES_MAX) {
		fprintf(stderr, "usage: foreign_name NAME MODULE CALLS [MODULE CALLS]...\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		subjects[i].path = argv[2 + 2 * i];
		subjects[i].calls = strtol(argv[3 + 2 * i], NULL, 10);
		subjects[i].look_up = bench_load(subjects[i].path);
	}
	for (int round = 0; round < BENCH_ROUNDS; round++)
		for (int i = 0; i < count; i++)
			subjects[i].ns[round] = measure(&subjects[i], argv[1]);
	for (int i = 0; i < count; i++) {
		double median = bench_median(subjects[i].ns, BENCH_ROUNDS);

		printf("%s %.1f %.1f %.1f\n", subjects[i].path, median, subjects[i].ns[0],
			subjects[i].ns[BENCH_ROUNDS - 1]);
	}
	return 0;
}
