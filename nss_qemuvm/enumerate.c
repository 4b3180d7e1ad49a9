/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "config/config_file.h"
#include "guard.h"
#include "module.h"
#include "pack.h"
#include "resolver.h"
#include "status.h"

/*
 * All VMs with an address that the host knows, for `getent hosts` and the completion of host names
 * in shells. No agent is asked: whoever lists all hosts does not want to wait for each. What agents
 * said to others lately counts.
 */

/* What sethostent() gathered, and how far gethostent_r() is. The program has one list, as it has
 * one for each other database; the lock is never held while anything is waited for. */
static struct {
	pthread_mutex_t lock;
	struct resolver_answer *answers;
	int count, at;
	sa_family_t family; /* which of the VM's families is next */
	bool is_gathered;
} list = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The VMs that were found; none where something failed. */
static int gather(struct resolver_answer **ret_answers)
{
	static const struct resolver_survey survey = {.cached_only = true};
	struct {
		struct config config;
		struct host host;
	} *work = malloc(sizeof(*work));
	int count;

	if (work == NULL)
		return 0;
	config_load(&work->config, NULL);
	host_init(&work->host, &work->config);
	count = resolver_ask_all(&work->host, &survey, ret_answers);
	host_done(&work->host);
	free(work);
	return count > 0 ? count : 0;
}

/* Puts a new list, or none, in the place of the old one. */
static void replace(struct resolver_answer *answers, int count, bool is_gathered)
{
	struct resolver_answer *old;

	pthread_mutex_lock(&list.lock);
	old = list.answers;
	list.answers = answers;
	list.count = count;
	list.at = 0;
	list.family = AF_INET;
	list.is_gathered = is_gathered;
	pthread_mutex_unlock(&list.lock);
	free(old);
}

static void gather_anew(void)
{
	struct resolver_answer *answers = NULL;
	int count = gather(&answers);

	replace(answers, count, true);
}

/* To the next family, or the next VM. */
static void advance(void)
{
	if (list.family == AF_INET) {
		list.family = AF_INET6;
	} else {
		list.family = AF_INET;
		list.at++;
	}
}

/* Only what was handed out is passed over: who comes back with a larger buffer gets the same. */
static enum nss_status hand_out(
	struct hostent *host, char *buffer, size_t buflen, struct status_why why)
{
	for (; list.at < list.count; advance()) {
		int r = pack_hostent(&list.answers[list.at], list.family, buffer, buflen, host);

		if (r == -ERANGE)
			return status_too_small(why);
		if (r < 0)
			continue;
		advance();
		return status_tell(why, RESOLVER_ADDRESSES);
	}
	return status_tell(why, RESOLVER_NO_VM);
}

EXPORTED enum nss_status _nss_qemuvm_sethostent(int stay_open)
{
	struct guard guard = guard_enter();

	(void)stay_open;
	/* What there is to list is looked for when the first is asked for. */
	replace(NULL, 0, false);
	guard_leave(&guard);
	return NSS_STATUS_SUCCESS;
}

EXPORTED enum nss_status _nss_qemuvm_gethostent_r(
	struct hostent *host, char *buffer, size_t buflen, int *errnop, int *h_errnop)
{
	int inner_errno = 0, inner_h_errno = HOST_NOT_FOUND;
	struct guard guard = guard_enter();
	enum nss_status status;
	bool is_gathered;

	pthread_mutex_lock(&list.lock);
	is_gathered = list.is_gathered;
	pthread_mutex_unlock(&list.lock);
	if (!is_gathered)
		gather_anew();
	pthread_mutex_lock(&list.lock);
	status = hand_out(host, buffer, buflen, (struct status_why){&inner_errno, &inner_h_errno});
	pthread_mutex_unlock(&list.lock);
	guard_leave(&guard);
	status_pass((struct status_why){errnop, h_errnop}, inner_errno, inner_h_errno);
	return status;
}

EXPORTED enum nss_status _nss_qemuvm_endhostent(void)
{
	struct guard guard = guard_enter();

	replace(NULL, 0, false);
	guard_leave(&guard);
	return NSS_STATUS_SUCCESS;
}
