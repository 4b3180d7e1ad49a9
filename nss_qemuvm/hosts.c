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
 * The module is loaded into every program that looks up a host name. So: a name that is not ours
 * costs a compare of its last letters and leaves no trace, not even in errno; and whatever goes
 * wrong with ours, only status, *errnop and *h_errnop say so.
 *
 * Ours never answer UNAVAIL. With `qemuvm [!UNAVAIL=return]` in nsswitch.conf the look-up then ends
 * here, and no name of a VM goes out to the network.
 */

/* Too large for a stranger's stack. */
struct work {
	struct config config;
	struct host host;
	struct resolver_answer answer;
	char name[NAME_VM_SIZE];
};

static void ask(struct work *work, int family, bool want_scope_id)
{
	struct resolver_question question = {
		.name = work->name,
		.family = family,
		.want_scope_id = want_scope_id,
	};

	if (resolver_recall(&question, &work->answer))
		return;
	config_load(&work->config, NULL);
	host_init(&work->host, &work->config);
	resolver_ask(&work->host, &question, &work->answer);
	host_done(&work->host);
}

/* What the caller gave to be filled: one of the two. */
struct result {
	struct gaih_addrtuple **tuples;
	struct hostent *host;
	int family;
	char *buffer;
	size_t buflen;
};

static int pack(const struct result *result, const struct resolver_answer *answer)
{
	if (result->tuples != NULL)
		return pack_tuples(answer, result->buffer, result->buflen, result->tuples);
	return pack_hostent(answer, result->family, result->buffer, result->buflen, result->host);
}

/* A name of ours. Outputs are written at the end, when errno is the caller's own again, which
 * errnop mostly points to. */
static enum nss_status look_up_own(
	const char *host, const struct result *result, struct status_why why)
{
	char name[NAME_VM_SIZE];
	enum resolver_outcome outcome;
	struct work *work;
	int r = 0;

	if (name_from_host(host, name) < 0)
		return status_tell(why, RESOLVER_NO_VM);
	if (result->tuples == NULL && result->family != AF_INET && result->family != AF_INET6)
		return status_tell(why, RESOLVER_NO_ADDRESS);
	work = malloc(sizeof(*work));
	if (work == NULL)
		return status_tell(why, RESOLVER_NOT_YET);
	memcpy(work->name, name, sizeof(name));
	ask(work, result->family, result->tuples != NULL);
	outcome = work->answer.outcome;
	if (outcome == RESOLVER_ADDRESSES)
		r = pack(result, &work->answer);
	free(work);
	if (r == -ERANGE)
		return status_too_small(why);
	return status_tell(why, r < 0 ? RESOLVER_NO_ADDRESS : outcome);
}

static enum nss_status look_up(const char *host, const struct result *result, struct status_why why)
{
	int inner_errno = 0, inner_h_errno = HOST_NOT_FOUND;
	struct guard guard = guard_enter();
	enum nss_status status =
		look_up_own(host, result, (struct status_why){&inner_errno, &inner_h_errno});

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
	/* Not to be kept: guests get other addresses. */
	if (ttlp != NULL)
		*ttlp = 0;
	return look_up(name, &result, why);
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
	status = look_up(name, &result, why);
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
