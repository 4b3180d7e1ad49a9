/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_file.h"
#include "guard.h"
#include "module.h"
#include "pack.h"
#include "resolver.h"
#include "status.h"

/*
 * From an address to the name of the VM that has it. Each login of sshd asks for the address of a
 * stranger: that costs one question to the kernel's neighbour table and gives UNAVAIL, so that the
 * next service is asked.
 */

struct work {
	struct config config;
	struct host host;
	struct resolver_answer answer;
};

/* Everything the caller has given. */
struct question {
	const void *bytes;
	int family;
	struct hostent *host;
	char *buffer;
	size_t buflen;
};

static enum nss_status reverse_look_up(const struct question *question, struct status_why why)
{
	const size_t len = address_len((sa_family_t)question->family);
	struct address asked = {.family = (sa_family_t)question->family}, address;
	enum nss_status status = status_foreign(why);
	struct work *work;
	struct mac mac;

	memcpy(asked.bytes, question->bytes, len);
	address = asked;
	/* The kernel knows an address that embeds IPv4 (RFC 4291, 2.5.5.2) as IPv4. */
	if (question->family == AF_INET6 &&
		IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)question->bytes)) {
		address = (struct address){.family = AF_INET};
		memcpy(address.bytes, asked.bytes + 12, 4);
	}
	if (resolver_mac_of(&address, &mac) < 0)
		return status;
	work = malloc(sizeof(*work));
	if (work == NULL)
		return status;
	config_load(&work->config, NULL);
	host_init(&work->host, &work->config);
	resolver_ask_mac(&work->host, &mac, &work->answer);
	host_done(&work->host);
	if (work->answer.outcome == RESOLVER_ADDRESSES) {
		/* The caller gets the address that it asked for. */
		work->answer.addresses[0] = asked;
		work->answer.address_count = 1;
		status = pack_hostent(&work->answer, question->family, question->buffer,
				 question->buflen, question->host) < 0
				 ? status_too_small(why)
				 : status_tell(why, RESOLVER_ADDRESSES);
	}
	free(work);
	return status;
}

EXPORTED enum nss_status _nss_qemuvm_gethostbyaddr2_r(const void *addr, socklen_t len, int af,
	struct hostent *host, char *buffer, size_t buflen, int *errnop, int *h_errnop,
	int32_t *ttlp)
{
	struct status_why why = {errnop, h_errnop};
	struct question question = {addr, af, host, buffer, buflen};
	int inner_errno = 0, inner_h_errno = HOST_NOT_FOUND;
	enum nss_status status;
	struct guard guard;

	if (af != AF_INET && af != AF_INET6)
		return status_foreign(why);
	if (len < address_len((sa_family_t)af)) {
		*errnop = EINVAL;
		*h_errnop = NO_RECOVERY;
		return NSS_STATUS_UNAVAIL;
	}
	guard = guard_enter();
	status = reverse_look_up(&question, (struct status_why){&inner_errno, &inner_h_errno});
	guard_leave(&guard);
	status_pass(why, inner_errno, inner_h_errno);
	/* Must not be cached: guests get other addresses. */
	if (status == NSS_STATUS_SUCCESS && ttlp != NULL)
		*ttlp = 0;
	return status;
}

EXPORTED enum nss_status _nss_qemuvm_gethostbyaddr_r(const void *addr, socklen_t len, int af,
	struct hostent *host, char *buffer, size_t buflen, int *errnop, int *h_errnop)
{
	return _nss_qemuvm_gethostbyaddr2_r(
		addr, len, af, host, buffer, buflen, errnop, h_errnop, NULL);
}
