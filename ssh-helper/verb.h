/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VERB_H
#define QEMUVM_VERB_H

/*
 * What the helper can be asked for: one function each, with the arguments behind the verb. They
 * return the program's exit status and have told on stderr, in one line, what went wrong.
 */

#define VERB_OK     0
#define VERB_FAILED 1
#define VERB_USAGE  2

/* match NAME: is it one of the caller's VMs? No guest and no monitor is asked. */
int verb_match(int argc, char **argv);

/* connect [--explain | --relay] HOST PORT: ssh's ProxyCommand. */
int verb_connect(int argc, char **argv);

/* host-keys HOSTFIELD HOST KEY: ssh's KnownHostsCommand (%H %h %K). Never fails: ssh would take
 * that for the end of the connection. */
int verb_host_keys(int argc, char **argv);

#endif
