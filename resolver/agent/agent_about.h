/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_AGENT_ABOUT_H
#define QEMUVM_AGENT_ABOUT_H

#include "agent/agent.h"

/*
 * What a guest reports of itself and its agent, for a person: guest-info, guest-get-osinfo (since
 * QEMU 2.10) and guest-get-host-name. Raw: a guest may say anything.
 */
#define AGENT_ABOUT_SIZE 256

struct agent_about {
	char version[AGENT_ABOUT_SIZE];   /* of the agent; each is "" if it is not reported */
	char os[AGENT_ABOUT_SIZE];        /* "Debian GNU/Linux 12 (bookworm)" */
	char kernel[AGENT_ABOUT_SIZE];    /* its release */
	char machine[AGENT_ABOUT_SIZE];   /* "x86_64" */
	char host_name[AGENT_ABOUT_SIZE]; /* what the guest calls itself */
};

/* Over a connection that is idle and takes refusals (agent.h). Blocks, within the agent's deadline.
 * 0, or what ended the exchange; a refusal is no error. *ret_about is always written. */
int agent_about(struct agent *agent, struct agent_about *ret_about);

#endif
