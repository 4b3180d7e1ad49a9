/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RUNTIME_H
#define QEMUVM_RUNTIME_H

#include <sys/types.h>

/*
 * The directory in which one user's processes leave files for each other: /run/qemuvm/cache of
 * root, /run/user/UID/qemuvm of anybody else. Both are on a file system that ends with the boot.
 *
 * It is used only if it is a directory (no symbolic link) of that user with mode 0700, which is
 * checked on its descriptor. A set-uid program has none. uid is the caller's geteuid().
 */
#define RUNTIME_DIRECTORY "/run/qemuvm"

/* A descriptor (O_PATH) of it for the caller to close: to read files that are checked themselves.
 * -ENOENT, -EPERM (not as above), or what open(2) said. */
int runtime_open(uid_t uid);

/*
 * The same to write into it: the directory above must be the user's (root's), and nobody else may
 * be able to write that one, or he could put another of the user's directories here. A missing
 * directory is made.
 */
int runtime_make(uid_t uid);

/* Its path, for a person. Returns path. */
#define RUNTIME_PATH_SIZE 64
const char *runtime_path(uid_t uid, char path[static RUNTIME_PATH_SIZE]);

#endif
