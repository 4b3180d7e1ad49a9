/* SPDX-License-Identifier: MIT */
/*
 * load_module MODULE...: microseconds of dlopen(RTLD_NOW) in a fresh process, a line for each
 * module: median, least, greatest. Fresh, since a module that is marked nodelete stays.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define MODULES_MAX 8

static void load_and_tell(const char *path, int fd)
{
	double begin = bench_now_ns();
	void *module = dlopen(path, RTLD_NOW);
	double us = (bench_now_ns() - begin) / 1e3;

	_exit(module != NULL && write(fd, &us, sizeof(us)) == sizeof(us) ? 0 : 1);
}

static double measure(const char *path)
{
	int ends[2], status = 1;
	double us = -1;
	pid_t child;

	if (pipe(ends) < 0)
		exit(1);
	child = fork();
	if (child == 0)
		load_and_tell(path, ends[1]);
	if (read(ends[0], &us, sizeof(us)) != sizeof(us))
		us = -1;
	waitpid(child, &status, 0);
	close(ends[0]);
	close(ends[1]);
	if (status != 0) {
		fprintf(stderr, "%s: cannot be loaded\n", path);
		exit(1);
	}
	return us;
}

int main(int argc, char **argv)
{
	static double us[MODULES_MAX][BENCH_ROUNDS];
	int count = argc - 1;

	if (count < 1 || count > MODULES_MAX)
		return 2;
	for (int round = 0; round < BENCH_ROUNDS; round++)
		for (int i = 0; i < count; i++)
			us[i][round] = measure(argv[1 + i]);
	for (int i = 0; i < count; i++) {
		double median = bench_median(us[i], BENCH_ROUNDS);

		printf("%s %.1f %.1f %.1f\n", argv[1 + i], median, us[i][0],
			us[i][BENCH_ROUNDS - 1]);
	}
	return 0;
}
