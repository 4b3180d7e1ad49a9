/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_EXPORT_H
#define QEMUVM_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/list_all.h"

/*
 * The formats in which other programs read names and addresses; JSON is answer_json_list(). The
 * same answers give the same text, byte for byte. A name that two VMs have is left out.
 */

/* hosts(5), which dnsmasq's --hostsdir and CoreDNS's hosts plugin read as well: the host names of
 * each address. Link-local addresses are left out: they mean nothing to another program. */
void export_hosts(FILE *stream, const struct answer_list *answers);
/* ssh_config(5): a literal Host for each VM, for programs that look for one. */
void export_ssh(FILE *stream, const struct answer_list *answers);
/* The output of an Ansible inventory script for --list, and for --host. */
void export_ansible(FILE *stream, const struct answer_list *answers);
void export_ansible_host(FILE *stream, const struct resolver_answer *answer);

/* Can it be a host's name, and is no other VM called like that? name is one of the VM's own, as QEMU has it. */
bool export_is_unique(const struct answer_list *answers, int vm, const char *name);

#endif
