/* SPDX-License-Identifier: MIT */
/*
 * look_up_each LABEL MODULE NAME CONFIG [...]: microseconds of a look-up through each module with
 * that configuration, taking turns; a line for each: label, median, the most memory in KiB that was
 * allocated at a time, and the least and greatest time. What the look-up finds is not looked at.
 */
#include <malloc.h>

#include "bench.h"

#define SUBJECTS_MAX 8

/* What stands behind these names in glibc. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

/* In the place of glibc's, for the module as well. */
#define INTERPOSED __attribute__((visibility("default")))

static size_t in_use, most;

static void *note(void *memory)
{
	in_use += malloc_usable_size(memory);
	if (in_use > most)
		most = in_use;
	return memory;
}

INTERPOSED void *malloc(size_t size)
{
	return note(__libc_malloc(size));
}

INTERPOSED void *calloc(size_t count, size_t size)
{
	return note(__libc_calloc(count, size));
}

INTERPOSED void *realloc(void *memory, size_t size)
{
	in_use -= malloc_usable_size(memory);
	return note(__libc_realloc(memory, size));
}

INTERPOSED void free(void *memory)
{
	in_use -= malloc_usable_size(memory);
	__libc_free(memory);
}

struct subject {
	const char *label, *name, *config;
	bench_look_up *look_up;
	double us[BENCH_ROUNDS];
	size_t memory;
};

static void measure(struct subject *subject, int round)
{
	size_t before = in_use;
	double begin;

	setenv("QEMUVM_CONFIG", subject->config, 1);
	most = in_use;
	begin = bench_now_ns();
	bench_call(subject->look_up, subject->name);
	subject->us[round] = (bench_now_ns() - begin) / 1e3;
	if (most - before > subject->memory)
		subject->memory = most - before;
}

int main(int argc, char **argv)
{
	static struct subject subjects[SUBJECTS_MAX];
	int count = (argc - 1) / 4;

	if (count < 1 || count > SUBJECTS_MAX || count * 4 != argc - 1) {
		fputs("usage: look_up_each LABEL MODULE NAME CONFIG [...]\n", stderr);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		char **argument = argv + 1 + 4 * i;

		subjects[i] = (struct subject){.label = argument[0],
			.look_up = bench_load(argument[1]),
			.name = argument[2],
			.config = argument[3]};
	}
	for (int round = 0; round < BENCH_ROUNDS; round++)
		for (int i = 0; i < count; i++)
			measure(&subjects[i], round);
	for (int i = 0; i < count; i++) {
		double median = bench_median(subjects[i].us, BENCH_ROUNDS);

		printf("%s %.0f %zu %.0f %.0f\n", subjects[i].label, median,
			subjects[i].memory / 1024, subjects[i].us[0],
			subjects[i].us[BENCH_ROUNDS - 1]);
	}
	return 0;
}
