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

const char *reason_text(enum reason reason)
{
	switch (reason) {
	case REASON_OK:
		return "has an address";
	case REASON_BAD_NAME:
		return "no VM can have this name (letters, digits, '-', '_' and single dots)";
	case REASON_NO_SUCH_VM:
		return "no such VM (try `qemuvm list`)";
	case REASON_AMBIGUOUS:
		return "two VMs have this name";
	case REASON_VM_GONE:
		return "its agent socket is there, but its QEMU has ended (the file can be removed)";
	case REASON_NO_PERMISSION:
		return "permission denied on its agent socket: only QEMU's own user and root may "
		       "connect";
	case REASON_STRANGER:
		return "belongs to another user, who is not trusted (see `trusted_users` in "
		       "qemuvm.conf; root does not see users' VMs: ask without sudo)";
	case REASON_UNSUPPORTED:
		return "a process of another user has this name, and neither its socket, its "
		       "control group nor a lease confirms it (ask as root, or as that user)";
	case REASON_LONG_ARGUMENTS:
		return "its command line is longer than 512 KiB";
	case REASON_UNREADABLE:
		return "its entry in /proc, or its socket's path, cannot be read";
	case REASON_UNSAFE_LINK:
		return "its agent socket is behind a symbolic link in a directory that others can "
		       "write (put the real path into qemuvm.conf)";
	case REASON_OTHER_FAMILY:
		return "the VM has addresses, but none of the kind asked for";
	case REASON_USER_MODE:
		return "user-mode networks only (-netdev user): the host cannot reach the VM by "
		       "address (add a tap, a bridge or a hostfwd)";
	case REASON_NONE_COUNTS:
		return "addresses are claimed for it, but none that can be trusted or reached";
	case REASON_NO_AGENT:
		return "the VM has no guest agent socket (`qemuvm args NAME` shows how to add one)";
	case REASON_NOT_HEARD:
		return "no DHCP lease and no neighbour entry has the VM's address, and it has no "
		       "guest agent socket (`qemuvm args NAME` shows how to add one)";
	case REASON_NOT_ASKED:
		return "no source of addresses applies to this VM (see `sources` in qemuvm.conf)";
	case REASON_NO_MAC:
		return "no MAC of the VM is known that is not another VM's as well";
	case REASON_NO_LEASE:
		return "no lease file has an address for it (see `lease` in qemuvm.conf)";
	case REASON_NO_NEIGHBOUR:
		return "the neighbour table has no address for it: it has not spoken with this "
		       "host lately";
	case REASON_NO_LEASE_YET:
		return "its guest agent answers, but its network interface has no address yet";
	case REASON_AGENT_REPLACED:
		return UNREACHABLE "another process has replaced it";
	case REASON_AGENT_FORBIDDEN:
		return UNREACHABLE "permission denied: only QEMU's own user and root may connect";
	case REASON_AGENT_UNSAFE_LINK:
		return UNREACHABLE "it is behind a symbolic link that others could have made";
	case REASON_AGENT_DEAD:
		return UNREACHABLE "nobody listens on it";
	case REASON_AGENT_NO_SOCKET:
		return UNREACHABLE "not a socket";
	case REASON_AGENT_MISSING:
		return UNREACHABLE "no such file";
	case REASON_AGENT_SILENT:
		return "its guest agent does not answer (not running in the guest, VM paused or "
		       "still booting, or another program holds the socket)";
	case REASON_AGENT_BUSY:
		return "too many other clients wait for its guest agent; try again";
	case REASON_AGENT_SLOW:
		return "its guest agent was asked and did not answer in time";
	case REASON_AGENT_REFUSES:
		return "its guest agent does not allow guest-network-get-interfaces (see "
		       "block-rpcs and allow-rpcs of the agent in the guest)";
	case REASON_AGENT_GARBAGE:
		return "its guest agent's reply is not the agent's protocol";
	case REASON_AGENT_LEFT:
		return "the connection to its guest agent ended (is the VM stopping?)";
	case REASON_NO_MEMORY:
		return "cannot look: out of memory";
	case REASON_NO_DESCRIPTORS:
		return "cannot look: too many open files";
	case REASON_NO_TIME:
		return "cannot look: the processes could not all be read in time";
	}
	return "";
}
