/* SPDX-License-Identifier: MIT */
#include "finding.h"

#include <stdio.h>

void finding_begin(enum finding finding)
{
	static const char *const words[] = {
		[FINDING_OK] = "ok",
		[FINDING_SKIPPED] = "skipped",
		[FINDING_PROBLEM] = "problem",
	};

	printf("%-9s", words[finding]);
}
