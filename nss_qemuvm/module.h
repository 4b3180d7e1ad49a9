/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_MODULE_H
#define QEMUVM_MODULE_H

#include <netdb.h>
#include <nss.h>

/*
 * The functions that glibc looks for by their names (nss/nss.h): hosts.c has the look-ups of names,
 * reverse.c those of addresses, enumerate.c the list of all hosts.
 */
NSS_DECLARE_MODULE_FUNCTIONS(qemuvm)

#define EXPORTED __attribute__((visibility("default")))

#endif
