/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_MODULE_H
#define QEMUVM_MODULE_H

#include <netdb.h>
#include <nss.h>

/*
 * The functions that glibc finds by their names (nss/nss.h): hosts.c looks names up, reverse.c
 * addresses, and enumerate.c lists all hosts.
 */
NSS_DECLARE_MODULE_FUNCTIONS(qemuvm)

#define EXPORTED __attribute__((visibility("default")))

#endif
