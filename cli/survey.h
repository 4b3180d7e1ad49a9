/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_SURVEY_H
#define QEMUVM_SURVEY_H

#include <stdio.h>

#include "config/config.h"
#include "resolver.h"

/*
 * All VMs, asked together; on a terminal a person who has to wait sees how far it is. Returns their
 * number, or a negative errno, told on stderr. The array is the caller's, to be freed.
 */
int survey_all(const struct config *config, struct resolver_answer **ret_answers);

/* The same from what the host knows and agents said before: no guest and no monitor is asked. */
int survey_known(const struct config *config, struct resolver_answer **ret_answers);

/* Prints what there is of all VMs. */
struct survey_form {
	void (*print)(const void *context, FILE *stream, const struct resolver_answer *answers,
		int count);
	const void *context;
};

/* All VMs, asked as by survey_all(), as a text: the caller's to free. NULL: it cannot be told,
 * which was said. */
char *survey_render(const struct config *config, const struct survey_form *form);

#endif
