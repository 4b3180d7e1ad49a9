/* SPDX-License-Identifier: MIT */
#include "find/vm_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "find/vm_process.h"
#include "qemu/vm_argv.h"
#include "qemu/vm_nics.h"

/* How well a name fits, best first. */
enum fit { FIT_EXACT, FIT_SPELLED, FIT_PREFIXED, FIT_NONE };

static enum fit fit_of_name(const struct config *config, const char *typed, const char *raw)
{
	const char *prefixes[CONFIG_PREFIXES_MAX];

	if (strcmp(typed, raw) == 0)
		return FIT_EXACT;
	if (name_matches(typed, raw))
		return FIT_SPELLED;
	for (unsigned int i = 0; i < config->prefix_count; i++)
		prefixes[i] = config->prefixes[i];
	if (name_matches_prefixed(typed, raw, prefixes, config->prefix_count))
		return FIT_PREFIXED;
	return FIT_NONE;
}

static enum fit fit_of_vm(const struct config *config, const char *typed, const struct vm *vm)
{
	enum fit best = fit_of_name(config, typed, vm->id);

	for (unsigned int i = 0; i < vm->name_count; i++) {
		enum fit fit = fit_of_name(config, typed, vm->names[i]);

		if (fit < best)
			best = fit;
	}
	return best;
}

/* A first look at the names alone, which most processes do not pass. A VM without one goes by more
 * than its arguments tell; so does one with arguments in a file. */
static bool may_fit(
	const struct config *config, const char *typed, const struct argv *argv, struct vm *scratch)
{
	static const char file[] = "readconfig";

	scratch->id[0] = '\0';
	vm_argv_parse_names(scratch, argv);
	return !scratch->is_named || fit_of_vm(config, typed, scratch) != FIT_NONE ||
	       memmem(argv->text, argv->len, file, strlen(file)) != NULL;
}

/* *found is written in any case. */
static void describe(struct host *host, const struct vm_process *process, struct vm_found *found)
{
	*found = (struct vm_found){
		.agent_fd = -1, .is_running = true, .template_index = VM_FOUND_BY_PROCESS};
	vm_process_describe(process, host->config, &found->vm);
}

/* Is it the shortage of something that keeps us from looking at a process? */
static bool is_shortage(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE || error == -EIO;
}

/* A lookup of a name. */
struct name_search {
	const char *typed;
	struct vm_found *best, *other; /* the second is scratch */
	/* The host's own come before a container's, whatever its name; then a name that fits
	 * better, then what is supported better, then the caller's own. */
	unsigned int best_rank;
	bool is_tied;
	struct vm_rivals *rivals;
	int error; /* why one that fits does not count */
};

#define RANK_NONE UINT_MAX

static int look_at_name(struct host *host, struct name_search *search, pid_t pid)
{
	struct vm_found *swapped = search->best;
	struct vm_process process;
	unsigned int rank;
	enum fit fit;
	int r = vm_process_open(host, pid, &process);

	if (r == -EPERM && search->error == -ENOENT)
		search->error = r;
	if (r < 0)
		return is_shortage(r) ? r : 0;
	describe(host, &process, search->other);
	fit = fit_of_vm(host->config, search->typed, &search->other->vm);
	r = fit == FIT_NONE ? -ESRCH
			    : vm_process_check(
				      &process, host, &search->other->vm, &search->other->agent_fd);
	vm_process_close(&process);
	if (r == -EKEYREJECTED || r == -EXDEV)
		search->error = r;
	if (r < 0)
		return 0;
	rank = (process.is_contained ? FIT_NONE * 4 : 0) + (unsigned int)fit * 4 +
	       (r > 0 ? 2 : 0) + (process.uid != geteuid());
	if (rank < search->best_rank) {
		search->best = search->other;
		search->other = swapped;
		search->best_rank = rank;
		search->is_tied = false;
	} else if (rank == search->best_rank && !search->is_tied) {
		vm_rivals_set(search->rivals, &search->best->vm, &search->other->vm);
		search->is_tied = true;
	}
	vm_found_close(search->other);
	return 0;
}

static int search_name(struct host *host, struct name_search *search)
{
	struct host_scan scan;
	int r = host_scan_begin(&scan, host);

	while (r >= 0 && (r = host_scan_next(&scan)) > 0)
		if (may_fit(host->config, search->typed,
			    &(struct argv){scan.cmdline, scan.cmdline_len}, &search->other->vm))
			r = look_at_name(host, search, scan.walk.pid);
	host_scan_end(&scan);
	if (r == 0 && search->is_tied)
		return -ENOTUNIQ;
	return r == 0 && search->best_rank == RANK_NONE ? search->error : r;
}

int vm_scan_by_name(struct host *host, const char *name, struct vm_found *ret_found,
	struct vm_rivals *ret_rivals)
{
	struct vm_found *founds = calloc(2, sizeof(*founds));
	struct name_search search = {
		.typed = name,
		.best = founds,
		.other = founds + 1,
		.best_rank = RANK_NONE,
		.rivals = ret_rivals,
		.error = -ENOENT,
	};
	int r;

	if (founds == NULL)
		return -ENOMEM;
	founds[0].agent_fd = founds[1].agent_fd = -1;
	r = search_name(host, &search);
	if (r == 0)
		*ret_found = *search.best;
	else
		vm_found_close(search.best);
	free(founds);
	return r;
}

/* Opens and describes a process, and checks whether it counts: 0 or 1, as vm_process_check();
 * -ESRCH: it does not. */
