/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MS_PER_S 1000

/*
 * Answers in words: what is the matter, and what a person can do about it.
 */

/* Paths are named by whoever made the file: only what is surely harmless reaches a terminal. */
static const char *printable(const char *raw, char *text, size_t size)
{
	size_t len = 0;

	for (; raw[len] != '\0' && len + 1 < size; len++)
		text[len] = raw[len] >= ' ' && raw[len] <= '~' ? raw[len] : '?';
	text[len] = '\0';
	return text;
}

/* Why a socket cannot be connected to. */
static const char *refusal_text(int error)
{
	switch (error) {
	case -EPERM:
		return "another process has taken its place";
	case -EACCES:
		return "permission denied: only QEMU's own user and root may";
	case -ELOOP:
		return "a symbolic link that others could have made leads there";
	case -ECONNREFUSED:
		return "nobody listens on it any more";
	case -ENOTSOCK:
		return "it is no socket";
	default:
		return "it is not there";
	}
}

/* One sentence for each reason that needs nothing filled in. */
static const char *fixed_text(enum resolver_reason reason)
{
	switch (reason) {
	case RESOLVER_OK:
		return "has an address";
	case RESOLVER_BAD_NAME:
		return "no VM can have this name (letters, digits, '-', '_' and single dots)";
	case RESOLVER_NO_SUCH_VM:
		return "no VM of that name (qemuvm list shows those there are)";
	case RESOLVER_OTHER_FAMILY:
		return "the VM has addresses, but none of the kind asked for";
	case RESOLVER_NO_MAC:
		return "no MAC of the VM is known that no other VM bears";
	case RESOLVER_NO_LEASE:
		return "no lease file has an address for it (see `lease` in qemuvm.conf)";
	case RESOLVER_NO_NEIGHBOUR:
		return "the neighbour table has no address for it: it has not spoken with this "
		       "host lately";
	case RESOLVER_UNSUPPORTED:
		return "a process of another user says that it is this VM, and nothing supports it "
		       "(see qemuvm doctor)";
	case RESOLVER_NO_AGENT:
		return "the VM has no guest agent socket (qemuvm args NAME shows how to give it "
		       "one)";
	case RESOLVER_NOT_HEARD:
		return "neither a DHCP lease nor the neighbour table knows the VM's address, and "
		       "it "
		       "has no guest agent socket (qemuvm args NAME shows how to give it one)";
	case RESOLVER_NO_LEASE_YET:
		return "its guest agent answers, but its network interface has no address yet";
	case RESOLVER_AGENT_SILENT:
		return "its guest agent does not answer (not running in the guest, VM paused or "
		       "still booting, or another program holds the socket)";
	case RESOLVER_AGENT_BUSY:
		return "too many other clients wait for its guest agent; try again";
	case RESOLVER_AGENT_SLOW:
		return "its guest agent was asked and did not answer in time";
	case RESOLVER_AGENT_REFUSES:
		return "its guest agent does not allow guest-network-get-interfaces (see the "
		       "agent's "
		       "block-rpcs and allow-rpcs in the guest)";
	case RESOLVER_AGENT_GARBAGE:
		return "what its guest agent answers is not the agent's protocol";
	case RESOLVER_AGENT_LEFT:
		return "the connection to its guest agent ended (is the VM stopping?)";
	case RESOLVER_NOT_ASKED:
		return "no source of addresses applies to this VM (see `sources` in qemuvm.conf)";
	default:
		return NULL;
	}
}

static const struct vm_forward *forward_to_ssh(const struct resolver_answer *answer)
{
	for (unsigned int i = 0; i < answer->vm.forward_count; i++)
		if (answer->vm.forwards[i].guest_port == 22)
			return &answer->vm.forwards[i];
	return NULL;
}

