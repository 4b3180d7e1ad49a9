/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_TURN_H
#define QEMUVM_TURN_H

#include <stdint.h>

/*
 * Processes of one user that would ask the same VM at the same time take turns: each VM's turn is a
 * byte of the file "turns" in the runtime directory, and who has it holds a lock on that byte.
 *
 * The lock belongs to the open file (F_OFD_SETLK, fcntl_locking(2)), not to the process, so that
 * threads exclude each other, too, and a stranger's close() of the file gives nothing away. The
 * kernel ends it with the holder. A child that was forked meanwhile shares it: so it is given back
 * by word, not by closing alone. Nobody waits in the kernel; who waits tries again.
 */

/* Opens the file, for the caller to close; or a negative errno. */
int turn_open(int directory_fd);

/* 0: the turn is ours. -EAGAIN: another's. Any other error: there are no turns here. */
int turn_take(int turns_fd, uint64_t key);
void turn_give_back(int turns_fd, uint64_t key);

#endif
