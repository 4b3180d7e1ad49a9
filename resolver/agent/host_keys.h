/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_HOST_KEYS_H
#define QEMUVM_HOST_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/agent.h"

/*
 * The public keys of a guest's ssh server (sshd(8), /etc/ssh/ssh_host_*_key.pub), as the guest's
 * agent shows them. A guest may say anything: only what has the form of a key is taken, and nothing
 * of its comments.
 */

/* More are none that a server offers. */
#define HOST_KEYS_MAX 16
/* Of one key's file; one of RSA with 16,384 bits has 2,800 bytes. */
#define HOST_KEY_SIZE ((size_t)16 * 1024)

struct host_keys {
	char *list[HOST_KEYS_MAX]; /* "ssh-ed25519 AAAA..." */
	unsigned int count;
};

/* Takes a line of a public key file: type and key, up to a comment. 0, -EINVAL (it is none), -E2BIG
 * (one too many), -ENOMEM. One that is there already is not taken twice. */
int host_keys_add(struct host_keys *keys, const char *line);

/* Is the key in base64 (as ssh's %K has it) among them? */
bool host_keys_has(const struct host_keys *keys, const char *base64);

/* Frees; takes one of zeros, too. */
void host_keys_done(struct host_keys *keys);

/*
 * Reads them out of the guest, over a connection that is idle and takes refusals. Blocks, within
 * the agent's deadline. How many there are now; 0 also if the agent may not read files.
 */
unsigned int host_keys_ask(struct agent *agent, struct host_keys *keys);

#endif
