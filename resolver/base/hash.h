/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_HASH_H
#define QEMUVM_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a of 64 bits (RFC 9923): tells texts apart that nobody chose in order to have them mixed up.
 */
uint64_t hash_text(const char *text, size_t len);

#endif
