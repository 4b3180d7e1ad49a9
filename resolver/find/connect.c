/* SPDX-License-Identifier: MIT */
#include "find/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Closes fd and returns r, with the caller's way out in one line. */
static int close_and_return(int fd, int r)
{
	close(fd);
	return r;
}

static int connect_to(int family, const struct sockaddr *name, socklen_t name_len)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	do
		r = connect(fd, name, name_len);
	while (r < 0 && errno == EINTR);
	if (r < 0 && errno != EINPROGRESS)
		return close_and_return(fd, -errno);
	return fd;
}

/* By the descriptor of what was checked; /proc/self would be that of a main thread that may have
 * ended. */
static int connect_to_opened(int path_fd)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct stat status;

	if (fstat(path_fd, &status) < 0)
		return -errno;
	if (!S_ISSOCK(status.st_mode))
		return -ENOTSOCK;
	snprintf(name.sun_path, sizeof(name.sun_path), "/proc/thread-self/fd/%d", path_fd);
	return connect_to(AF_UNIX, (const struct sockaddr *)&name, sizeof(name));
}

/* -1 for our own. */
static int open_root(pid_t pid)
{
	char path[32];
	int fd;

	if (pid == 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int connect_unix(struct trust *trust, const struct endpoint *endpoint)
{
	int root_fd = open_root(endpoint->root_pid);
	int path_fd;

	if (endpoint->root_pid != 0 && root_fd < 0)
		return root_fd;
	path_fd = trust_open_path(trust, root_fd, endpoint->path);
	if (root_fd >= 0)
		close(root_fd);
	if (path_fd < 0)
		return path_fd;
	return close_and_return(path_fd, connect_to_opened(path_fd));
}

static int connect_abstract(const struct endpoint *endpoint)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	memcpy(name.sun_path, endpoint->path, endpoint->path_len);
	return connect_to(AF_UNIX, (const struct sockaddr *)&name,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + endpoint->path_len));
}

static int connect_tcp(const struct endpoint *endpoint)
{
	struct sockaddr_storage name;
	socklen_t name_len = address_to_sockaddr(&endpoint->host, endpoint->port, &name);

	return connect_to(name.ss_family, (const struct sockaddr *)&name, name_len);
}

int connect_endpoint(struct trust *trust, const struct endpoint *endpoint)
{
	switch (endpoint->kind) {
	case ENDPOINT_UNIX:
		if (endpoint->path[0] == '\0')
			return connect_abstract(endpoint);
		return connect_unix(trust, endpoint);
	case ENDPOINT_TCP:
		return connect_tcp(endpoint);
	case ENDPOINT_FD:
	case ENDPOINT_NONE:
		break;
	}
	return -ENOENT;
}

int connect_peer(int fd, struct agent_peer *ret_peer)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
		return -errno;
	*ret_peer = (struct agent_peer){.pid = credentials.pid, .uid = credentials.uid};
	return 0;
}
