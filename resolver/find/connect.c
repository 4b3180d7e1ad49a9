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

static int connect_to(const void *name, socklen_t name_len)
{
	int fd = socket(((const struct sockaddr *)name)->sa_family,
		SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	do
		r = connect(fd, name, name_len);
	while (r < 0 && errno == EINTR);
	if (r == 0 || errno == EINPROGRESS)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

/* To what was checked, by its descriptor; /proc/self would be that of a main thread that may have
 * ended. */
static int connect_unix(struct trust *trust, const struct endpoint *endpoint)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int root_fd = -1, path_fd, r;
	struct stat status;
	char root[32];

	if (endpoint->root_pid != 0) {
		snprintf(root, sizeof(root), "/proc/%d/root", (int)endpoint->root_pid);
		root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (root_fd < 0)
			return -errno;
	}
	path_fd = trust_open_path(trust, root_fd, endpoint->path);
	if (root_fd >= 0)
		close(root_fd);
	if (path_fd < 0)
		return path_fd;
	snprintf(name.sun_path, sizeof(name.sun_path), "/proc/thread-self/fd/%d", path_fd);
	if (fstat(path_fd, &status) < 0)
		r = -errno;
	else if (!S_ISSOCK(status.st_mode))
		r = -ENOTSOCK;
	else
		r = connect_to(&name, sizeof(name));
	close(path_fd);
	return r;
}

int connect_endpoint(struct trust *trust, const struct endpoint *endpoint)
{
	struct sockaddr_un abstract = {.sun_family = AF_UNIX};
	struct sockaddr_storage name;
	socklen_t name_len;

	switch (endpoint->kind) {
	case ENDPOINT_UNIX:
		if (endpoint->path[0] != '\0')
			return connect_unix(trust, endpoint);
		memcpy(abstract.sun_path, endpoint->path, endpoint->path_len);
		name_len = offsetof(struct sockaddr_un, sun_path) + endpoint->path_len;
		return connect_to(&abstract, name_len);
	case ENDPOINT_TCP:
		name_len = address_to_sockaddr(&endpoint->host, endpoint->port, &name);
		return connect_to(&name, name_len);
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