static int look_at_process(struct host *host, pid_t pid, struct vm_found *found)
{
	struct vm_process process;
	int r = vm_process_open(host, pid, &process);

	if (r < 0)
		return is_shortage(r) ? r : -ESRCH;
	describe(host, &process, found);
	r = vm_process_check(&process, host, &found->vm, &found->agent_fd);
	vm_process_close(&process);
	vm_found_close(found);
	return r < 0 && !is_shortage(r) ? -ESRCH : r;
}

int vm_scan_by_mac(struct host *host, const struct mac *mac, struct vm *ret_vm)
{
	struct vm_found *found = calloc(1, sizeof(*found));
	struct host_scan scan;
	unsigned int count = 0;
	bool is_weak = false; /* a lease alone supports what was found so far */
	int r = host_scan_begin(&scan, host);

	if (found == NULL)
		r = -ENOMEM;
	while (r >= 0 && (r = host_scan_next(&scan)) > 0) {
		vm_nics_parse(&found->vm, &(struct argv){scan.cmdline, scan.cmdline_len});
		if (!vm_mac_is_unique(&found->vm, mac))
			continue;
		r = look_at_process(host, scan.walk.pid, found);
		if (is_shortage(r))
			break;
		if (r < 0 || !vm_mac_is_unique(&found->vm, mac) || (r > 0 && count > 0 && !is_weak))
			continue;
		if (r == 0 && is_weak)
			count = 0;
		is_weak = r > 0;
		if (count++ == 0)
			*ret_vm = found->vm;
	}
	host_scan_end(&scan);
	free(found);
	if (is_shortage(r) || r == -ETIMEDOUT)
		return r;
	return count == 1 ? 0 : count == 0 ? -ENOENT : -ENOTUNIQ;
}

/* A first look: can it be the socket that the arguments name, or that a file or descriptor does? */
static bool may_name_socket(const struct host_scan *scan, const char *path)
{
	const char *name = strrchr(path, '/');
	const struct argv argv = {scan->cmdline, scan->cmdline_len};

	name = name == NULL ? path : name + 1;
	return memmem(argv.text, argv.len, name, strlen(name)) != NULL ||
	       memmem(argv.text, argv.len, "fd=", strlen("fd=")) != NULL ||
	       memmem(argv.text, argv.len, "readconfig", strlen("readconfig")) != NULL;
}

int vm_scan_by_socket(struct host *host, const char *path, struct vm *ret_vm)
{
	struct vm_found *found = calloc(1, sizeof(*found));
	struct host_scan scan;
	bool is_found = false;
	int r = host_scan_begin(&scan, host);

	if (found == NULL)
		r = -ENOMEM;
	while (r >= 0 && (r = host_scan_next(&scan)) > 0) {
		if (is_found || !may_name_socket(&scan, path))
			continue;
		r = look_at_process(host, scan.walk.pid, found);
		if (is_shortage(r))
			break;
		is_found = r >= 0 && found->vm.agent.kind == ENDPOINT_UNIX &&
			   strcmp(found->vm.agent.path, path) == 0;
		if (is_found)
			*ret_vm = found->vm;
		r = 0;
	}
	host_scan_end(&scan);
	free(found);
	return is_found ? 0 : r < 0 ? r : -ENOENT;
}

/* *found, which is new, becomes the VM of a process. */
static int fill_in(struct host *host, pid_t pid, struct vm_found *found)
{
	struct vm_process process;
	int r = vm_process_open(host, pid, &process);

	found->vm.pid = pid;
	if (r == 0) {
		describe(host, &process, found);
		r = vm_process_check(&process, host, &found->vm, &found->agent_fd);
		vm_process_close(&process);
	}
	found->reason = r < 0 ? reason_of_finding(r) : REASON_OK;
	return r;
}

int vm_scan_all(struct host *host, struct vm_founds *founds)
{
	struct host_scan scan;
	struct vm_found *found;
	int r = host_scan_begin(&scan, host);

	while (r >= 0 && (r = host_scan_next(&scan)) > 0) {
		r = vm_founds_add(founds, &found);
		if (r < 0)
			break;
		/* It may have ended while it was looked at, or is no QEMU. */
		r = fill_in(host, scan.walk.pid, found);
		if (r == -ESRCH || r == -ENODATA)
			vm_founds_drop(founds);
		r = 0;
	}
	host_scan_end(&scan);
	for (size_t i = 0; r == 0 && i < host->stranger_count; i++) {
		r = vm_founds_add(founds, &found);
		if (r < 0)
			break;
		found->vm.pid = host->strangers[i].pid;
		found->vm.uid = host->strangers[i].owner;
		found->reason = REASON_STRANGER;
	}
	return r == -E2BIG ? 0 : r;
}

int vm_scan_shared_macs(struct host *host, struct vm *vm)
{
	struct host_scan scan;
	struct vm_found *other;
	bool is_needed = false;
	int r;

	for (unsigned int i = 0; i < vm->nic_count; i++)
		is_needed |= vm->nics[i].mac_is_default && !vm_nic_is_private(&vm->nics[i]);
	if (!is_needed)
		return 0;
	other = calloc(1, sizeof(*other));
	if (other == NULL)
		return -ENOMEM;
	r = host_scan_begin(&scan, host);
	while (r >= 0 && (r = host_scan_next(&scan)) > 0) {
		if (scan.walk.pid == vm->pid)
			continue;
		vm_nics_parse(&other->vm, &(struct argv){scan.cmdline, scan.cmdline_len});
		/* Only a VM that counts has a MAC of its own. */
		if (vm_has_default_mac_of(vm, &other->vm) &&
			look_at_process(host, scan.walk.pid, other) >= 0)
			vm_note_shared_macs(vm, &other->vm);
	}
	host_scan_end(&scan);
	free(other);
	return r;
}
