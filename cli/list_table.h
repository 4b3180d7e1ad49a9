/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LIST_TABLE_H
#define QEMUVM_LIST_TABLE_H

#include <stdio.h>

#include "list_all.h"

/*
 * Prints the table of `qemuvm list`: a heading and a line for each VM, or nothing if there is none.
 * To fit into width columns, hints are cut first, then addresses (the best address and the number
 * of the others remain), then columns are left out. A width of 0: nothing is cut.
 */
void list_table_print(FILE *stream, const struct answer_list *answers, int width);

#endif
