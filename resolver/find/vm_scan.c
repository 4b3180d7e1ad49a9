/* SPDX-License-Identifier: MIT */
#include "find/vm_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "qemu/vm_argv.h"
#include "qemu/vm_nics.h"

static int each_qemu(const struct vm_finder *finder,
	int (*visit)(void *context, const struct proc_qemu *qemu), void *context)
{
	return proc_each_qemu(
		finder->proc_root == NULL ? PROC_ROOT : finder->proc_root, visit, context);
}

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

/* *found is written in any case. */
static void describe(
	const struct vm_finder *finder, const struct vm_process *process, struct vm_found *found)
{
	memset(found, 0, sizeof(*found));
	found->agent_fd = -1;
	found->is_running = true;
	found->template_index = VM_FIND_BY_PROCESS;
	vm_process_describe(process, finder->config, &found->vm);
}

/* One look-up of a name. */
struct search {
	const struct vm_finder *finder;
	const char *typed;
	struct vm_found *best, *other; /* the second is scratch */
	unsigned int best_rank;
	bool is_tied;
	struct vm_rivals *rivals;
	int error;
};

#define RANK_NONE UINT_MAX

/* A name that is told better comes first, then what is supported better, then the caller's own. */
static unsigned int rank_of(const struct vm_process *process, enum fit fit, bool is_weak)
{
	return (unsigned int)fit * 4 + (is_weak ? 2 : 0) + (process->uid != geteuid());
}

static void set_rival(struct vm_rivals *rivals, int which, const struct vm *vm)
{
	memcpy(rivals->id[which], vm->id, sizeof(rivals->id[which]));
	rivals->pid[which] = vm->pid;
}

/* search->other holds a VM that counts. */
static void take(struct search *search, unsigned int rank)
{
	struct vm_found *better = search->other;

	if (rank < search->best_rank) {
		vm_find_close(search->best);
		search->other = search->best;
		search->best = better;
		search->best_rank = rank;
		search->is_tied = false;
		return;
	}
	if (rank == search->best_rank && !search->is_tied) {
		set_rival(search->rivals, 0, &search->best->vm);
		set_rival(search->rivals, 1, &search->other->vm);
		search->is_tied = true;
	}
	vm_find_close(search->other);
}

/* A first look at the names alone, which most processes do not pass. One that bears none is called
 * by more than its arguments say; so is one with arguments in a file. */
static bool may_fit(const struct search *search, const struct argv *argv)
{
	struct vm *vm = &search->other->vm;

	vm->id[0] = '\0';
	vm_argv_parse_names(vm, argv);
	return !vm->is_named || fit_of_vm(search->finder->config, search->typed, vm) != FIT_NONE ||
	       argv_has(argv, "readconfig");
}

static void look_at(struct search *search, const struct vm_process *process)
{
	const struct vm_finder *finder = search->finder;
	enum fit fit;
	int r;

	describe(finder, process, search->other);
	fit = fit_of_vm(finder->config, search->typed, &search->other->vm);
	if (fit == FIT_NONE)
		return;
	r = vm_process_check(process, finder->trust, finder->config, &search->other->vm,
		&search->other->agent_fd);
	if (r >= 0)
		take(search, rank_of(process, fit, r > 0));
	else if (r == -EKEYREJECTED || (r == -EPERM && search->error == -ENOENT))
		search->error = r;
}

static int visit_by_name(void *context, const struct proc_qemu *qemu)
{
	struct search *search = context;
	struct vm_process process;
	int r;

	if (!may_fit(search, &(struct argv){qemu->cmdline, qemu->len}))
		return 0;
	r = vm_process_open(search->finder->trust, qemu->pid, &process);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	look_at(search, &process);
	vm_process_close(&process);
	return 0;
}

static int run_search(struct search *search)
{
	int r = each_qemu(search->finder, visit_by_name, search);

	if (r == 0 && search->is_tied)
		r = -ENOTUNIQ;
	else if (r == 0 || r == -ESRCH)
		r = search->best_rank == RANK_NONE ? search->error : 0;
	if (r < 0)
		vm_find_close(search->best);
	return r;
}

