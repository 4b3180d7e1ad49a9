/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_VM_H
#define QEMUVM_VM_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"
#include "base/name.h"
#include "qemu/endpoint.h"

/*
 * What is known of one running QEMU, whatever its source. Everything is bounded and by value,
 * so that a struct vm can be copied and needs no release.
 */

/* QEMU itself takes at most 8 NICs by -nic and -net (MAX_NICS); bridges of -device allow more. */
#define VM_NICS_MAX 16
/* QEMU's ids are short by habit; what a longer one names is ignored. */
#define VM_ID_SIZE 64
/* Names that QEMU was given: guest, process, -id, -uuid; room for what a pid or a folder adds. */
#define VM_NAMES_MAX 6
/* Forwards of user-mode networks that are kept; the first are the ones that tools put in. */
#define VM_FORWARDS_MAX 16

/* What is behind a NIC. */
enum vm_netdev {
	VM_NETDEV_UNKNOWN, /* the command line does not show it */
	VM_NETDEV_NONE,    /* a NIC that nothing is plugged into */
	VM_NETDEV_TAP,
	VM_NETDEV_BRIDGE, /* a tap that qemu-bridge-helper made */
	VM_NETDEV_USER,   /* slirp: nothing outside reaches the guest but by forwards */
	VM_NETDEV_PASST,  /* the guest has an address of the host's */
	VM_NETDEV_VDE,
	VM_NETDEV_SOCKET, /* socket, stream, dgram: another program has the other end */
	VM_NETDEV_OTHER,  /* vhost-user, vhost-vdpa, l2tpv3, netmap, af-xdp and the like */
};

struct vm_nic {
	struct mac mac;
	bool has_mac;        /* mac is known */
	bool mac_is_default; /* QEMU chose it by counting: other VMs may have the same */
	bool mac_is_shared;  /* and one that runs here does: the MAC proves nothing */
	enum vm_netdev netdev;
	char ifname[IF_NAMESIZE]; /* the host's tap, "" if not known */
	char bridge[IF_NAMESIZE]; /* the bridge that was requested, "" if not known */
};

/* A TCP forward of a user-mode network: what the host listens on for the guest. */
struct vm_forward {
	struct address host; /* 0.0.0.0 or ::: any address of the host's */
	uint16_t host_port;
	uint16_t guest_port;
};

/* The address at which this host reaches a forward: loopback, if it listens on every address. */
struct address vm_forward_address(const struct vm_forward *forward);

/* What a monitor speaks (docs/interop/qmp-spec.rst; the other is for people). */
enum vm_monitor_protocol { VM_MONITOR_QMP, VM_MONITOR_HMP };

struct vm {
	/* The name it is shown under: what its socket's path calls it, else the first of its names,
	 * else what vm_id.h finds. */
	char id[NAME_VM_SIZE];
	/* What QEMU's arguments call it, raw. */
	char names[VM_NAMES_MAX][NAME_VM_SIZE];
	unsigned int name_count;
	bool is_named; /* by more than a UUID */
	pid_t pid;     /* 0: not known */
	uint64_t
		start_time; /* of the process, in clock ticks since boot (proc(5), stat field 22) */
	uid_t uid;          /* who listens on its socket, or runs it */
	struct endpoint agent;
	struct endpoint monitor;
	enum vm_monitor_protocol monitor_protocol;
	struct vm_nic nics[VM_NICS_MAX];
	unsigned int nic_count;
	struct vm_forward forwards[VM_FORWARDS_MAX];
	unsigned int forward_count;
	uint32_t vsock_cid; /* 0: none */
	bool has_argv;      /* the command line was read, so that nics are all that it has */
};

/* Notes a name, unless it is empty, too long to be typed, there already, or one too many. */
void vm_add_name(struct vm *vm, const char *name);
/* Is its id or one of its names what was typed (see name_matches())? */
bool vm_has_name(const struct vm *vm, const char *typed);
/* Notes a forward, unless it is there already or one too many. */
void vm_add_forward(struct vm *vm, const struct vm_forward *forward);

/* Notes a NIC of which its MAC alone is known, unless it is there already or one too many. */
void vm_add_mac(struct vm *vm, const struct mac *mac);

/* The NIC with that MAC, or NULL. */
const struct vm_nic *vm_nic_by_mac(const struct vm *vm, const struct mac *mac);
/* Is a NIC of it behind slirp, to which forwards can be added? */
bool vm_has_user_network(const struct vm *vm);

/* Is it on a network of QEMU's own, or on none, so that neither the host nor another VM meets its
 * MAC? */
bool vm_nic_is_private(const struct vm_nic *nic);
/* Is the MAC of any NIC known, be it a default one (see vm_shares_macs())? */
bool vm_has_macs(const struct vm *vm);
/* Has *other a default MAC of *vm, so that it is worth a closer look? */
bool vm_has_default_mac_of(const struct vm *vm, const struct vm *other);
/* Notes on the NICs of *vm which default MACs *other has on a NIC that can be reached, too. */
void vm_note_shared_macs(struct vm *vm, const struct vm *other);
/* Does another VM have the MAC of a NIC of this one, so that MACs do not identify them? */
bool vm_shares_macs(const struct vm *vm);
/* Is the MAC that of a NIC which can be reached from the host, and of no other VM's, so that its
 * owner is this VM? */
bool vm_mac_is_unique(const struct vm *vm, const struct mac *mac);
/* Is there such a NIC at all? */
bool vm_has_unique_macs(const struct vm *vm);
/* Can no NIC be reached from the host by an address of its own, by the command line: there are
 * NICs, and all are on user-mode networks? (If there is none, one may be plugged in later.) */
bool vm_is_unreachable(const struct vm *vm);

#endif
