/* SPDX-License-Identifier: MIT */
/* give_socket PATH FD PROGRAM ARGUMENT...: starts a program with a listening socket as that
 * descriptor, as libvirt starts QEMU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc < 4 || strlen(argv[1]) >= sizeof(name.sun_path)) {
		fputs("usage: give_socket PATH FD PROGRAM ARGUMENT...\n", stderr);
		return 2;
	}
	strcpy(name.sun_path, argv[1]);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, 1) < 0 ||
		dup2(fd, atoi(argv[2])) < 0) {
		perror("give_socket");
		return 1;
	}
	close(fd);
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
