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

static const char *mend_of_socket(int error)
{
	switch (error) {
	case -EACCES:
		return "permission denied: ask as the user who runs this QEMU, or as root";
	case -EPERM:
		return "a stranger's: name its user in trusted_users of qemuvm.conf, if you trust "
		       "it";
	case -ECONNREFUSED:
		return "left behind by a QEMU that has ended: remove it";
	case -ELOOP:
		return "behind a symbolic link in a directory that others can write: name the "
		       "real path in qemuvm.conf";
	case -ENAMETOOLONG:
		return "its path is too long for a socket";
	default:
		return strerror(-error);
	}
}

static const char *why_process_does_not_count(const struct vm_found *found)
{
	switch (found->error) {
	case -EPERM:
		return geteuid() == 0 ? "another user's: root's own VMs and those of trusted_users "
					"count for root, so a user asks without sudo"
				      : "another user's, who is not in trusted_users of "
					"qemuvm.conf";
	case -EKEYREJECTED:
		return "another user's, and neither its socket, its control group nor a lease "
		       "supports what its arguments say: ask as root, or as that user";
	case -E2BIG:
		return "its command line is longer than 512 KiB";
	case -EBADMSG:
		return "what /proc shows of it cannot be understood";
	default:
		return strerror(-found->error);
	}
}

static void print_owner(const struct vm *vm)
{
	const struct passwd *user = getpwuid(vm->uid);

	if (user == NULL) {
		printf(" of user %u", (unsigned int)vm->uid);
		return;
	}
	fputs(" of ", stdout);
	output_text(stdout, user->pw_name);
}

static void print_vm(const struct vm_found *found)
{
	char socket[ENDPOINT_PATH_SIZE];

	output_text(stdout, found->vm.id[0] != '\0' ? found->vm.id : "?");
	if (found->vm.pid > 0)
		printf(" (process %d)", (int)found->vm.pid);
	/* Of one that does not count it may not even be known. */
	if (found->vm.pid > 0 && (found->error == 0 || found->error == -EPERM))
		print_owner(&found->vm);
	endpoint_format(&found->vm.agent, socket);
	if (socket[0] != '\0') {
		fputs(", agent socket ", stdout);
		output_text(stdout, socket);
	}
}

static bool check_vm(const struct vm_found *found)
{
	if (found->error == 0) {
		check_begin(CHECK_OK);
		fputs("VM: ", stdout);
		print_vm(found);
		puts(found->vm.agent.kind == ENDPOINT_NONE ? ", no agent socket" : "");
	} else if (found->template_index == VM_FOUND_BY_PROCESS) {
		check_begin(CHECK_SKIPPED);
		fputs("VM: ", stdout);
		print_vm(found);
		printf(": %s\n", why_process_does_not_count(found));
	} else {
		check_begin(CHECK_PROBLEM);
		fputs("socket: ", stdout);
		output_text(stdout, found->vm.agent.path);
		printf(": %s\n", mend_of_socket(found->error));
		return false;
	}
	return true;
}

/* A name of one that the other bears, too, however it is spelled; or NULL. */
static const char *common_name(const struct vm *a, const struct vm *b)
{
	char typed[NAME_VM_SIZE];

	for (unsigned int i = 0; i <= a->name_count; i++) {
		const char *name = i < a->name_count ? a->names[i] : a->id;

		if (name_spell(name, typed) == 0)
			continue;
		if (name_matches(typed, b->id))
			return name;
		for (unsigned int j = 0; j < b->name_count; j++)
			if (name_matches(typed, b->names[j]))
				return name;
	}
	return NULL;
}

/* Of two VMs with one name a template's comes first; two processes' names are told apart by who
 * owns them, or by nothing. */
static void check_names(const struct vm_found *a, const struct vm_found *b)
{
	const char *name = common_name(&a->vm, &b->vm);
	bool is_shadowed = a->template_index != b->template_index;

	if (name == NULL || a->vm.pid == b->vm.pid)
		return;
	check_begin(CHECK_SKIPPED);
	fputs("name: \"", stdout);
	output_text(stdout, name);
	fputs("\" is borne by ", stdout);
	print_vm(a);
	fputs(" and by ", stdout);
	print_vm(b);
	puts(is_shadowed ? ": it leads to the first, by the order of socket templates"
			 : ": it leads to the caller's own, or to none");
}

