/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CONNECT_H
#define QEMUVM_CONNECT_H

#include "agent/agent.h"
#include "config/trust.h"
#include "qemu/vm.h"

/*
 * Opens a connection to a socket that QEMU offers (its agent's, a monitor's). A path is walked as
 * trust_open_path() does, and the socket that was found there is the one that is connected to:
 * nobody can put another in its place in between.
 *
 * A descriptor, CLOEXEC and non-blocking, for the caller to close. A TCP connection may still be
 * under way (connect(2), EINPROGRESS). -EAGAIN: a Unix socket's backlog is full; try again, since
 * poll cannot tell when. -ENOENT, -EACCES, -ELOOP, -ECONNREFUSED (nobody listens any more),
 * -ENOTSOCK, -EMFILE and the like.
 */
int connect_endpoint(struct trust *trust, const struct endpoint *endpoint);

/* Who listens on the Unix socket that fd is connected to: SO_PEERCRED (unix(7)). QEMU calls
 * listen() itself, also on a descriptor that it was given (io/channel-socket.c), so it is the QEMU
 * process. 0 or a negative errno. */
int connect_peer(int fd, struct agent_peer *ret_peer);

#endif
