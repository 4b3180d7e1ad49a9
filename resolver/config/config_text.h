/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_CONFIG_TEXT_H
#define QEMUVM_CONFIG_TEXT_H

#include "config/config.h"

/*
 * The format of the configuration file: config_parse() reads it. What is wrong is told with its
 * line, and the rest holds.
 */

/* Tells that the file as a whole cannot be read; returns the number of problems. */
int config_text_unreadable(struct config_problems *problems, int error);

#endif
