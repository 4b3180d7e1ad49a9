/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PUBLIC_KEYS_H
#define QEMUVM_PUBLIC_KEYS_H

#include "agent/host_keys.h"

#define PUBLIC_KEYS_PATH_SIZE 1024

/*
 * Public ssh keys, as ssh-keygen(1) writes them.
 */

/* The person's own: the first file that exists among those that ssh tries by default. 0 or
 * -ENOENT. */
int public_keys_find(char ret_path[static PUBLIC_KEYS_PATH_SIZE]);

/*
 * All keys of a file; empty lines and comments are skipped. If path names a private key, its
 * public file beside it is read. 0, -EBADMSG (a line is no key), -E2BIG (more than HOST_KEYS_MAX),
 * or the error of opening the file. The caller must call host_keys_done() in any case.
 */
int public_keys_read(const char *path, struct host_keys *keys);

#endif