int vm_scan_by_name(const struct vm_finder *finder, const char *name, struct vm_found *ret_found,
	struct vm_rivals *ret_rivals)
{
	struct vm_found *founds = calloc(2, sizeof(*founds));
	struct search search = {
		.finder = finder,
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
	r = run_search(&search);
	if (r == 0)
		*ret_found = *search.best;
	free(founds);
	return r;
}

/* One look-up of a MAC. */
struct mac_search {
	const struct vm_finder *finder;
	const struct mac *mac;
	struct vm_found *found;
	struct vm *vm; /* the result */
	unsigned int count;
	bool is_weak; /* what was found is: see vm_process_check() */
};

static void look_at_macs(struct mac_search *search, const struct vm_process *process)
{
	struct vm_found *found = search->found;
	int r;

	vm_nics_parse(&found->vm, &process->argv);
	if (!vm_is_told_by_mac(&found->vm, search->mac))
		return;
	describe(search->finder, process, found);
	r = vm_process_check(process, search->finder->trust, search->finder->config, &found->vm,
		&found->agent_fd);
	vm_find_close(found);
	if (r < 0 || (r > 0 && search->count > 0 && !search->is_weak))
		return;
	if (r == 0 && search->is_weak)
		search->count = 0;
	search->is_weak = r > 0;
	if (search->count++ == 0)
		*search->vm = found->vm;
}

static int visit_by_mac(void *context, const struct proc_qemu *qemu)
{
	struct mac_search *search = context;
	struct vm_process process;

	if (vm_process_open(search->finder->trust, qemu->pid, &process) < 0)
		return 0;
	look_at_macs(search, &process);
	vm_process_close(&process);
	return 0;
}

int vm_scan_by_mac(const struct vm_finder *finder, const struct mac *mac, struct vm *ret_vm)
{
	struct mac_search search = {
		.finder = finder,
		.mac = mac,
		.found = calloc(1, sizeof(*search.found)),
		.vm = ret_vm,
	};

	if (search.found == NULL)
		return -ENOMEM;
	each_qemu(finder, visit_by_mac, &search);
	free(search.found);
	return search.count == 1 ? 0 : search.count == 0 ? -ENOENT : -ENOTUNIQ;
}

struct socket_search {
	const struct vm_finder *finder;
	const char *path;
	struct vm_found *found;
};

static bool is_behind_socket(struct socket_search *search, const struct vm_process *process)
{
	struct vm_found *found = search->found;
	int r;

	describe(search->finder, process, found);
	if (found->vm.agent.kind != VM_ENDPOINT_UNIX ||
		strcmp(found->vm.agent.path, search->path) != 0)
		return false;
	r = vm_process_check(process, search->finder->trust, search->finder->config, &found->vm,
		&found->agent_fd);
	vm_find_close(found);
	return r >= 0;
}

/* Ends the scan with 1. */
static int visit_by_socket(void *context, const struct proc_qemu *qemu)
{
	struct socket_search *search = context;
	struct vm_process process;
	bool is_it;

	if (vm_process_open(search->finder->trust, qemu->pid, &process) < 0)
		return 0;
	is_it = is_behind_socket(search, &process);
	vm_process_close(&process);
	return is_it;
}

int vm_scan_by_socket(const struct vm_finder *finder, const char *path, struct vm *ret_vm)
{
	struct vm_found *found = calloc(1, sizeof(*found));
	struct socket_search search = {finder, path, found};
	int r;

	if (found == NULL)
		return -ENOMEM;
	r = each_qemu(finder, visit_by_socket, &search);
	if (r > 0)
		*ret_vm = found->vm;
	free(found);
	return r > 0 ? 0 : -ENOENT;
}

struct scan {
	const struct vm_finder *finder;
	int (*visit)(void *context, struct vm_found *found);
	void *context;
};

/* What could not be read is a VM of which its pid alone is known. */
static void fill_in(const struct scan *scan, pid_t pid, struct vm_found *found)
{
	struct vm_process process;
	int r;

	found->error = vm_process_open(scan->finder->trust, pid, &process);
	if (found->error < 0) {
		found->agent_fd = -1;
		found->vm.pid = pid;
		found->template_index = VM_FIND_BY_PROCESS;
		return;
	}
	describe(scan->finder, &process, found);
	r = vm_process_check(
		&process, scan->finder->trust, scan->finder->config, &found->vm, &found->agent_fd);
	found->error = r < 0 ? r : 0;
	vm_process_close(&process);
}

static int visit_each(void *context, const struct proc_qemu *qemu)
{
	struct scan *scan = context;
	struct vm_found *found = calloc(1, sizeof(*found));

	if (found == NULL)
		return -ENOMEM;
	fill_in(scan, qemu->pid, found);
	/* It ended while it was looked at. */
	if (found->error == -ESRCH || found->error == -ENODATA) {
		free(found);
		return 0;
	}
	return scan->visit(scan->context, found);
}

int vm_scan_each(const struct vm_finder *finder,
	int (*visit)(void *context, struct vm_found *found), void *context)
{
	struct scan scan = {finder, visit, context};
	int r = each_qemu(finder, visit_each, &scan);

	return r == -ESRCH ? 0 : r;
}

struct comparison {
	struct vm *vm;
	struct vm *other; /* scratch */
};

static int compare_macs(void *context, const struct proc_qemu *qemu)
{
	struct comparison *comparison = context;

	if (qemu->pid == comparison->vm->pid)
		return 0;
	vm_nics_parse(comparison->other, &(struct argv){qemu->cmdline, qemu->len});
	vm_note_shared_macs(comparison->vm, comparison->other);
	return 0;
}

void vm_scan_shared_macs(const struct vm_finder *finder, struct vm *vm)
{
	struct comparison comparison = {.vm = vm};
	bool is_needed = false;

	for (unsigned int i = 0; i < vm->nic_count; i++)
		is_needed |= vm->nics[i].mac_is_default && !vm_nic_is_private(&vm->nics[i]);
	if (!is_needed)
		return;
	comparison.other = calloc(1, sizeof(*comparison.other));
	if (comparison.other == NULL)
		return;
	each_qemu(finder, compare_macs, &comparison);
	free(comparison.other);
}
