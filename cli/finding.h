/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_FINDING_H
#define QEMUVM_FINDING_H

#include <stdbool.h>

#include "config.h"

/* What `qemuvm doctor` finds: a line each. */
enum finding {
	FINDING_OK,
	FINDING_SKIPPED, /* does not count, which is as it should be, or not ours to mend */
	FINDING_PROBLEM,
};

/* Begins the line; what follows, and its end, the caller prints. */
void finding_begin(enum finding finding);

/* Every VM and everything that looks like one, with why it does not count; names that two of them
 * bear. Returns whether there is no problem. */
bool finding_vms(const struct config *config);

/* Every lease file that the configuration names and that is there. */
void finding_leases(const struct config *config);

#endif
