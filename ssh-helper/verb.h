/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VERB_H
#define QEMUVM_VERB_H

/*
 * The verbs of the helper: one function each, called with the arguments behind the verb. They
 * return the exit status of the program, and report an error in one line on stderr.
 */

#define VERB_OK     0
#define VERB_FAILED 1
#define VERB_USAGE  2

/* match NAME: is it a VM of the caller? No guest and no monitor is asked. */
int verb_match(int argc, char **argv);

/* connect [--explain | --relay] HOST PORT: ssh's ProxyCommand. */
int verb_connect(int argc, char **argv);

/* host-keys HOSTFIELD HOST KEY: ssh's KnownHostsCommand (%H %h %K). Never fails, because ssh would
 * then close the connection. */
int verb_host_keys(int argc, char **argv);

#endif
