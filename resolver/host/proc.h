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

/* How a process looks. */
enum proc_kind {
	PROC_OTHER,
	PROC_QEMU,   /* its executable is a QEMU system emulator */
	PROC_HIDDEN, /* its executable cannot be seen by the caller */
};

/*
 * A walk over all processes, each seen with as few system calls as tell it apart. Nothing is read
 * that the process can hold up for ever: its command line is (it takes the lock of its memory), so
 * it is read only by proc_walk_cmdline(), which the caller calls once it trusts the owner.
 */
struct proc_walk {
	void *directory; /* DIR * */
	int directory_fd;
	uid_t caller; /* our own effective user */
	pid_t pid;
	enum proc_kind kind; /* PROC_QEMU or PROC_HIDDEN */
	uid_t owner;         /* its effective user */
	char *text;          /* of command lines; serves again */
	size_t size;
};

/* root is PROC_ROOT, but for tests, which must not see the processes of the machine that they run
 * on. 0, -ESRCH (no /proc), -EMFILE, -ENFILE, -ENOMEM. */
int proc_walk_begin(struct proc_walk *walk, const char *root);
/* 1: the next process that may be a QEMU. 0: no more. Threads, and processes that vanish meanwhile,
 * are passed over. Or -EIO and the like, if the list itself cannot be read. */
int proc_walk_next(struct proc_walk *walk);
/* Goes to a process that was seen before: 1 if it is there and may be a QEMU, else 0. */
int proc_walk_seek(struct proc_walk *walk, pid_t pid);
/*
 * The command line of the current process: arguments parted by NULs, with a NUL behind the last
 * one. The text is the walk's, until the next call. Its length; 0 if it cannot be read, or if the
 * executable is hidden and the arguments do not say that it is a QEMU; -ENOMEM, -EMFILE, -ENFILE, -EIO.
 */
int proc_walk_cmdline(struct proc_walk *walk, const char **ret_cmdline);
/* Does the name of the current process's main thread begin with that? It is read without waiting. */
bool proc_walk_has_comm(struct proc_walk *walk, const char *beginning);
void proc_walk_end(struct proc_walk *walk);

/* What a process is that is open. */
enum proc_kind proc_kind(int proc_fd);

/* Who runs an open process: the owner of its directory, which is its effective user whatever the
 * process does. 0 or a negative errno. */
int proc_owner(int proc_fd, uid_t *ret_owner);

/* What proc(5) has in status. */
struct proc_status {
	uid_t uids[4];           /* real, effective, saved, file system */
	bool has_pid_namespace; /* one of its own, below the caller's */
};
int proc_status(int proc_fd, struct proc_status *ret_status);

/* Are there users who have no number in the user namespace of the caller? */
bool proc_has_unmapped_users(void);

/* Has it a user namespace of its own? False if that cannot be seen. */
bool proc_has_user_namespace(int proc_fd);

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

/*
 * Is the path that of a QEMU system emulator, by its last part: qemu-system-*, qemu-kvm, kvm,
 * NixOS's .qemu-system-*-wrapped; a closing " (deleted)" (proc(5)) is left out of account.
 */
bool proc_path_is_qemu(const char *path);

#endif
