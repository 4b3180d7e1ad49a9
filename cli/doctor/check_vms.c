/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/name.h"
#include "check.h"
#include "cli/output.h"
#include "config/trust.h"
#include "find/vm_find.h"
#include "host/netlink.h"

/* The kernel answers at once; this only bounds a sandbox that does not. */
#define NETLINK_MS 1000

static void found_print(const struct vm_found *found)
{
	const struct passwd *user = getpwuid(found->vm.uid);
	char socket[ENDPOINT_PATH_SIZE];

	output_text(stdout, found->vm.id[0] != '\0' ? found->vm.id : "?");
	if (found->vm.pid > 0)
		printf(" (process %d)", (int)found->vm.pid);
	/* The owner of a process that is ignored may not be known. */
	if (found->vm.pid > 0 && (found->reason == REASON_OK || found->reason == REASON_STRANGER)) {
		if (user == NULL)
			printf(" of user %u", (unsigned int)found->vm.uid);
		else
			fputs(" of ", stdout);
		output_text(stdout, user != NULL ? user->pw_name : "");
	}
	endpoint_format(&found->vm.agent, socket);
	if (socket[0] != '\0') {
		fputs(", agent socket ", stdout);
		output_text(stdout, socket);
	}
}

static bool check_vm(const struct vm_found *found)
{
	if (found->reason != REASON_OK && found->template_index != VM_FOUND_BY_PROCESS) {
		check_begin(CHECK_PROBLEM);
		fputs("socket: ", stdout);
		output_text(stdout, found->vm.agent.path);
		printf(": %s\n", reason_text(found->reason));
		return false;
	}
	check_begin(found->reason == REASON_OK ? CHECK_OK : CHECK_SKIPPED);
	fputs("VM: ", stdout);
	found_print(found);
	if (found->reason != REASON_OK)
		printf(": %s\n", reason_text(found->reason));
	else
		puts(found->vm.agent.kind == ENDPOINT_NONE ? ", no agent socket" : "");
	return true;
}

/* Reports a name that both VMs have, however it is spelled. */
static void check_names(const struct vm_found *a, const struct vm_found *b)
{
	const char *name = NULL;
	char typed[NAME_VM_SIZE];

	/* The VM of the earlier template is found first. */
	if (a->template_index > b->template_index) {
		const struct vm_found *later = a;

		a = b;
		b = later;
	}
	for (unsigned int i = 0; i <= a->vm.name_count && name == NULL; i++) {
		name = i < a->vm.name_count ? a->vm.names[i] : a->vm.id;
		if (name_spell(name, typed) == 0 || !vm_has_name(&b->vm, typed))
			name = NULL;
	}
	if (name == NULL || a->vm.pid == b->vm.pid)
		return;
	check_begin(CHECK_SKIPPED);
	fputs("name: \"", stdout);
	output_text(stdout, name);
	fputs("\" is a name of ", stdout);
	found_print(a);
	fputs(" and of ", stdout);
	found_print(b);
	puts(a->template_index != b->template_index
			? ": the first is used, by the order of the socket templates"
			: ": the caller's own is used; if both or none are, the name is refused");
}

/* The bridge on which a NIC meets others; 0: not known. */
static uint32_t nic_bridge(const struct vm_nic *nic)
{
	struct netlink_link link = {.master = 0};
	int fd;

	if (nic->bridge[0] != '\0')
		return if_nametoindex(nic->bridge);
	fd = nic->ifname[0] != '\0' ? netlink_open(NETLINK_ROUTE) : -ENODEV;
	if (fd < 0)
		return 0;
	(void)netlink_link_by_name(fd, deadline_after_ms(NETLINK_MS), nic->ifname, &link);
	close(fd);
	return link.master;
}

