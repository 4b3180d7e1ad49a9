/* SPDX-License-Identifier: MIT */
#include "find/reason.h"

#include <errno.h>
#include <stddef.h>

static enum reason reason_of_shortage(int error, enum reason otherwise)
{
	switch (error) {
	case -ENOMEM:
	case -ENOBUFS:
		return REASON_NO_MEMORY;
	case -EMFILE:
	case -ENFILE:
		return REASON_NO_DESCRIPTORS;
	default:
		return otherwise;
	}
}

enum reason reason_of_finding(int error)
{
	switch (error) {
	case 0:
		return REASON_OK;
	case -ECONNREFUSED:
		return REASON_VM_GONE;
	case -EACCES:
		return REASON_NO_PERMISSION;
	case -EPERM:
		return REASON_STRANGER;
	case -ENOTUNIQ:
		return REASON_AMBIGUOUS;
	case -EXDEV:
		return REASON_CONTAINED;
	case -EKEYREJECTED:
		return REASON_UNSUPPORTED;
	case -E2BIG:
		return REASON_LONG_ARGUMENTS;
	case -ELOOP:
		return REASON_UNSAFE_LINK;
	case -ENOENT:
	case -ESRCH:
	case -EAGAIN:
		return REASON_NO_SUCH_VM;
	case -ETIMEDOUT:
	case -EIO:
		return REASON_NO_TIME;
	default:
		return reason_of_shortage(error, REASON_UNREADABLE);
	}
}

enum reason reason_of_agent(int error)
{
	switch (error) {
	case 0:
		return REASON_OK;
	case -EPERM:
		return REASON_AGENT_REPLACED;
	case -EACCES:
		return REASON_AGENT_FORBIDDEN;
	case -ELOOP:
		return REASON_AGENT_UNSAFE_LINK;
	case -ECONNREFUSED:
		return REASON_AGENT_DEAD;
	case -ENOTSOCK:
		return REASON_AGENT_NO_SOCKET;
	case -ENOENT:
		return REASON_AGENT_MISSING;
	case -EADDRNOTAVAIL:
		return REASON_NO_LEASE_YET;
	case -EHOSTDOWN:
		return REASON_AGENT_SILENT;
	case -EBUSY:
		return REASON_AGENT_BUSY;
	case -ETIMEDOUT:
		return REASON_AGENT_SLOW;
	case -EOPNOTSUPP:
	case -EREMOTEIO:
		return REASON_AGENT_REFUSES;
	case -EBADMSG:
	case -E2BIG:
	case -EMSGSIZE:
		return REASON_AGENT_GARBAGE;
	default:
		return reason_of_shortage(error, REASON_AGENT_LEFT);
	}
}

bool reason_is_shortage(enum reason reason)
{
	return reason == REASON_NO_MEMORY || reason == REASON_NO_DESCRIPTORS ||
	       reason == REASON_NO_TIME;
}

#define UNREACHABLE "the VM runs, but its agent's socket cannot be reached: "

static const char *const texts[] = {
	[REASON_OK] = "has an address",
	[REASON_BAD_NAME] = "no VM can have this name (letters, digits, '-', '_' and single dots)",
	[REASON_NO_SUCH_VM] = "no such VM (try `qemuvm list`)",
	[REASON_AMBIGUOUS] = "two VMs have this name",
	[REASON_VM_GONE] =
		"its agent socket is there, but its QEMU has ended (the file can be removed)",
	[REASON_NO_PERMISSION] =
		"permission denied on its agent socket: only QEMU's own user and root may "
		"connect",
	[REASON_STRANGER] = "belongs to another user, who is not trusted (see `trusted_users` in "
			    "qemuvm.conf; root does not see users' VMs: ask without sudo)",
	[REASON_CONTAINED] = "runs in a container (another pid or user namespace), which can claim any name (see "
			     "`containers` in qemuvm.conf)",
	[REASON_UNSUPPORTED] =
		"a process of another user has this name, and neither its socket, its "
		"control group nor a lease confirms it (ask as root, or as that user)",
	[REASON_LONG_ARGUMENTS] = "its command line is longer than 512 KiB",
	[REASON_UNREADABLE] = "its entry in /proc, or its socket's path, cannot be read",
	[REASON_UNSAFE_LINK] =
		"its agent socket is behind a symbolic link in a directory that others can "
		"write (put the real path into qemuvm.conf)",
	[REASON_OTHER_FAMILY] = "the VM has addresses, but none of the kind asked for",
	[REASON_USER_MODE] =
		"user-mode networks only (-netdev user): the host cannot reach the VM by "
		"address (add a tap, a bridge or a hostfwd)",
	[REASON_NONE_COUNTS] =
		"addresses are claimed for it, but none that can be trusted or reached",
	[REASON_NO_AGENT] =
		"the VM has no guest agent socket (`qemuvm args NAME` shows how to add one)",
	[REASON_NOT_HEARD] =
		"no DHCP lease and no neighbour entry has the VM's address, and it has no "
		"guest agent socket (`qemuvm args NAME` shows how to add one)",
	[REASON_NOT_ASKED] =
		"no source of addresses applies to this VM (see `sources` in qemuvm.conf)",
	[REASON_NO_MAC] = "no MAC of the VM is known that is not another VM's as well",
	[REASON_NO_LEASE] = "no lease file has an address for it (see `lease` in qemuvm.conf)",
	[REASON_NO_NEIGHBOUR] =
		"the neighbour table has no address for it: it has not spoken with this "
		"host lately",
	[REASON_NO_LEASE_YET] =
		"its guest agent answers, but its network interface has no address yet",
	[REASON_AGENT_REPLACED] = UNREACHABLE "another process has replaced it",
	[REASON_AGENT_FORBIDDEN] =
		UNREACHABLE "permission denied: only QEMU's own user and root may connect",
	[REASON_AGENT_UNSAFE_LINK] =
		UNREACHABLE "it is behind a symbolic link that others could have made",
	[REASON_AGENT_DEAD] = UNREACHABLE "nobody listens on it",
	[REASON_AGENT_NO_SOCKET] = UNREACHABLE "not a socket",
	[REASON_AGENT_MISSING] = UNREACHABLE "no such file",
	[REASON_AGENT_SILENT] =
		"its guest agent does not answer (not running in the guest, VM paused or "
		"still booting, or another program holds the socket)",
	[REASON_AGENT_BUSY] = "too many other clients wait for its guest agent; try again",
	[REASON_AGENT_SLOW] = "its guest agent was asked and did not answer in time",
	[REASON_AGENT_REFUSES] = "its guest agent does not allow guest-network-get-interfaces (see "
				 "block-rpcs and allow-rpcs of the agent in the guest)",
	[REASON_AGENT_GARBAGE] = "its guest agent's reply is not the agent's protocol",
	[REASON_AGENT_LEFT] = "the connection to its guest agent ended (is the VM stopping?)",
	[REASON_NO_MEMORY] = "cannot look: out of memory",
	[REASON_NO_DESCRIPTORS] = "cannot look: too many open files",
	[REASON_NO_TIME] = "cannot look: the processes could not all be read in time",
};

const char *reason_text(enum reason reason)
{
	return texts[reason];
}
