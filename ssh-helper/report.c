/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "config/config_file.h"

/* Sixteen addresses with their errors fit. */
#define LINE_SIZE 2048

void report(const char *host, const char *format, ...)
{
	char line[LINE_SIZE];
	int len = snprintf(line, sizeof(line), "qemuvm: %.260s: ", host);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + len, sizeof(line) - (size_t)len, format, arguments);
	va_end(arguments);
	for (char *c = line; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	fprintf(stderr, "%s\n", line);
	if (!isatty(STDERR_FILENO))
		syslog(LOG_USER | LOG_ERR, "%s", line);
}

void report_config(struct config *ret_config)
{
	static struct config_problems problems;

	config_load(ret_config, &problems);
	for (unsigned int i = 0; i < problems.count; i++)
		fprintf(stderr, "%s:%u: %s\n", config_path(), problems.problem[i].line,
			problems.problem[i].text);
}
