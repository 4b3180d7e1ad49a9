/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CHECK_H
#define QEMUVM_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "resolver.h"

/* What `qemuvm doctor` finds: a line each. */
enum check_result {
	CHECK_OK,
	CHECK_SKIPPED, /* does not count, which is as it should be, or not ours to mend */
	CHECK_PROBLEM,
};

/* Begins the line; what follows, and its end, the caller prints. */
void check_begin(enum check_result result);

/* A whole line, in printf(3)'s words. They return whether all is well: true, false. */
__attribute__((format(printf, 1, 2))) bool check_ok(const char *format, ...);
__attribute__((format(printf, 1, 2))) bool check_problem(const char *format, ...);

/* All of these return whether there is no problem. */

/* The module as the loader finds it, and its place in nsswitch.conf(5). */
bool check_nss(void);
/* Whether other programs find what this one does: the answer has an address. Where check_nss()
 * has problems that tells nothing new, and a name could go out to the network. */
bool check_nss_probe(const struct resolver_answer *answer);
/* Whether nscd, or nsncd in its place, answers as a user who sees other VMs. */
bool check_nscd(void);

/* The drop-in for ssh, and whether ssh's configuration reads it. */
bool check_ssh(void);
/* Whether ssh takes the helper for a host, or for any VM where that is NULL. */
bool check_ssh_probe(const char *host);

/* Every VM and everything that looks like one, with why it does not count; names that two of them
 * bear. Or those alone that bear a name, unless it is NULL. */
bool check_vms(struct host *host, const char *name);

/* What each VM's name leads to, whether that is reached, and whether one of them is found by other
 * programs, too (has_nss: see check_nss_probe()). */
bool check_answers(struct host *host, bool has_nss, const struct resolver_answer *answers,
	size_t count);
/* What ssh's port of the VMs' best addresses says, all tried at the same time; those without one
 * are passed over. */
bool check_reach(const struct resolver_answer *answers, size_t count);

/* Every lease file that the configuration names and that is there. */
void check_leases(const struct config *config);

#endif
