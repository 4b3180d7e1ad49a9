/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <errno.h>
#include <netdb.h>

enum nss_status status_tell(struct status_why why, enum resolver_outcome outcome)
{
	switch (outcome) {
	case RESOLVER_ADDRESSES:
		*why.h_errnop = NETDB_SUCCESS;
		return NSS_STATUS_SUCCESS;
	case RESOLVER_NO_VM:
		*why.h_errnop = HOST_NOT_FOUND;
		return NSS_STATUS_NOTFOUND;
	case RESOLVER_NO_ADDRESS:
		*why.h_errnop = NO_DATA;
		return NSS_STATUS_NOTFOUND;
	case RESOLVER_NOT_YET:
		break;
	}
	*why.errnop = EAGAIN;
	*why.h_errnop = TRY_AGAIN;
	return NSS_STATUS_TRYAGAIN;
}

enum nss_status status_too_small(struct status_why why)
{
	*why.errnop = ERANGE;
	*why.h_errnop = NETDB_INTERNAL;
	return NSS_STATUS_TRYAGAIN;
}

enum nss_status status_foreign(struct status_why why)
{
	*why.h_errnop = HOST_NOT_FOUND;
	return NSS_STATUS_UNAVAIL;
}

void status_pass(struct status_why why, int inner_errno, int inner_h_errno)
{
	if (inner_errno != 0)
		*why.errnop = inner_errno;
	*why.h_errnop = inner_h_errno;
}
