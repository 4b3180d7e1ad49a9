/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "config/config_file.h"
#include "guard.h"
#include "module.h"
#include "pack.h"
#include "resolver.h"
#include "status.h"

/*
 * The module is loaded into every program that looks up a host name. A foreign name is rejected by
 * a suffix comparison, which does not even change errno. An error in a lookup of our own names is
 * seen only in the status, *errnop and *h_errnop.
 *
 * Our own names never give UNAVAIL. With `qemuvm [!UNAVAIL=return]` in nsswitch.conf the lookup
 * ends here, so no name of a VM goes out to the network.
 */

/* Too large for a stranger's stack. */
struct work {
	struct config config;
	struct host host;
	struct resolver_answer answer;
};

/* What the caller wants to be filled: tuples or host. */
struct result {
	struct gaih_addrtuple **tuples;
	struct hostent *host;
	int family;
	char *buffer;
	size_t buflen;
};

/* Looks up one of our names. Outputs are written at the end, after the library calls, because
 * errnop mostly points to errno. */
static enum nss_status hosts_look_up_own(
	const char *name, const struct result *result, struct status_why why)
{
	struct resolver_question question = {
		.name = name,
		.family = result->family,
		.want_scope_id = result->tuples != NULL,
	};
	enum resolver_outcome outcome;
	struct work *work = malloc(sizeof(*work));
	int r = 0;

	if (work == NULL)
		return status_tell(why, RESOLVER_NOT_YET);
	if (!resolver_recall(&question, &work->answer)) {
		config_load(&work->config, NULL);
		host_init(&work->host, &work->config);
		resolver_ask(&work->host, &question, &work->answer);
		host_done(&work->host);
	}
	outcome = work->answer.outcome;
	if (outcome == RESOLVER_ADDRESSES && result->tuples != NULL)
		r = pack_tuples(&work->answer, result->buffer, result->buflen, result->tuples);
	else if (outcome == RESOLVER_ADDRESSES)
		r = pack_hostent(&work->answer, result->family, result->buffer, result->buflen,
			result->host);
	free(work);
	if (r == -ERANGE)
		return status_too_small(why);
	return status_tell(why, r < 0 ? RESOLVER_NO_ADDRESS : outcome);
}

static enum nss_status hosts_look_up(
	const char *host, const struct result *result, struct status_why why)
{
	char name[NAME_VM_SIZE];
	int inner_errno = 0, inner_h_errno = HOST_NOT_FOUND;
	struct status_why inner = {&inner_errno, &inner_h_errno};
	struct guard guard = guard_enter();
	enum nss_status status;

	if (name_from_host(host, name) < 0)
		status = status_tell(inner, RESOLVER_NO_VM);
	else if (result->tuples == NULL && result->family != AF_INET && result->family != AF_INET6)
		status = status_tell(inner, RESOLVER_NO_ADDRESS);
	else
		status = hosts_look_up_own(name, result, inner);
	guard_leave(&guard);
	status_pass(why, inner_errno, inner_h_errno);
	return status;
}

EXPORTED enum nss_status _nss_qemuvm_gethostbyname4_r(const char *name, struct gaih_addrtuple **pat,
	char *buffer, size_t buflen, int *errnop, int *h_errnop, int32_t *ttlp)
{
	struct status_why why = {errnop, h_errnop};
	struct result result = {
		.tuples = pat, .family = AF_UNSPEC, .buffer = buffer, .buflen = buflen};

	if (!name_is_ours(name))
		return status_foreign(why);
	/* Must not be cached: guests get other addresses. */
	if (ttlp != NULL)
		*ttlp = 0;
	return hosts_look_up(name, &result, why);
}

EXPORTED enum nss_status _nss_qemuvm_gethostbyname3_r(const char *name, int af,
	struct hostent *host, char *buffer, size_t buflen, int *errnop, int *h_errnop,
	int32_t *ttlp, char **canonp)
{
	struct status_why why = {errnop, h_errnop};
	struct result result = {.host = host, .family = af, .buffer = buffer, .buflen = buflen};
	enum nss_status status;

	if (!name_is_ours(name))
		return status_foreign(why);
	if (ttlp != NULL)
		*ttlp = 0;
	status = hosts_look_up(name, &result, why);
	if (status == NSS_STATUS_SUCCESS && canonp != NULL)
		*canonp = host->h_name;
	return status;
}

EXPORTED enum nss_status _nss_qemuvm_gethostbyname2_r(const char *name, int af,
	struct hostent *host, char *buffer, size_t buflen, int *errnop, int *h_errnop)
{
	return _nss_qemuvm_gethostbyname3_r(
		name, af, host, buffer, buflen, errnop, h_errnop, NULL, NULL);
}

EXPORTED enum nss_status _nss_qemuvm_gethostbyname_r(const char *name, struct hostent *host,
	char *buffer, size_t buflen, int *errnop, int *h_errnop)
{
	return _nss_qemuvm_gethostbyname3_r(
		name, AF_INET, host, buffer, buflen, errnop, h_errnop, NULL, NULL);
}
