/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CACHE_LOCK_H
#define QEMUVM_CACHE_LOCK_H

/*
 * One process of a user at a time asks a VM: each VM has a byte of a file in the runtime directory,
 * at a place drawn from the name of its own file there, and the process that asks locks that byte.
 *
 * The lock belongs to the open file (F_OFD_SETLK, fcntl_locking(2)), not to the process, so that
 * threads exclude each other, too, and a stranger's close() of the file releases nothing. The
 * kernel releases it with its holder. A child that was forked meanwhile shares it: so it is
 * released explicitly, not only by closing. Nobody waits in the kernel: a process that waits tries
 * again.
 */

/* Opens the file, for the caller to close; or a negative errno. */
int cache_lock_open(int directory_fd);

/* 0: locked. -EAGAIN: another holds it. Any other error: locks do not work here. */
int cache_lock_try(int locks_fd, const char *file);
void cache_lock_release(int locks_fd, const char *file);

#endif
