/* SPDX-License-Identifier: MIT */
/*
 * hold_lock SOCKET [fork]: locks the VM behind a socket, prints "held" and sleeps; with
 * fork a child inherits it, prints "held", and the parent ends without a word.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cache/cache.h"
#include "cache/cache_lock.h"
#include "config/config_file.h"

/* A test that dies leaves no holder behind for long. */
#define LIFE_SECONDS 60

int main(int argc, char **argv)
{
	static struct config config;
	struct cache_place place;
	struct cache cache;
	struct trust trust;
	int locks_fd;

	config_load(&config, NULL);
	trust_init(&config, &trust);
	cache_open(&config, &cache);
	locks_fd = cache_lock_open(cache.directory_fd);
	if (argc < 2 || locks_fd < 0 || cache_place_of_socket(&trust, argv[1], &place) < 0 ||
		cache_lock_try(locks_fd, place.file) < 0) {
		fputs("cannot lock\n", stderr);
		return 1;
	}
	if (argc > 2 && strcmp(argv[2], "fork") == 0 && fork() != 0)
		return 0;
	puts("held");
	fflush(stdout);
	alarm(LIFE_SECONDS);
	pause();
	return 0;
}
