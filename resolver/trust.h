/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_TRUST_H
#define QEMUVM_TRUST_H

#include <stdbool.h>
#include <sys/types.h>

#include "config.h"

/*
 * Whose virtual machines count.
 *
 * A name must lead only to a VM of somebody who could as well have sent the caller astray in
 * another way: root, the caller, and the users whom root named in the configuration. In a set-uid
 * program the caller is not trusted, since he chose its surroundings.
 *
 * Who listens on a socket is told by the kernel (SO_PEERCRED, unix(7)), whatever the path's owner.
 * But whose the socket is says nothing of which socket it is: a symbolic link that a stranger put
 * into /tmp would lead one trusted VM's name to another's. So no link is followed in a directory
 * that strangers can write.
 */

#define TRUST_UIDS_MAX (CONFIG_USERS_MAX + 2)

struct trust {
	uid_t uids[TRUST_UIDS_MAX];
	unsigned int count;
};

/* The users whose VMs count for this process, now (geteuid()). */
void trust_init(const struct config *config, struct trust *ret_trust);

bool trust_has_uid(const struct trust *trust, uid_t uid);

/*
 * Opens the file that path names (O_PATH), walking its directories one by one: a symbolic link is
 * followed only where its directory belongs to a trusted user and nobody else can write there. A
 * descriptor for the caller to close; -ENOENT, -EACCES (no right to search), -ELOOP (a link that
 * does not count, or more than 16), -ENAMETOOLONG.
 */
int trust_open_path(const struct trust *trust, const char *path);

#endif
