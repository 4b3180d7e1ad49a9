/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_NUMBER_H
#define QEMUVM_NUMBER_H

/* Decimal digits and nothing else: 0, -EINVAL, or -ERANGE above most. */
int number_parse(const char *text, unsigned long most, unsigned long *ret_value);

#endif
