/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_FILE_H
#define QEMUVM_FILE_H

#include <stddef.h>

/*
 * A regular file's whole text, from its beginning wherever the descriptor stands, with a NUL behind
 * it. The buffer, the caller's to free, grows with what is read, never with what the file claims to
 * be; and nothing is mapped, since a file that is cut meanwhile would kill the reader.
 * 0, -EFBIG (longer than max), -ENOMEM, or what read(2) said.
 */
int file_read(int fd, size_t max, char **ret_text, size_t *ret_len);

/* The same of the file at a path: -EINVAL where it is no regular file, or longer than max; or what
 * open(2) said. */
int file_read_path(const char *path, size_t max, char **ret_text, size_t *ret_len);

#endif
