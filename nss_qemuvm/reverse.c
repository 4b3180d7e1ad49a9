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
 * From an address to the name of the VM that bears it. Every login of sshd passes here with a
 * stranger's address: that costs one question to the kernel's neighbour table, and is answered
 * UNAVAIL, so that the next service is asked.
 */

struct work {
	struct config config;
	struct host host;
	struct resolver_answer answer;
};

/* The address to look for: one that embeds IPv4 (RFC 4291, 2.5.5.2) stands for that. */
static struct address address_of(const void *bytes, int family)
{
	struct address address = {.family = (sa_family_t)family};

	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)bytes)) {
		address.family = AF_INET;
		memcpy(address.bytes, (const uint8_t *)bytes + 12, 4);
	} else {
		memcpy(address.bytes, bytes, address_len((sa_family_t)family));
	}
	return address;
}

/* What the caller gave: the address, and where the answer goes. */
struct question {
	const void *bytes;
	int family;
	struct hostent *host;
	char *buffer;
	size_t buflen;
};

static enum nss_status pack(
	struct work *work, const struct question *question, struct status_why why)
{
	struct resolver_answer *answer = &work->answer;

	/* The address as it was asked for. */
	answer->addresses[0] = (struct address){.family = (sa_family_t)question->family};
	memcpy(answer->addresses[0].bytes, question->bytes,
		address_len((sa_family_t)question->family));
	answer->address_count = 1;
	if (pack_hostent(answer, question->family, question->buffer, question->buflen,
		    question->host) < 0)
		return status_too_small(why);
	return status_tell(why, RESOLVER_ADDRESSES);
}

static enum nss_status ask(const struct question *question, struct status_why why)
{
	struct address address = address_of(question->bytes, question->family);
	enum nss_status status = status_foreign(why);
	struct work *work;
	struct mac mac;

	if (resolver_mac_of(&address, &mac) < 0)
		return status;
	work = malloc(sizeof(*work));
	if (work == NULL)
		return status;
	config_load(&work->config, NULL);
	host_init(&work->host, &work->config);
	resolver_ask_mac(&work->host, &mac, &work->answer);
	host_done(&work->host);
	if (work->answer.outcome == RESOLVER_ADDRESSES)
		status = pack(work, question, why);
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
	status = ask(&question, (struct status_why){&inner_errno, &inner_h_errno});
	guard_leave(&guard);
	status_pass(why, inner_errno, inner_h_errno);
	/* Not to be kept: guests get other addresses. */
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