/* Returns whether it was worth a line: the two may be on one network. Clears *is_ok if they are. */
static bool check_mac(const struct vm_found *a, const struct vm_found *b, const struct vm_nic *nic,
	const struct vm_nic *twin, bool *is_ok)
{
	uint32_t bridge = nic_bridge(nic), other = nic_bridge(twin);
	bool is_one_bridge = bridge != 0 && bridge == other;
	char text[MAC_TEXT_MAX];

	if (bridge != 0 && other != 0 && bridge != other)
		return false;
	*is_ok &= !is_one_bridge;
	check_begin(is_one_bridge ? CHECK_PROBLEM : CHECK_SKIPPED);
	printf("MAC: %s is the MAC of ", mac_format(&nic->mac, text));
	found_print(a);
	fputs(" and of ", stdout);
	found_print(b);
	printf(": %s give each its own with mac= of -nic or -device (`qemuvm args --nic` does)\n",
		is_one_bridge ? "they share a DHCP lease, so" : "if they are on one network,");
	return true;
}

/* QEMU gives its first default MAC to every VM that is told none. On one network a DHCP server
 * takes two such VMs for one. Of many the last is told with the first: a line for each VM. */
static bool check_macs(struct vm_found **found, size_t last)
{
	const struct vm *vm = &found[last]->vm;
	bool is_ok = true, is_told = false;

	for (size_t i = 0; i < last && found[last]->reason == REASON_OK; i++) {
		if (found[i]->reason != REASON_OK || found[i]->vm.pid == vm->pid)
			continue;
		for (unsigned int n = 0; n < vm->nic_count && !is_told; n++) {
			const struct vm_nic *nic = &vm->nics[n], *twin;

			twin = nic->has_mac ? vm_nic_by_mac(&found[i]->vm, &nic->mac) : NULL;
			if (twin != NULL && !vm_nic_is_private(nic) && !vm_nic_is_private(twin))
				is_told = check_mac(found[i], found[last], twin, nic, &is_ok);
		}
	}
	return is_ok;
}

/* Would a lookup of the name find the VM? */
static bool found_has_name(
	const struct vm_found *found, const struct config *config, const char *typed)
{
	const char *prefixes[CONFIG_PREFIXES_MAX];

	if (vm_has_name(&found->vm, typed))
		return true;
	for (unsigned int i = 0; i < config->prefix_count; i++)
		prefixes[i] = config->prefixes[i];
	for (unsigned int i = 0; i < found->vm.name_count; i++)
		if (name_matches_prefixed(
			    typed, found->vm.names[i], prefixes, config->prefix_count))
			return true;
	return name_matches_prefixed(typed, found->vm.id, prefixes, config->prefix_count);
}

bool check_vms(struct host *host, const char *name)
{
	struct vm_finder finder = {.host = host};
	struct vm_founds founds;
	struct vm_found **found;
	char typed[NAME_VM_SIZE] = "";
	size_t kept = 0;
	bool is_ok = true;
	int r;

	host_begin(host, 0);
	r = vm_find_all(&finder, &founds);
	if (r < 0)
		return check_line(CHECK_PROBLEM, "VMs: %s", strerror(-r));
	if (founds.count == 0)
		check_line(CHECK_OK, "VMs: no QEMU runs, and no agent socket matches a template");
	if (name != NULL && name_from_typed(name, typed) < 0)
		typed[0] = '\0';
	found = founds.list;
	/* The VMs of the name come to the front. */
	for (size_t i = 0; i < founds.count; i++)
		if (name == NULL ||
			(typed[0] != '\0' && found_has_name(found[i], host->config, typed))) {
			struct vm_found *swapped = found[kept];

			found[kept++] = found[i];
			found[i] = swapped;
		}
	for (size_t i = 0; i < kept; i++)
		is_ok &= check_vm(found[i]);
	for (size_t i = 0; i < kept; i++)
		for (size_t j = i + 1; j < kept; j++)
			if (found[i]->reason == REASON_OK && found[j]->reason == REASON_OK)
				check_names(found[i], found[j]);
	for (size_t i = 1; i < kept; i++)
		is_ok &= check_macs(found, i);
	vm_founds_free(&founds);
	return is_ok;
}
