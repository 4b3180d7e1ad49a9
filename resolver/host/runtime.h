/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RUNTIME_H
#define QEMUVM_RUNTIME_H

/*
 * The directory in which one user's processes leave each other word: /run/qemuvm/cache of root,
 * /run/user/UID/qemuvm of anybody else. Both are on a file system that ends with the boot.
 *
 * It counts only as what it should be: a directory of the caller's (geteuid()), mode 0700, below
 * one that nobody but its owner (root, or the caller) can write, and no symbolic link. In a set-uid
 * program there is none.
 */
#define RUNTIME_DIRECTORY "/run/qemuvm"

/*
 * A descriptor of it, for the caller to close. Where it is missing and the directory above it is
 * as it should be, it is made. -ENOENT (that one is missing, too), -EPERM (it does not count), or
 * what open(2) and mkdir(2) said.
 */
int runtime_open(void);

/* Where it is, or would be: for a person. Returns path. */
#define RUNTIME_PATH_SIZE 64
const char *runtime_path(char path[static RUNTIME_PATH_SIZE]);

#endif
