/* SPDX-License-Identifier: MIT */
/*
 * look_up_chaos SECONDS VMS THREADS: looks up vm1.vm to vmVMS.vm at random, of which each may or
 * may not run, and has one address of its own if it does. Prints how many lookups there were, how
 * many found, how many led to another VM's address, how many took longer than the budget (1 s) and
 * 50 ms, the slowest, by how much this machine is late by itself, and the descriptors left open.
 */
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int __nss_configure_lookup(const char *database, const char *services);

#define BUDGET_MS   1050
#define NAP_MS      10
#define THREADS_MAX 64

static atomic_long lookups, found, wrong, slow, slowest_ms, noise_ms;
static int64_t end_ms;
static int vms;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void raise_to(atomic_long *most, long value)
{
	long before = atomic_load(most);

	while (value > before && !atomic_compare_exchange_weak(most, &before, value))
		continue;
}

/* tests/hostile/chaos.sh gives the same to the guest. */
static void address_of(int vm, char text[static NI_MAXHOST])
{
	snprintf(text, NI_MAXHOST, "10.199.%d.%d", 100 + vm / 100, 100 + vm % 100);
}

static void check(int vm, const struct addrinfo *list)
{
	char wanted[NI_MAXHOST], got[NI_MAXHOST];

	address_of(vm, wanted);
	for (; list != NULL; list = list->ai_next) {
		getnameinfo(
			list->ai_addr, list->ai_addrlen, got, sizeof(got), NULL, 0, NI_NUMERICHOST);
		if (strcmp(got, wanted) != 0) {
			atomic_fetch_add(&wrong, 1);
			fprintf(stderr, "vm%d: %s\n", vm, got);
		}
	}
}

static void look_up(int vm)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	int64_t begin = now_ms();
	char name[32];
	long took;
	int code;

	snprintf(name, sizeof(name), "vm%d.vm", vm);
	code = getaddrinfo(name, NULL, &hints, &list);
	took = now_ms() - begin;
	atomic_fetch_add(&lookups, 1);
	raise_to(&slowest_ms, took);
	if (took > BUDGET_MS + atomic_load(&noise_ms))
		atomic_fetch_add(&slow, 1);
	if (code != 0)
		return;
	atomic_fetch_add(&found, 1);
	check(vm, list);
	freeaddrinfo(list);
}

static void *look_up_at_random(void *seed)
{
	unsigned int state = (unsigned int)(uintptr_t)seed;

	while (now_ms() < end_ms)
		look_up(1 + rand_r(&state) % vms);
	return NULL;
}

static void *measure_noise(void *context)
{
	while (now_ms() < end_ms) {
		int64_t begin = now_ms();

		usleep(NAP_MS * 1000);
		raise_to(&noise_ms, now_ms() - begin - NAP_MS);
	}
	return context;
}

static int count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX], noise;
	int before, count = argc == 4 ? atoi(argv[3]) : 0;

	if (count < 1 || count > THREADS_MAX || (vms = atoi(argv[2])) < 1) {
		fputs("usage: look_up_chaos SECONDS VMS THREADS\n", stderr);
		return 2;
	}
	__nss_configure_lookup("hosts", "qemuvm [!UNAVAIL=return] files");
	look_up(1);
	before = count_descriptors();
	end_ms = now_ms() + 1000LL * atoi(argv[1]);
	pthread_create(&noise, NULL, measure_noise, NULL);
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, look_up_at_random, (void *)(uintptr_t)(i + 1));
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_join(noise, NULL);
	printf("lookups %ld found %ld wrong %ld slow %ld slowest %ld noise %ld descriptors %+d\n",
		lookups, found, wrong, slow, slowest_ms, noise_ms, count_descriptors() - before);
	return 0;
}
