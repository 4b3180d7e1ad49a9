/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli/terminal.h"

void check_begin(enum check_result result)
{
	static const char *const words[] = {
		[CHECK_OK] = "ok",
		[CHECK_SKIPPED] = "skipped",
		[CHECK_PROBLEM] = "problem",
	};

	static const enum terminal_style styles[] = {
		[CHECK_OK] = TERMINAL_GOOD,
		[CHECK_SKIPPED] = TERMINAL_DOUBTFUL,
		[CHECK_PROBLEM] = TERMINAL_BAD,
	};

	printf("%s%-9s%s", terminal_style(styles[result]), words[result],
		terminal_style(TERMINAL_PLAIN));
}

bool check_ok(const char *format, ...)
{
	va_list arguments;

	check_begin(CHECK_OK);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return true;
}

bool check_problem(const char *format, ...)
{
	va_list arguments;

	check_begin(CHECK_PROBLEM);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return false;
}