static void explain_user_mode(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE])
{
	static const uint8_t any[16] = {0};
	const struct vm_forward *forward = forward_to_ssh(answer);
	const char *host = "localhost";
	char address[ADDRESS_TEXT_MAX];

	if (forward == NULL) {
		snprintf(text, RESOLVER_TEXT_SIZE,
			"user-mode networks only (-netdev user): no address leads to the VM from "
			"here: give it a tap or bridge, or a hostfwd");
		return;
	}
	if (memcmp(forward->host.bytes, any, sizeof(any)) != 0)
		host = address_format(&forward->host, address);
	snprintf(text, RESOLVER_TEXT_SIZE,
		"user-mode networks only: no address leads to the VM from here; its ssh port is "
		"forwarded: ssh -p %u %s",
		forward->host_port, host);
}

const char *resolver_explain_agent(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE])
{
	const char *fixed = fixed_text(answer->agent_reason);

	int len = snprintf(text, RESOLVER_TEXT_SIZE, "%s",
		fixed != NULL ? fixed : "its guest agent cannot be asked");

	if (answer->age_ms > 0)
		(void)snprintf(text + len, RESOLVER_TEXT_SIZE - (size_t)len,
			"; this is what it said %lld s ago",
			(long long)(answer->age_ms / MS_PER_S));
	return text;
}

const char *resolver_explain(
	const struct resolver_answer *answer, char text[static RESOLVER_TEXT_SIZE])
{
	const char *fixed = fixed_text(answer->reason);
	char raw[ENDPOINT_PATH_SIZE], socket[ENDPOINT_PATH_SIZE], one[NAME_VM_SIZE],
		other[NAME_VM_SIZE];

	printable(endpoint_format(&answer->vm.agent, raw), socket, sizeof(socket));
	switch (answer->reason) {
	case RESOLVER_VM_GONE:
		snprintf(text, RESOLVER_TEXT_SIZE,
			"the VM's socket is there, but no QEMU listens on it any more%s%s",
			socket[0] != '\0' ? ": " : "", socket);
		break;
	case RESOLVER_NO_PERMISSION:
		snprintf(text, RESOLVER_TEXT_SIZE,
			"permission denied on the VM's agent socket%s%s: only QEMU's own user and "
			"root may ask it",
			socket[0] != '\0' ? " " : "", socket);
		break;
	case RESOLVER_STRANGER:
		snprintf(text, RESOLVER_TEXT_SIZE,
			"the VM's agent socket%s%s belongs to a user who is not trusted (see "
			"`trusted_users` in qemuvm.conf)",
			socket[0] != '\0' ? " " : "", socket);
		break;
	case RESOLVER_AMBIGUOUS:
		snprintf(text, RESOLVER_TEXT_SIZE,
			"two VMs answer to this name: \"%s\" (pid %d) and \"%s\" (pid %d); use the "
			"exact name of one",
			printable(answer->rivals[0], one, sizeof(one)), (int)answer->rival_pids[0],
			printable(answer->rivals[1], other, sizeof(other)),
			(int)answer->rival_pids[1]);
		break;
	case RESOLVER_AGENT_UNREACHABLE:
		snprintf(text, RESOLVER_TEXT_SIZE,
			"the VM runs, but its agent's socket%s%s cannot be reached: %s",
			socket[0] != '\0' ? " " : "", socket, refusal_text(answer->error));
		break;
	case RESOLVER_USER_MODE:
		explain_user_mode(answer, text);
		break;
	case RESOLVER_NONE_COUNTS:
		snprintf(text, RESOLVER_TEXT_SIZE,
			"addresses are named for it, but none that can be believed or reached: %s",
			candidate_verdict_text(answer->verdict));
		break;
	case RESOLVER_NO_RESOURCES:
		snprintf(text, RESOLVER_TEXT_SIZE, "cannot look: %s",
			answer->error == -ENOMEM ? "out of memory" : "too many open files");
		break;
	default:
		snprintf(text, RESOLVER_TEXT_SIZE, "%s", fixed);
		break;
	}
	return text;
}
