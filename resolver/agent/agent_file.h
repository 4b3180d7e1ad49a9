/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_FILE_H
#define QEMUVM_AGENT_FILE_H

#include <stddef.h>

#include "agent/agent.h"

/*
 * A file of the guest's, read through its agent (guest-file-open, -read, -close), over a connection
 * that is idle and takes refusals (agent.h). Blocks, within the agent's deadline.
 */

/*
 * The first size - 1 bytes, with a NUL behind them. Their number, or -ENOENT (the guest cannot open
 * it), -EOPNOTSUPP (the agent may not read files), -EBADMSG, or what ended the exchange. The file
 * is closed in the guest in any case, unless the connection ended.
 */
int agent_file_read(struct agent *agent, const char *path, char *ret_text, size_t size);

#endif
