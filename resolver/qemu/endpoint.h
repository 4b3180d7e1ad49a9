/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ENDPOINT_H
#define QEMUVM_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"

/*
 * Where a client connects to a socket that QEMU offers: its agent's, a monitor's.
 */

/* More than a socket's path can have, since a relative one gets QEMU's working directory before it.
 */
#define ENDPOINT_PATH_SIZE 512
/* Of struct sockaddr_un (unix(7)). */
#define ENDPOINT_SUN_PATH_SIZE 108

enum endpoint_kind {
	ENDPOINT_NONE,
	ENDPOINT_UNIX,
	ENDPOINT_TCP,
	ENDPOINT_FD, /* QEMU was given the listening socket: only its descriptor is known */
};

struct endpoint {
	enum endpoint_kind kind;
	/* The path, absolute in the file system of root_pid (as QEMU's arguments have it, it may be
	 * relative); an abstract name begins with NUL. */
	char path[ENDPOINT_PATH_SIZE];
	uint16_t path_len; /* of path, without a closing NUL */
	pid_t root_pid;    /* the path begins at the root directory of this process; 0: at ours */
	struct address host;
	uint16_t port;
	int fd;         /* of ENDPOINT_FD, in QEMU's process */
	bool is_serial; /* the agent is on an isa-serial port, whose end is always open */
};

/* "/run/qemuvm/web.qga", "@abstract", "127.0.0.1:4444", or "" if there is none. Returns text. */
const char *endpoint_format(const struct endpoint *endpoint, char text[static ENDPOINT_PATH_SIZE]);

/* Sets a Unix endpoint. 0 or -ENAMETOOLONG. */
int endpoint_set_path(struct endpoint *endpoint, const char *path);

#endif
