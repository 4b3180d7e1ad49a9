/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_EXPORT_H
#define QEMUVM_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "resolver.h"

/*
 * The forms in which other programs take names and addresses. The same VMs give the same text, byte
 * for byte. A name that two VMs bear leads to none of them, so it is left out.
 */
struct export_vms {
	const struct resolver_answer *list;
	int count;
};

/* hosts(5), as dnsmasq's --hostsdir and CoreDNS's hosts plugin read it, too: the host names of each
 * address. Link-local ones are of no use elsewhere. */
void export_hosts(FILE *stream, const struct export_vms *vms);
/* ssh_config(5): a literal Host for each VM, for programs that look for such. */
void export_ssh(FILE *stream, const struct export_vms *vms);
/* What an inventory script of Ansible's prints for --list, and for --host. */
void export_ansible(FILE *stream, const struct export_vms *vms);
void export_ansible_host(FILE *stream, const struct resolver_answer *vm);
/* The array of qemuvm(1), JSON. */
void export_json(FILE *stream, const struct export_vms *vms);

/* Is the name (a VM's own, as QEMU was told it) that of this VM alone? */
bool export_is_unique(const struct export_vms *vms, int vm, const char *name);

#endif
