/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_STATUS_H
#define QEMUVM_STATUS_H

#include <nss.h>

#include "resolver.h"

/*
 * What glibc is told: a status, and why. errnop mostly points to the caller's errno, so it is
 * written where it says something alone.
 */
struct status_why {
	int *errnop;
	int *h_errnop;
};

/* The one translation of an outcome. */
enum nss_status status_tell(struct status_why why, enum resolver_outcome outcome);

/* The only words on which glibc comes back with a larger buffer. */
enum nss_status status_too_small(struct status_why why);

/* None of ours: the next service is asked, whatever nsswitch.conf says of NOTFOUND. */
enum nss_status status_foreign(struct status_why why);

/* Hands on what was told within a guard; an errno of 0 says nothing. */
void status_pass(struct status_why why, int inner_errno, int inner_h_errno);

#endif
