/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PUBLIC_KEYS_H
#define QEMUVM_PUBLIC_KEYS_H

#include "agent/host_keys.h"

#define PUBLIC_KEYS_PATH_SIZE 1024

/*
 * The ssh keys by which a person is let in: the public halves, as ssh-keygen(1) writes them.
 */

/* The person's own, the first that is there of those that ssh tries by default. 0 or -ENOENT. */
int public_keys_find(char ret_path[static PUBLIC_KEYS_PATH_SIZE]);

/*
 * All of a file, of which every line but empty ones and comments must be one; a private key leads
 * to the file beside it. 0, -EBADMSG (a line is none), -E2BIG (more than HOST_KEYS_MAX), or what
 * opening the file gave. *keys is for host_keys_done() in any case.
 */
int public_keys_read(const char *path, struct host_keys *keys);

#endif
