/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_H
#define QEMUVM_VM_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#include "address.h"
#include "name.h"

/*
 * What is known of one running QEMU, wherever it was learned. Everything is bounded and by value,
 * so that a struct vm can be copied and needs no release.
 */

/* QEMU itself takes at most 8 NICs by -nic and -net (MAX_NICS); bridges of -device allow more. */
#define VM_NICS_MAX 16
/* QEMU's ids are short by habit; what a longer one names is not looked for. */
#define VM_ID_SIZE 64

/* What stands behind a NIC. */
enum vm_netdev {
	VM_NETDEV_UNKNOWN, /* not told by the command line */
	VM_NETDEV_NONE,    /* a NIC that nothing is plugged into */
	VM_NETDEV_TAP,
	VM_NETDEV_BRIDGE, /* a tap that qemu-bridge-helper made */
	VM_NETDEV_USER,   /* slirp: nothing outside reaches the guest but by forwards */
	VM_NETDEV_PASST,  /* the guest bears an address of the host's */
	VM_NETDEV_VDE,
	VM_NETDEV_SOCKET, /* socket, stream, dgram: another program has the other end */
	VM_NETDEV_OTHER,  /* vhost-user, vhost-vdpa, l2tpv3, netmap, af-xdp and the like */
};

struct vm_nic {
	struct mac mac;
	bool has_mac;        /* mac is known */
	bool mac_is_default; /* QEMU chose it by counting: other VMs may bear the same */
	enum vm_netdev netdev;
	char ifname[IF_NAMESIZE]; /* the host's tap, "" if not told */
	char bridge[IF_NAMESIZE]; /* the bridge it was asked into, "" if not told */
};

enum vm_endpoint_kind { VM_ENDPOINT_NONE, VM_ENDPOINT_UNIX, VM_ENDPOINT_TCP };

/* Where a client connects. */
struct vm_endpoint {
	enum vm_endpoint_kind kind;
	/* The path, absolute as the caller's file system sees it; an abstract name begins with NUL.
	 */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	uint8_t path_len; /* of path, without a closing NUL */
	struct address host;
	uint16_t port;
	bool is_serial; /* the agent is on an isa-serial port, whose end is always open */
};

struct vm {
	char id[NAME_VM_SIZE]; /* as its socket's path spells it */
	pid_t pid;             /* 0: not known */
	uint64_t
		start_time; /* of the process, in clock ticks since boot (proc(5), stat field 22) */
	uid_t uid;          /* who listens on its socket */
	struct vm_endpoint agent;
	struct vm_nic nics[VM_NICS_MAX];
	unsigned int nic_count;
	bool has_argv; /* the command line was read, so that nics are all that it tells */
};

/* The NIC with that MAC, or NULL. */
const struct vm_nic *vm_nic_by_mac(const struct vm *vm, const struct mac *mac);
/* Are MACs of NICs known, and are they fit to tell this VM from others? */
bool vm_has_macs(const struct vm *vm);
/* Does the command line tell that no NIC can be reached from the host by an address of its own:
 * there are NICs, and all are on user-mode networks? (None at all may be plugged in later.) */
bool vm_is_unreachable(const struct vm *vm);

/* Sets a Unix endpoint. 0 or -ENAMETOOLONG. */
int vm_endpoint_set_path(struct vm_endpoint *endpoint, const char *path);

#endif
