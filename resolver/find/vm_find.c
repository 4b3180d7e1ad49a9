/* SPDX-License-Identifier: MIT */
#include "find/vm_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "find/endpoint.h"
#include "find/vm_identify.h"
#include "find/vm_scan.h"
#include "find/vm_template.h"

/*
 * How telling it is that a socket was passed over: what a person is told is the most telling of
 * all that happened. A socket without a right to it may be the VM meant; a dead one was.
 */
static int telling_rank(int error)
{
	switch (error) {
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return 4;
	case -EACCES:
		return 3;
	case -EPERM:
		return 2;
	case -ECONNREFUSED:
		return 1;
	default:
		return 0;
	}
}

static int more_telling(int before, int error)
{
	return telling_rank(error) > telling_rank(before) ? error : before;
}

/* connect() refuses a socket, or a directory before it hides whether there is one: only the first
 * says anything about this VM. */
static int error_of_connect(const char *path, int error)
{
	if (error == -EACCES && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return -ENOENT;
	return error;
}

/* Whose socket it is, where that is known without a connection. */
static bool identify_by_word(
	const struct vm_finder *finder, const char *path, struct vm_found *found)
{
	struct agent_peer peer;

	if (finder->knows_peer == NULL || !finder->knows_peer(finder->context, path, &peer))
		return false;
	found->is_running = vm_identify_peer(finder->trust, finder->config, &found->vm, &peer) == 0;
	return found->is_running;
}

static int identify(const struct vm_finder *finder, struct vm_found *found)
{
	struct agent_peer peer;
	int r = vm_peer_of(found->agent_fd, &peer);

	return r < 0 ? r : vm_identify_peer(finder->trust, finder->config, &found->vm, &peer);
}

void vm_find_close(struct vm_found *found)
{
	if (found->agent_fd >= 0)
		close(found->agent_fd);
	found->agent_fd = -1;
}

/* Takes the socket at path for the agent's of a VM called id. *found is written in any case, and
 * holds a connection only on success. */
static int open_socket(
	const struct vm_finder *finder, const char *path, const char *id, struct vm_found *found)
{
	int r;

	memset(found, 0, sizeof(*found));
	found->agent_fd = -1;
	strncpy(found->vm.id, id, sizeof(found->vm.id) - 1);
	r = vm_endpoint_set_path(&found->vm.agent, path);
	if (r < 0)
		return r;
	if (identify_by_word(finder, path, found))
		return 0;
	found->agent_fd = endpoint_connect(finder->trust, &found->vm.agent);
	if (found->agent_fd == -EAGAIN) {
		found->agent_fd = -1;
		return 0;
	}
	if (found->agent_fd < 0)
		return error_of_connect(path, found->agent_fd);
	r = identify(finder, found);
	if (r < 0)
		vm_find_close(found);
	found->is_running = r == 0;
	return r;
}

/* One look-up of a name that is spelled otherwise in its socket's path. */
struct search {
	const struct vm_finder *finder;
	const char *typed;
	const char *prefixes[CONFIG_PREFIXES_MAX];
	size_t prefix_count;
	bool with_prefix;
	struct vm_found *found;
	struct vm_found *other; /* scratch */
	struct vm_rivals *rivals;
	bool is_found;
	int error; /* the most telling so far */
};

static bool search_matches(const struct search *search, const char *name)
{
	if (search->with_prefix)
		return name_matches_prefixed(
			search->typed, name, search->prefixes, search->prefix_count);
	return name_matches(search->typed, name);
}

static int visit_match(void *context, const char *name, const char *path)
{
	struct search *search = context;
	struct vm_found *found = search->is_found ? search->other : search->found;
	int r;

	if (!search_matches(search, name))
		return 0;
	r = open_socket(search->finder, path, name, found);
	if (r < 0) {
		search->error = more_telling(search->error, r);
		return 0;
	}
	if (!search->is_found) {
		search->is_found = true;
		return 0;
	}
	memcpy(search->rivals->id[0], search->found->vm.id, NAME_VM_SIZE);
	memcpy(search->rivals->id[1], found->vm.id, NAME_VM_SIZE);
	search->rivals->pid[0] = search->found->vm.pid;
	search->rivals->pid[1] = found->vm.pid;
	vm_find_close(search->found);
	vm_find_close(found);
	return -ENOTUNIQ;
}

static int search_templates(struct search *search)
{
	const struct config *config = search->finder->config;

	for (unsigned int i = 0; i < config->socket_count; i++) {
		int r = vm_template_each(
			config->sockets[i], (struct vm_template_visitor){visit_match, search});

		if (r < 0 || search->is_found)
			return r;
	}
	return -ENOENT;
}

/* The socket of exactly that name, in the first template that has one. */
static int find_as_typed(struct search *search)
{
	const struct config *config = search->finder->config;
	char path[CONFIG_PATH_SIZE];

	for (unsigned int i = 0; i < config->socket_count; i++) {
		int r = config_socket_path(config->sockets[i], search->typed, geteuid(), path);

		if (r == 0)
			r = open_socket(search->finder, path, search->typed, search->found);
		if (r == 0)
			return 0;
		search->error = more_telling(search->error, r);
	}
	return -ENOENT;
}

static int find_by_search(struct search *search)
{
	int r = find_as_typed(search);

	if (r == -ENOENT)
		r = search_templates(search);
	if (r == -ENOENT) {
		search->with_prefix = true;
		r = search_templates(search);
	}
	return r == -ENOENT ? search->error : r;
}

static int find_by_templates(const struct vm_finder *finder, const char *name,
	struct vm_found *ret_found, struct vm_rivals *ret_rivals)
{
	struct search search = {
		.finder = finder,
		.typed = name,
		.prefix_count = finder->config->prefix_count,
		.found = ret_found,
		.rivals = ret_rivals,
		.error = -ENOENT,
	};
	int r;

	for (size_t i = 0; i < search.prefix_count; i++)
		search.prefixes[i] = finder->config->prefixes[i];
	search.other = malloc(sizeof(*search.other));
	if (search.other == NULL)
		return -ENOMEM;
	r = find_by_search(&search);
	free(search.other);
	return r;
}

/* Do processes need to be looked at? What names two VMs, or keeps us from looking, ends it. */
static bool may_be_elsewhere(int error)
{
	return error == -ENOENT || error == -EACCES || error == -EPERM || error == -ECONNREFUSED;
}

/* A socket whose backlog is full does not tell who listens; its path leads to the process as well.
 */
static void identify_busy(const struct vm_finder *finder, struct vm_found *found)
{
	struct vm *vm = malloc(sizeof(*vm));

	if (vm != NULL && vm_scan_by_socket(finder, found->vm.agent.path, vm) == 0) {
		memcpy(vm->id, found->vm.id, sizeof(vm->id));
		found->vm = *vm;
		found->is_running = true;
	}
	free(vm);
}

int vm_find_by_name(const struct vm_finder *finder, const char *name, struct vm_found *ret_found,
	struct vm_rivals *ret_rivals)
{
	int r = find_by_templates(finder, name, ret_found, ret_rivals);

	if (may_be_elsewhere(r)) {
		int by_process = vm_scan_by_name(finder, name, ret_found, ret_rivals);

		if (by_process == -EPERM || by_process == -ENOENT)
			r = more_telling(r, by_process);
		else
			r = by_process;
	}
	if (r == 0 && !ret_found->is_running)
		identify_busy(finder, ret_found);
	if (r == 0)
		vm_scan_shared_macs(finder, &ret_found->vm);
	return r;
}

/* All VMs, while they are collected. */
struct collection {
	const struct vm_finder *finder;
	struct vm_found **list;
	size_t count, capacity, connections;
	unsigned int template_index;
};

static int make_room(struct collection *all)
{
	size_t capacity = all->capacity == 0 ? 8 : all->capacity * 2;
	struct vm_found **list;

	if (all->count < all->capacity)
		return 0;
	if (all->count >= VM_FIND_MAX)
		return -E2BIG;
	list = realloc(all->list, capacity * sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	all->list = list;
	all->capacity = capacity;
	return 0;
}

/* Whose it is was seen; who asks the agent connects again. */
static void spare_connection(struct collection *all, struct vm_found *found)
{
	size_t max = all->finder->connections_max;

	if (max > 0 && all->connections >= max)
		vm_find_close(found);
	all->connections += found->agent_fd >= 0;
}

static int visit_all(void *context, const char *name, const char *path)
{
	struct collection *all = context;
	struct vm_found *found;
	int r = make_room(all);

	if (r < 0)
		return r;
	found = malloc(sizeof(*found));
	if (found == NULL)
		return -ENOMEM;
	found->error = open_socket(all->finder, path, name, found);
	found->template_index = all->template_index;
	if (found->error == -ENOENT) {
		free(found);
		return 0;
	}
	spare_connection(all, found);
	all->list[all->count++] = found;
	return 0;
}

static int visit_templates(struct collection *all)
{
	const struct config *config = all->finder->config;
	int r = 0;

	for (unsigned int i = 0; i < config->socket_count && r == 0; i++) {
		all->template_index = i;
		r = vm_template_each(
			config->sockets[i], (struct vm_template_visitor){visit_all, all});
	}
	return r == -E2BIG ? 0 : r;
}

static bool is_same_vm(const struct vm *a, const struct vm *b)
{
	if (a->pid != 0 && b->pid != 0)
		return a->pid == b->pid;
	return a->agent.kind == VM_ENDPOINT_UNIX && b->agent.kind == VM_ENDPOINT_UNIX &&
	       strcmp(a->agent.path, b->agent.path) == 0;
}

/* What both ways of finding it tell of one VM: the template's id; the process's arguments, where
 * the socket did not lead to them. */
static void merge(struct vm_found *known, struct vm_found *found)
{
	if (found->error == 0 && (known->error < 0 || !known->vm.has_argv)) {
		struct vm_endpoint agent = known->vm.agent;

		agent.is_serial = found->vm.agent.is_serial;
		memcpy(found->vm.id, known->vm.id, sizeof(found->vm.id));
		known->vm = found->vm;
		known->vm.agent = agent;
		known->error = 0;
		known->is_running = true;
	}
	vm_find_close(found);
	free(found);
}

static int visit_process(void *context, struct vm_found *found)
{
	struct collection *all = context;
	int r;

	for (size_t i = 0; i < all->count; i++)
		if (is_same_vm(&all->list[i]->vm, &found->vm)) {
			merge(all->list[i], found);
			return 0;
		}
	r = make_room(all);
	if (r < 0) {
		vm_find_close(found);
		free(found);
		return r;
	}
	spare_connection(all, found);
	all->list[all->count++] = found;
	return 0;
}

static void note_shared_macs(struct collection *all)
{
	for (size_t i = 0; i < all->count; i++)
		for (size_t j = 0; j < all->count; j++)
			if (all->list[i]->vm.pid != all->list[j]->vm.pid)
				vm_note_shared_macs(&all->list[i]->vm, &all->list[j]->vm);
}

static int compare(const void *a, const void *b)
{
	const struct vm_found *left = *(struct vm_found *const *)a;
	const struct vm_found *right = *(struct vm_found *const *)b;
	int r = strcmp(left->vm.id, right->vm.id);

	if (r == 0)
		r = (left->template_index > right->template_index) -
		    (left->template_index < right->template_index);
	return r != 0 ? r : (left->vm.pid > right->vm.pid) - (left->vm.pid < right->vm.pid);
}

int vm_find_all(const struct vm_finder *finder, struct vm_found ***ret_founds)
{
	struct collection all = {.finder = finder};
	int r = visit_templates(&all);

	if (r == 0)
		r = vm_scan_each(finder, visit_process, &all);
	if (r < 0 && r != -E2BIG) {
		vm_find_free(all.list, all.count);
		return r;
	}
	note_shared_macs(&all);
	if (all.count > 1)
		qsort(all.list, all.count, sizeof(all.list[0]), compare);
	*ret_founds = all.list;
	return (int)all.count;
}

void vm_find_free(struct vm_found **founds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vm_find_close(founds[i]);
		free(founds[i]);
	}
	free(founds);
}
