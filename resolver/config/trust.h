/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_TRUST_H
#define QEMUVM_TRUST_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"

/*
 * Whose virtual machines are trusted, and which files.
 *
 * A name must lead only to a VM of somebody who could as well have sent the caller astray in
 * another way: root, the caller, and the users whom root named in the configuration. In a set-uid
 * program the caller is not trusted, since he chose its surroundings; with file capabilities alone,
 * which leave his ids as they are, he is.
 *
 * Sockets. The kernel knows who listens (SO_PEERCRED, unix(7)), whatever the path's owner. But the
 * owner of a socket does not prove which socket it is: a symbolic link that a stranger put into
 * /tmp would lead one trusted VM's name to another's. So no link is followed in a directory that
 * strangers can write.
 *
 * Processes. One that runs as root may have anybody's arguments: anybody can start a set-uid
 * program under the name "qemu-system-x86_64" with arguments of his choice. While such a program
 * still knows who called it, its real user is his; so all four of its users must be one. And what
 * it executes must be QEMU, which the caller can see of his own processes, and root of all. If
 * it cannot be seen, something that the starter of a set-uid program cannot choose must support
 * the arguments:
 *  - the process listens on the socket that they name (peer credentials);
 *  - its control group, in which every process stays that a login or unit started: systemd puts
 *    what people start below user-UID.slice, and machines and services into slices of their own.
 *    Another user's slice is final, whatever else supports the arguments;
 *  - a file that root wrote names its NIC's MAC (a DHCP server's leases).
 *
 * Files. What root, or a system user in root's service, wrote where nobody else can write.
 */

#define TRUST_UIDS_MAX (CONFIG_USERS_MAX + 2)

struct trust {
	uid_t uids[TRUST_UIDS_MAX];
	unsigned int count;
	/* The configuration whose users are not looked up yet, or NULL: /etc/passwd is read once,
	 * and only if a uid is not known without it. It must outlive the struct until then. */
	const struct config *unread;
};

/* The users whom this process trusts, now (geteuid()). */
void trust_init(const struct config *config, struct trust *ret_trust);

bool trust_has_uid(struct trust *trust, uid_t uid);

/*
 * What the control groups of a process (proc(5), cgroup: lines of ID:CONTROLLERS:PATH) tell of who
 * started it: 1 somebody trusted, -1 a user who is not, 0 nothing. A login's is below its user's
 * slice. For a trusted starter are libvirt's and Proxmox's machines, and services of the system,
 * but for those that run other people's jobs or containers.
 */
int trust_judge_cgroup(struct trust *trust, const char *text);

/*
 * Opens the file that path names (O_PATH), walking its directories one by one: a symbolic link is
 * followed only if its directory belongs to a trusted user and nobody else can write there. A
 * descriptor for the caller to close; -ENOENT, -EACCES (no right to search), -ELOOP (a link that
 * is not followed, or more than 16), -ENAMETOOLONG. root_fd is the directory at which absolute
 * paths begin, or -1 for the caller's own.
 */
int trust_open_path(struct trust *trust, int root_fd, const char *path);

/* Opens a regular file for reading if it belongs to a trusted user and nobody else can write it:
 * it still holds what QEMU read at its start. Errors of trust_open_path(), -EPERM, -EINVAL (no
 * regular file). */
int trust_open_users_file(struct trust *trust, int root_fd, const char *path);

/*
 * Opens a regular file of root's or a system user's for reading, if nobody else can write it or any
 * directory above it. System users are those below 1,000 (login.defs(5), SYS_UID_MAX). Errors of
 * trust_open_path(), -EPERM (it is not such a file), -EINVAL (no regular file).
 */
int trust_open_system_file(const char *path);

#endif
