/* SPDX-License-Identifier: MIT */
/*
 * Preloaded, stands in for AF_VSOCK on a kernel that has no way to a guest: a connection to the
 * guest of VSOCK_CID becomes one to 127.0.0.1, with VSOCK_PORT in place of port 22; no other guest
 * is there.
 */
/* With _GNU_SOURCE connect() would take a union of pointers. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

static long number(const char *name)
{
	const char *text = getenv(name);

	return text != NULL ? strtol(text, NULL, 10) : 0;
}

int socket(int domain, int type, int protocol)
{
	return (int)syscall(SYS_socket, domain == AF_VSOCK ? AF_INET : domain, type, protocol);
}

int connect(int fd, const struct sockaddr *name, socklen_t len)
{
	struct sockaddr_in host = {.sin_family = AF_INET,
		.sin_port = htons((in_port_t)number("VSOCK_PORT")),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_vm guest;

	if (name->sa_family != AF_VSOCK)
		return (int)syscall(SYS_connect, fd, name, len);
	memcpy(&guest, name, sizeof(guest));
	if (guest.svm_cid != (unsigned int)number("VSOCK_CID") || guest.svm_port != 22) {
		errno = ENODEV;
		return -1;
	}
	return (int)syscall(SYS_connect, fd, &host, sizeof(host));
}
