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

/* connect HOST PORT: ssh's ProxyCommand. */
int verb_connect(int argc, char **argv);

/* One line on stderr: "qemuvm: HOST: ...", with all of the host that no terminal should see
 * replaced. */
__attribute__((format(printf, 2, 3))) void verb_complain(const char *host, const char *format, ...);

#endif
