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
 * All VMs whose addresses the host knows, for `getent hosts` and the completion of host names in
 * shells. No agent is asked, because a program that lists all hosts does not want to wait for each;
 * answers of agents that are in the cache are used.
 */

/* What sethostent() begins, and how far gethostent_r() is. A program has one list, as for every
 * other database of glibc. Nothing is waited for while the lock is held. */
static struct {
	pthread_mutex_t lock;
	struct resolver_answer *answers;
	int count, at;
	sa_family_t family; /* which of the VM's families is next */
	bool is_gathered;
} list = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Replaces the list by a new one, or by none. */
static void list_replace(struct resolver_answer *answers, int count, bool is_gathered)
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

/* Fills the list; it is empty after an error. */
static void list_gather(void)
{
	static const struct resolver_survey survey = {.cached_only = true};
	struct resolver_answer *answers = NULL;
	struct {
		struct config config;
		struct host host;
	} *work = malloc(sizeof(*work));
	int count = 0;

	if (work != NULL) {
		config_load(&work->config, NULL);
		host_init(&work->host, &work->config);
		count = resolver_ask_all(&work->host, &survey, &answers);
		host_done(&work->host);
		free(work);
	}
	list_replace(count < 0 ? NULL : answers, count < 0 ? 0 : count, true);
}

EXPORTED enum nss_status _nss_qemuvm_sethostent(int stay_open)
{
	struct guard guard = guard_enter();

	(void)stay_open;
	/* The list is filled when its first entry is asked for. */
	list_replace(NULL, 0, false);
	guard_leave(&guard);
	return NSS_STATUS_SUCCESS;
}

EXPORTED enum nss_status _nss_qemuvm_gethostent_r(
	struct hostent *host, char *buffer, size_t buflen, int *errnop, int *h_errnop)
{
	int inner_errno = 0, inner_h_errno = HOST_NOT_FOUND, r = -ENOENT;
	struct status_why inner = {&inner_errno, &inner_h_errno};
	struct guard guard = guard_enter();
	enum nss_status status;
	bool is_gathered;

	pthread_mutex_lock(&list.lock);
	is_gathered = list.is_gathered;
	pthread_mutex_unlock(&list.lock);
	if (!is_gathered)
		list_gather();
	pthread_mutex_lock(&list.lock);
	while (r < 0 && list.at < list.count) {
		r = pack_hostent(&list.answers[list.at], list.family, buffer, buflen, host);
		/* The list does not advance: the caller comes back with a larger buffer. */
		if (r == -ERANGE)
			break;
		/* To the next family, or the next VM. */
		list.at += list.family == AF_INET6;
		list.family = list.family == AF_INET ? AF_INET6 : AF_INET;
	}
	pthread_mutex_unlock(&list.lock);
	status = r == -ERANGE ? status_too_small(inner)
			      : status_tell(inner, r < 0 ? RESOLVER_NO_VM : RESOLVER_ADDRESSES);
	guard_leave(&guard);
	status_pass((struct status_why){errnop, h_errnop}, inner_errno, inner_h_errno);
	return status;
}

EXPORTED enum nss_status _nss_qemuvm_endhostent(void)
{
	struct guard guard = guard_enter();

	list_replace(NULL, 0, false);
	guard_leave(&guard);
	return NSS_STATUS_SUCCESS;
}
