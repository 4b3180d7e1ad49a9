/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_FILE_H
#define QEMUVM_LEASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The text of a file that another program rewrites in place, as dnsmasq and libvirt do: it is read
 * into memory, since a mapping of a file that is truncated ends in SIGBUS.
 */
struct lease_file {
	char *text; /* not terminated; the caller's, for free() */
	size_t len;
	bool has_changed; /* while it was read */
	bool is_young;    /* it was written just now: if it is cut, more may come */
};

/* Reads a regular file from its beginning, at most LEASE_FILE_MAX bytes, whatever the descriptor's
 * offset. 0, -EINVAL (no regular file), -ENOMEM, or an errno of fstat(2) or pread(2). */
int lease_file_read(int fd, struct lease_file *ret_file);

/* If the file is being written, waits 2 ms for its writer: true, and the file is to be read once
 * more. is_cut: its text is not whole, by its format. */
bool lease_file_wait_for_writer(const struct lease_file *file, bool is_cut);

#endif