/* The bridge on which a NIC meets others; 0: not known. */
static uint32_t bridge_of(const struct vm_nic *nic)
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
	uint32_t bridge = bridge_of(nic), other = bridge_of(twin);
	bool is_one_bridge = bridge != 0 && bridge == other;
	char text[MAC_TEXT_MAX];

	if (bridge != 0 && other != 0 && bridge != other)
		return false;
	*is_ok &= !is_one_bridge;
	check_begin(is_one_bridge ? CHECK_PROBLEM : CHECK_SKIPPED);
	printf("MAC: %s is the MAC of ", mac_format(&nic->mac, text));
	print_vm(a);
	fputs(" and of ", stdout);
	print_vm(b);
	printf(": %s give each its own with mac= of -nic or -device (`qemuvm args --nic` does)\n",
		is_one_bridge ? "they share a DHCP lease, so" : "if they are on one network,");
	return true;
}

/* QEMU gives its first default MAC to every VM that is told none. On one network a DHCP server
 * takes two such VMs for one. Of many the last is told with the first: a line for each VM. */
static bool check_macs(struct vm_found **founds, size_t last)
{
	const struct vm *vm = &founds[last]->vm;
	bool is_ok = true, is_told = false;

	for (size_t i = 0; i < last && founds[last]->error == 0; i++) {
		if (founds[i]->error != 0 || founds[i]->vm.pid == vm->pid)
			continue;
		for (unsigned int n = 0; n < vm->nic_count && !is_told; n++) {
			const struct vm_nic *nic = &vm->nics[n], *twin;

			twin = nic->has_mac ? vm_nic_by_mac(&founds[i]->vm, &nic->mac) : NULL;
			if (twin != NULL && !vm_nic_is_private(nic) && !vm_nic_is_private(twin))
				is_told = check_mac(founds[i], founds[last], twin, nic, &is_ok);
		}
	}
	return is_ok;
}

static bool check_all(struct vm_found **founds, size_t count)
{
	bool is_ok = true;

	for (size_t i = 0; i < count; i++)
		is_ok &= check_vm(founds[i]);
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			bool is_later = founds[i]->template_index > founds[j]->template_index;

			if (founds[i]->error == 0 && founds[j]->error == 0)
				check_names(founds[is_later ? j : i], founds[is_later ? i : j]);
		}
	for (size_t i = 1; i < count; i++)
		is_ok &= check_macs(founds, i);
	return is_ok;
}

static bool is_called(const char *raw, const struct config *config, const char *typed)
{
	const char *prefixes[CONFIG_PREFIXES_MAX];

	for (unsigned int i = 0; i < config->prefix_count; i++)
		prefixes[i] = config->prefixes[i];
	return name_matches(typed, raw) ||
	       name_matches_prefixed(typed, raw, prefixes, config->prefix_count);
}

/* As a look-up of the name has it; NULL is any. */
static bool is_of_name(const struct vm_found *found, const struct config *config, const char *name)
{
	char typed[NAME_VM_SIZE];

	if (name == NULL)
		return true;
	if (name_from_typed(name, typed) < 0)
		return false;
	if (is_called(found->vm.id, config, typed))
		return true;
	for (unsigned int i = 0; i < found->vm.name_count; i++)
		if (is_called(found->vm.names[i], config, typed))
			return true;
	return false;
}

/* Moves those that are of the name to the front. Returns how many. */
static size_t keep_named(
	struct vm_found **founds, size_t count, const struct config *config, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (is_of_name(founds[i], config, name)) {
			struct vm_found *found = founds[i];

			founds[i] = founds[kept];
			founds[kept++] = found;
		}
	return kept;
}

bool check_vms(struct host *host, const char *name)
{
	struct vm_finder finder = {.host = host};
	struct vm_founds founds;
	bool is_ok;
	int r;

	host_begin(host, 0);
	r = vm_find_all(&finder, &founds);
	if (r < 0)
		return check_problem("VMs: %s", strerror(-r));
	if (founds.count == 0)
		check_ok("VMs: no QEMU runs, and no agent socket follows a template");
	is_ok = check_all(founds.list, keep_named(founds.list, founds.count, host->config, name));
	vm_founds_free(&founds);
	return is_ok;
}
