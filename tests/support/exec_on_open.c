/* SPDX-License-Identifier: MIT */
/*
 * exec_on_open [ARGUMENT...]: becomes another program, EXEC_PROGRAM, with the same arguments, as
 * soon as anybody opens the file EXEC_WHEN_OPENED: between one look at this process and the next.
 * Without EXEC_WHEN_OPENED, after EXEC_AFTER_US microseconds. Prints "ready".
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *program = getenv("EXEC_PROGRAM"), *path = getenv("EXEC_WHEN_OPENED");
	const char *after = getenv("EXEC_AFTER_US");
	int fd = inotify_init1(IN_CLOEXEC);
	char event[2048];

	(void)argc;
	if (program == NULL || fd < 0 ||
		(path != NULL && inotify_add_watch(fd, path, IN_OPEN) < 0)) {
		perror("exec_on_open");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	if (path == NULL)
		usleep(after == NULL ? 0 : (useconds_t)atoi(after));
	else if (read(fd, event, sizeof(event)) < 0)
		return 1;
	execv(program, argv);
	perror(program);
	return 127;
}
