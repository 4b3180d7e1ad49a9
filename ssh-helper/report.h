/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_REPORT_H
#define QEMUVM_REPORT_H

#include "config/config.h"

/*
 * What is told of a host: one line, "qemuvm: HOST: ...", in which whatever a terminal might obey is
 * replaced. It goes to stderr, and where that is no terminal to the system's log, too: ssh drops
 * stderr where it multiplexes in the background (ControlPersist).
 */
__attribute__((format(printf, 2, 3))) void report(const char *host, const char *format, ...);

/* The configuration, whose problems are told on stderr. */
void report_config(struct config *ret_config);

#endif
