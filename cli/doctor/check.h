/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CHECK_H
#define QEMUVM_CHECK_H

#include <stdbool.h>

#include "cli/list_all.h"
#include "config/config.h"
#include "resolver.h"

/* The checks of `qemuvm doctor`. Each prints one line or more. */
enum check_result {
	CHECK_OK,
	CHECK_SKIPPED, /* not used, on purpose; or nothing that qemuvm can repair */
	CHECK_PROBLEM,
};

/* Begins a line, for the caller to complete. */
void check_begin(enum check_result result);

/* Prints a whole line, as printf(3). Returns whether there is no problem. */
__attribute__((format(printf, 2, 3))) bool check_line(
	enum check_result result, const char *format, ...);

/* All of these return whether there is no problem. */

/* Does the loader find the module, and is it in the right place in nsswitch.conf(5)? */
bool check_nss(void);
/* Do other programs find the same addresses? The answer must have an address. Call it only if
 * check_nss() has found no problem: the lookup could go out to the network. */
bool check_nss_probe(const struct resolver_answer *answer);
/* Does nscd, or nsncd in its place, look names up as a user who sees other VMs? */
bool check_nscd(void);

/* Is the drop-in for ssh there, and does ssh's configuration read it? */
bool check_ssh(void);
/* Would ssh use the helper for this host, or for any VM if host is NULL? */
bool check_ssh_probe(const char *host);

/* Lists every VM, and everything that looks like one with the reason why it is ignored; names and
 * MACs that two VMs have. If name is not NULL, only VMs of that name. */
bool check_vms(struct host *host, const char *name);

/* What each VM's name resolves to, whether its address is reached, and whether other programs find
 * it (has_nss: see check_nss_probe()). */
bool check_answers(struct host *host, bool has_nss, const struct answer_list *answers);
/* Connects to the ssh port of each VM's best address, all at the same time. */
bool check_reach(const struct answer_list *answers);

/* Lists the lease files that the configuration names and that exist. */
void check_leases(const struct config *config);

#endif
