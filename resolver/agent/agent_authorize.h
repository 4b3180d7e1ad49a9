/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_AUTHORIZE_H
#define QEMUVM_AGENT_AUTHORIZE_H

#include "agent/agent.h"

/*
 * Lets a user of the guest in by a public key: the agent adds a line to the user's
 * ~/.ssh/authorized_keys, unless it is there (guest-ssh-add-authorized-keys, since QEMU 5.2). Over
 * a connection that is idle and takes refusals (agent.h). Blocks, within the agent's deadline.
 *
 * line is one of sshd(8)'s AUTHORIZED_KEYS FILE FORMAT. 0, -EINVAL (a control character in user or
 * line), -E2BIG (longer than a question may be: AGENT_REQUEST_MAX), -EOPNOTSUPP (the agent does not
 * know the command or may not run it), -EREMOTEIO (the guest refuses: it has no such user), or what
 * ended the exchange.
 */
int agent_authorize(struct agent *agent, const char *user, const char *line);

#endif
