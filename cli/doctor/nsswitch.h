/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_NSSWITCH_H
#define QEMUVM_NSSWITCH_H

#include <stdio.h>

/* What is the matter with the hosts line of an nsswitch.conf(5). */
enum nsswitch_state {
	NSSWITCH_OK,
	NSSWITCH_NO_LINE,   /* no hosts line at all */
	NSSWITCH_MISSING,   /* qemuvm is not on it */
	NSSWITCH_TOO_LATE,  /* it stands behind a service that ends the look-up or asks the network
			     */
	NSSWITCH_NO_ACTION, /* it lacks [!UNAVAIL=return], or actions that do the same */
};

enum nsswitch_state nsswitch_check(FILE *file);

#endif
