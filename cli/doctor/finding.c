/* SPDX-License-Identifier: MIT */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli/terminal.h"

void finding_begin(enum finding finding)
{
	static const char *const words[] = {
		[FINDING_OK] = "ok",
		[FINDING_SKIPPED] = "skipped",
		[FINDING_PROBLEM] = "problem",
	};

	static const enum terminal_style styles[] = {
		[FINDING_OK] = TERMINAL_GOOD,
		[FINDING_SKIPPED] = TERMINAL_DOUBTFUL,
		[FINDING_PROBLEM] = TERMINAL_BAD,
	};

	printf("%s%-9s%s", terminal_style(styles[finding]), words[finding],
		terminal_style(TERMINAL_PLAIN));
}

bool finding_ok(const char *format, ...)
{
	va_list arguments;

	finding_begin(FINDING_OK);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return true;
}

bool finding_problem(const char *format, ...)
{
	va_list arguments;

	finding_begin(FINDING_PROBLEM);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return false;
}
