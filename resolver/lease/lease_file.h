/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_FILE_H
#define QEMUVM_LEASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The text of a file that another program rewrites in place, as dnsmasq and libvirt do: it is read
 * into memory, since a mapping of a file that is truncated ends in SIGBUS.
 */

/* Can more of the text be expected, by its format? Asked if the file was written just now. */
struct lease_file_format {
	bool (*is_cut)(const void *context, const char *text, size_t len);
	const void *context;
};

/*
 * Reads a regular file from its beginning, at most LEASE_FILE_MAX bytes, wherever the descriptor
 * stands. If it changed meanwhile, or was written just now and is cut, it is read once more after a
 * pause of 2 ms. The text is the caller's, to be given to free(); it is not terminated.
 * 0, -EINVAL (no regular file), -ENOMEM, or an errno of fstat(2) or pread(2).
 */
int lease_file_read(
	int fd, const struct lease_file_format *format, char **ret_text, size_t *ret_len);

#endif
