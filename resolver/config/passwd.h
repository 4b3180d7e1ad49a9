/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PASSWD_H
#define QEMUVM_PASSWD_H

#include <sys/types.h>

/*
 * Users of this computer, by a reader of our own: getpw*(3) would call NSS from within NSS. Users
 * of a network directory are named by their uid.
 */
#define PASSWD_FILE "/etc/passwd"

/* The uid of the user of that name: 0 or -ENOENT. */
int passwd_uid(const char *name, uid_t *ret_uid);

#endif
