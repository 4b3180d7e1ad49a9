/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_REPORT_H
#define QEMUVM_REPORT_H

#include "config/config.h"

/*
 * Reports an error about a host in one line, "qemuvm: HOST: ...". Control characters are replaced.
 * The line goes to stderr and, if that is no terminal, to the system log as well: ssh discards
 * stderr when it multiplexes in the background (ControlPersist).
 */
__attribute__((format(printf, 2, 3))) void report(const char *host, const char *format, ...);

/* Reads the configuration, and reports its problems on stderr. */
void report_config(struct config *ret_config);

#endif
