/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_STATUS_H
#define QEMUVM_STATUS_H

#include <nss.h>

#include "resolver.h"

/*
 * Where a status is explained to glibc. errnop mostly points to the caller's errno, so it is
 * written only if it means something.
 */
struct status_why {
	int *errnop;
	int *h_errnop;
};

/* Translates an outcome. */
enum nss_status status_tell(struct status_why why, enum resolver_outcome outcome);

/* The only status after which glibc calls again with a larger buffer. */
enum nss_status status_too_small(struct status_why why);

/* Not one of our names: the next service is asked, whatever nsswitch.conf has for NOTFOUND. */
enum nss_status status_foreign(struct status_why why);

/* Passes on what was set within a guard; an errno of 0 is not written. */
void status_pass(struct status_why why, int inner_errno, int inner_h_errno);

#endif
