/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_FINDING_H
#define QEMUVM_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "resolver.h"

/* What `qemuvm doctor` finds: a line each. */
enum finding {
	FINDING_OK,
	FINDING_SKIPPED, /* does not count, which is as it should be, or not ours to mend */
	FINDING_PROBLEM,
};

/* Begins the line; what follows, and its end, the caller prints. */
void finding_begin(enum finding finding);

/* Every VM and everything that looks like one, with why it does not count; names that two of them
 * bear. Or those alone that bear a name, unless it is NULL. Returns whether there is no problem. */
bool finding_vms(const struct config *config, const char *name);

/* What ssh's port of the VMs' best addresses says, all tried at the same time; those without one
 * are passed over. False: one is not reached. */
bool finding_reach(const struct resolver_answer *answers, size_t count);

/* Whether other programs find what this one does: the answer has an address. */
bool finding_probe_nss(const struct resolver_answer *answer);
/* Whether ssh takes the helper for a host, or NULL. */
bool finding_probe_ssh(const char *host);
/* Whether nscd, or nsncd in its place, answers as a user who sees other VMs. */
bool finding_nscd(void);

/* Every lease file that the configuration names and that is there. */
void finding_leases(const struct config *config);

#endif
