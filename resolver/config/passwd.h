/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PASSWD_H
#define QEMUVM_PASSWD_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Users of this computer, by a reader of our own: getpw*(3) would call NSS from within NSS. Users
 * of a network directory are named by their uid.
 */
#define PASSWD_FILE "/etc/passwd"
/* Names of one question. */
#define PASSWD_NAMES_MAX 32

/*
 * Looks up users by their names, `count` terminated texts in places of `size` bytes, in one reading
 * of the file. The uids of those that there are, in any order; how many.
 */
unsigned int passwd_uids(const char *names, size_t size, unsigned int count, uid_t *ret_uids);

#endif
