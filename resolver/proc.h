/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PROC_H
#define QEMUVM_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * One process as /proc shows it. It is opened once and read through that descriptor, so that all
 * answers are of the same process: a pid that is used again meanwhile gives -ESRCH.
 */

/* The longest command line that is read: room for QEMU with 4,000 arguments. */
#define PROC_CMDLINE_MAX ((size_t)512 * 1024)

/* A descriptor of /proc/PID, to be closed by the caller; or -ESRCH (no such process, or no /proc,
 * or hidden by hidepid), or another negative errno. */
int proc_open(pid_t pid);

/* When it was started: clock ticks since boot (proc(5), stat field 22). 0 or a negative errno. */
int proc_start_time(int proc_fd, uint64_t *ret_ticks);

/*
 * The command line: arguments parted by NULs, with a NUL behind the last one in any case. The
 * buffer is the caller's, to be freed; its size is what was read, at most PROC_CMDLINE_MAX. 0,
 * -E2BIG (longer), -ENODATA (empty: a kernel thread or a zombie), -ENOMEM, -ESRCH.
 */
int proc_cmdline(int proc_fd, char **ret_cmdline, size_t *ret_len);

/* The executable, as the caller sees it. 0, -EACCES (another user's process) and the like. */
int proc_exe(int proc_fd, char *ret_path, size_t size);

/*
 * Is the path that of a QEMU system emulator, by its last part: qemu-system-*, qemu-kvm, kvm,
 * NixOS's .qemu-system-*-wrapped; a closing " (deleted)" (proc(5)) is left out of account.
 */
bool proc_path_is_qemu(const char *path);

#endif
