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

bool check_line(enum check_result result, const char *format, ...)
{
	va_list arguments;

	check_begin(result);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return result != CHECK_PROBLEM;
}
