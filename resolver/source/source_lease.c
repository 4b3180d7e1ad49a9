/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lease/lease_files.h"

/*
 * DHCP leases: what a server on this host gave to the VM's MACs. A guest cannot write them, but it
 * may have left the address since.
 */

/* Of one VM that are looked at: a NIC has a few at a time. */
#define LEASES_MAX 64

struct gathered {
	size_t count;
	struct lease list[LEASES_MAX];
};

/* The one that ends first, to make room for one that ends later. */
static struct lease *place_for(struct gathered *gathered, const struct lease *lease)
{
	struct lease *first = &gathered->list[0];

	if (gathered->count < LEASES_MAX)
		return &gathered->list[gathered->count++];
	for (size_t i = 1; i < gathered->count; i++)
		if (gathered->list[i].expires < first->expires)
			first = &gathered->list[i];
	return first->expires < lease->expires ? first : NULL;
}

/* A NIC that was plugged in later is not on the command line; libvirt writes its MAC down. */
static void learn_macs(const struct source_call *call)
{
	struct mac macs[LEASE_MACS_MAX];

	for (unsigned int i = 0; i < call->vm->name_count && !vm_has_macs(call->vm); i++) {
		int count = lease_files_macs(
			call->host->config, call->deadline, call->vm->names[i], macs);

		for (int j = 0; j < count; j++)
			vm_add_mac(call->vm, &macs[j]);
	}
}

/* Is there a lease of the same client that ends later? Then this one is of former days. */
static bool is_outdated(const struct gathered *gathered, const struct lease *lease)
{
	for (size_t i = 0; i < gathered->count; i++) {
		const struct lease *other = &gathered->list[i];

		if (other->expires > lease->expires && mac_equals(&other->mac, &lease->mac) &&
			other->address.family == lease->address.family)
			return true;
	}
	return false;
}

/* An expired lease counts only while its address is heard; one without a known end counts. */
static void claim(const struct gathered *gathered, struct candidates *candidates)
{
	int64_t now = time(NULL);

	for (size_t i = 0; i < gathered->count; i++) {
		const struct lease *lease = &gathered->list[i];

		if (is_outdated(gathered, lease))
			continue;
		if (lease->expires == 0 || lease->expires > now)
			candidates_add(candidates, &lease->address, &lease->mac);
		else
			candidates_add_expired(candidates, &lease->address, &lease->mac);
	}
}

static int claim_leases(const struct source_call *call, struct gathered *gathered)
{
	const struct vm *vm = call->vm;
	struct mac macs[VM_NICS_MAX];
	struct lease_wanted wanted = {.macs = macs};
	struct lease_files walk;
	struct lease lease;

	learn_macs(call);
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm_mac_is_unique(vm, &vm->nics[i].mac))
			macs[wanted.count++] = vm->nics[i].mac;
	if (wanted.count == 0)
		return 0;
	walk = lease_files_begin(call->host->config, call->deadline, wanted);
	while (lease_files_next(&walk, &lease)) {
		struct lease *place = place_for(gathered, &lease);

		if (place != NULL)
			*place = lease;
	}
	lease_files_end(&walk);
	if (walk.file_count == 0)
		return 0;
	claim(gathered, call->candidates);
	return gathered->count > 0 ? (int)gathered->count : -EADDRNOTAVAIL;
}

static int lease_claim(const struct source_call *call)
{
	struct gathered *gathered = calloc(1, sizeof(*gathered));
	int r;

	if (gathered == NULL)
		return -ENOMEM;
	r = claim_leases(call, gathered);
	free(gathered);
	return r;
}

const struct source source_lease = {SOURCE_LEASE, lease_claim};
