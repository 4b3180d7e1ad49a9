/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_REASON_H
#define QEMUVM_REASON_H

#include <stdbool.h>

/*
 * Why there is no VM, or no address: one reason for each thing that a person would do something
 * else about, from finding a VM to explaining the answer. Below this, functions return an errno.
 */
enum reason {
	REASON_OK,

	/* No VM of that name, or one that does not count. */
	REASON_BAD_NAME, /* no VM can have this name */
	REASON_NO_SUCH_VM,
	REASON_AMBIGUOUS,
	REASON_VM_GONE,       /* its socket is there, its QEMU is not */
	REASON_NO_PERMISSION, /* on its socket */
	REASON_STRANGER,      /* it belongs to a user who is not trusted */
	REASON_CONTAINED,     /* it runs in a container, and those do not count */
	REASON_UNSUPPORTED,   /* a process shows its name, and nothing confirms that */
	REASON_LONG_ARGUMENTS,
	REASON_UNREADABLE, /* its entry in /proc, or its socket's path */
	REASON_UNSAFE_LINK, /* its socket is behind a link that others could have made */

	/* The VM is there, and has no address, now or later. */
	REASON_OTHER_FAMILY, /* it has addresses, of the other family or link-local only */
	REASON_USER_MODE,    /* all its NICs are on user-mode networks */
	REASON_NONE_COUNTS,  /* addresses are claimed, and each is left out for a reason */

	/* The VM is there, and its address is not known yet. */
	REASON_NO_AGENT,          /* it has no agent socket that can be found */
	REASON_NOT_HEARD,         /* nor does the host know anything of its MACs */
	REASON_NOT_ASKED,         /* no source of the configuration applies to it */
	REASON_NO_MAC,            /* no MAC is known of it that is unique */
	REASON_NO_LEASE,          /* no lease file has one for its MACs */
	REASON_NO_NEIGHBOUR,      /* the kernel has not heard of its MACs */
	REASON_NO_LEASE_YET,      /* the agent answers; the guest has no address so far */
	REASON_AGENT_REPLACED,    /* another process listens on its socket by now */
	REASON_AGENT_FORBIDDEN,   /* no permission to connect */
	REASON_AGENT_UNSAFE_LINK, /* as REASON_UNSAFE_LINK */
	REASON_AGENT_DEAD,        /* nobody listens on its socket */
	REASON_AGENT_NO_SOCKET,   /* what is at its path is not a socket */
	REASON_AGENT_MISSING,     /* nothing is at its path */
	REASON_AGENT_SILENT,      /* it does not run, the VM is paused, or the socket is in use */
	REASON_AGENT_BUSY,        /* other clients queue before us */
	REASON_AGENT_SLOW,        /* asked, and no answer in time */
	REASON_AGENT_REFUSES,     /* it may not or cannot answer this question */
	REASON_AGENT_GARBAGE,     /* its answer is not of the protocol */
	REASON_AGENT_LEFT,        /* the connection ended: QEMU stops, or the agent was killed */

	/* The asking process cannot look. */
	REASON_NO_MEMORY,
	REASON_NO_DESCRIPTORS,
	REASON_NO_TIME,
};

/* Of an error that kept a VM from being found: see vm_process.h and connect.h. */
enum reason reason_of_finding(int error);
/* Of an error of a VM's agent: see agent.h and connect.h. */
enum reason reason_of_agent(int error);

/* Is it the asking process that lacks something, so that the VM may well be there? */
bool reason_is_shortage(enum reason reason);

/* A clause for a person, without the VM's name before it and without a full stop. */
const char *reason_text(enum reason reason);

#endif
