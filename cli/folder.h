/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_FOLDER_H
#define QEMUVM_FOLDER_H

#include <sys/types.h>

/*
 * Makes a folder and the folders above it, unless they exist. The folder itself gets exactly that
 * mode, the others 0755, whatever the umask is. One that exists stays as it is. 0 or a negative
 * errno (-ENOTDIR, -EACCES, ...).
 */
int folder_make(const char *path, mode_t mode);

#endif
