/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LIST_TABLE_H
#define QEMUVM_LIST_TABLE_H

#include <stdio.h>

#include "resolver.h"

/*
 * The table of `qemuvm list`: a heading, and a line for each VM. It fits into width columns: hints
 * are cut first, then addresses (the best stays, and how many more there are), then columns left
 * out. A width of 0: nothing is cut.
 */
void list_table_print(FILE *stream, const struct resolver_answer *answers, int count, int width);

#endif
