/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_FUZZ_H
#define QEMUVM_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* A fuzz target, as libFuzzer calls it; replay.c calls it with each file of a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
