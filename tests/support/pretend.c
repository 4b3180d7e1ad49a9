/* SPDX-License-Identifier: MIT */
/*
 * pretend [ARGUMENT...]: does nothing but wait, under whatever name and arguments it was started.
 * Installed set-uid it is such a program as anybody may start; under a name that ends in "-whole"
 * it gives up what it knows of its starter, as some do.
 */
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* The name of the file, which the starter did not choose, unlike argv[0]. */
static int is_whole(void)
{
	const char *path = (const char *)getauxval(AT_EXECFN);
	size_t len = strlen(path);

	return len > 6 && strcmp(path + len - 6, "-whole") == 0;
}

int main(void)
{
	if (is_whole() && setresuid(geteuid(), geteuid(), geteuid()) < 0) {
		perror("setresuid");
		return 1;
	}
	pause();
	return 0;
}
