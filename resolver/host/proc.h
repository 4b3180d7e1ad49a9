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

/* Processes of one machine that are looked at: Linux's own limit (PID_MAX_LIMIT). */
#define PROC_PIDS_MAX 4194304

#define PROC_ROOT "/proc"

/* How a process looks before it is opened. */
enum proc_kind {
	PROC_OTHER,
	PROC_QEMU,      /* its executable is a QEMU system emulator */
	PROC_SAYS_QEMU, /* its executable cannot be seen, and it was started under such a name */
};

/* A QEMU as a walk over all processes meets it. */
struct proc_qemu {
	pid_t pid;
	const char *cmdline; /* as proc_cmdline() gives it; the walk's */
	size_t len;
};

/*
 * Calls visit() for each process below root that is a QEMU or says so; another value than 0 ends
 * the walk and is returned. root is PROC_ROOT, but for tests, which must not see the processes of
 * the machine that they run on. Threads, and processes that vanish meanwhile, are passed over; one
 * whose command line cannot be read has a length of 0. -ESRCH: no /proc. -EMFILE, -ENFILE, -ENOMEM.
 */
int proc_each_qemu(
	const char *root, int (*visit)(void *context, const struct proc_qemu *qemu), void *context);

/* What a process is that is open. */
enum proc_kind proc_kind(int proc_fd);

/* Its real, effective and saved user (proc(5), status). 0 or a negative errno. */
int proc_uids(int proc_fd, uid_t ret_uids[static 3]);

/* Its control groups as proc(5) has them, a line each: text is cut at size. 0 or a negative errno.
 */
int proc_cgroup(int proc_fd, char *ret_text, size_t size);

/* Its working directory, as it sees it itself. 0, -EACCES, -ENAMETOOLONG, -ENOENT (removed). */
int proc_cwd(int proc_fd, char *ret_path, size_t size);

/* Does it see another file system than the caller: a mount namespace or root directory of its own
 * (containers, snaps, services with a private /tmp)? false where that cannot be seen. */
bool proc_has_other_root(int proc_fd);

/* Has it the caller's network, so that a port of its loopback is one of ours? false where that
 * cannot be seen. */
bool proc_shares_network(int proc_fd);

/*
 * The path that the listening Unix socket behind its descriptor fd is bound to, as
 * /proc/PID/net/unix shows it: an abstract name begins with '@'. Its length, or -ENOENT, -EACCES.
 */
int proc_socket_path(int proc_fd, int fd, char *ret_path, size_t size);

/* When it was started: clock ticks since boot (proc(5), stat field 22). 0 or a negative errno. */
int proc_start_time(int proc_fd, uint64_t *ret_ticks);

/* The same of a process that is not open, with the owner of its files in /proc. 0, -ESRCH
 * (also of a zombie), or another negative errno. */
int proc_birth(pid_t pid, uint64_t *ret_ticks, uid_t *ret_owner);

/*
 * The command line: arguments parted by NULs, with a NUL behind the last one in any case. The
 * buffer is the caller's, to be freed; its size is what was read, at most PROC_CMDLINE_MAX. 0,
 * -E2BIG (longer), -ENODATA (empty: a kernel thread or a zombie), -ENOMEM, -ESRCH.
 */
int proc_cmdline(int proc_fd, char **ret_cmdline, size_t *ret_len);

/* The beginning of the command line, cut at size: the name that it was started under. Its length,
 * or -ENODATA, -ESRCH, as proc_cmdline(). */
int proc_program(int proc_fd, char *ret_name, size_t size);

/* The executable, as the caller sees it. 0, -EACCES (another user's process) and the like. */
int proc_exe(int proc_fd, char *ret_path, size_t size);

/*
 * Is the path that of a QEMU system emulator, by its last part: qemu-system-*, qemu-kvm, kvm,
 * NixOS's .qemu-system-*-wrapped; a closing " (deleted)" (proc(5)) is left out of account.
 */
bool proc_path_is_qemu(const char *path);

#endif
