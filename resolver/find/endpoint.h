/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ENDPOINT_H
#define QEMUVM_ENDPOINT_H

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
int endpoint_connect(struct trust *trust, const struct vm_endpoint *endpoint);

#endif
