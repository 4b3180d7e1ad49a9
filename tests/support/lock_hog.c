/* SPDX-License-Identifier: MIT */
/*
 * lock_hog [ARGUMENT...]: 400 threads change the protection of a gigabyte of pages, over and over,
 * so that the lock on the memory of this process is never free for long: whoever reads its command
 * line (/proc/PID/cmdline) waits in the same queue. Its name and arguments are not read. Prints
 * "ready".
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE    ((size_t)1 << 30)
#define THREADS 400
/* A test that dies leaves the machine alone again. */
#define LIFE_SECONDS 30

static char *memory;
/* A thread that is created needs the lock as well. */
static pthread_barrier_t all_are_there;

static void *change_protection(void *context)
{
	pthread_barrier_wait(&all_are_there);
	for (;;) {
		mprotect(memory, SIZE, PROT_READ);
		mprotect(memory, SIZE, PROT_READ | PROT_WRITE);
	}
	return context;
}

int main(void)
{
	pthread_attr_t attributes;

	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	/* Small pages of which there are some are what takes time. */
	madvise(memory, SIZE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < SIZE / 16; i += 4096)
		memory[i] = 1;
	pthread_barrier_init(&all_are_there, NULL, THREADS + 1);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &attributes, change_protection, NULL) != 0) {
			perror("pthread_create");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	pthread_barrier_wait(&all_are_there);
	sleep(LIFE_SECONDS);
	return 0;
}
