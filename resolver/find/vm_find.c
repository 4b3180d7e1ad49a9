/* SPDX-License-Identifier: MIT */
#include "find/vm_find.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/name.h"
#include "find/connect.h"
#include "find/vm_process.h"
#include "find/vm_scan.h"
#include "find/vm_template.h"

/* Sockets that do not count, of which a person is told. */
#define REFUSED_MAX 64

/*
 * How much an error explains: a person is told the one that explains most of all that happened. A
 * socket without a right to it may be the VM meant; a dead one was.
 */
static int error_weight(int error)
{
	switch (error) {
	case -ETIMEDOUT:
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

static int weightier(int before, int error)
{
	return error_weight(error) > error_weight(before) ? error : before;
}

/* Is it known without a connection who listens on a socket? */
static bool knows_listener(
	const struct vm_finder *finder, const char *path, struct agent_peer *ret_peer)
{
	struct agent_memory *memory = finder->memory;
	bool is_known;
	struct vm *vm;

	/* Most templates have no socket for a name. */
	if (memory == NULL || faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	agent_memory_set_socket(memory, path);
	/* Until it is free, or somebody else has asked and left word, or lock_until. */
	while (agent_memory_try_lock(memory) == -EAGAIN && finder->waits_for_lock &&
		!agent_memory_has_peer(memory, ret_peer))
		poll(NULL, 0, AGENT_MEMORY_PAUSE_MS);
	is_known = agent_memory_has_peer(memory, ret_peer);
	if (!finder->waits_for_lock)
		agent_memory_reset(memory);
	if (is_known || finder->scan_by_socket == NULL)
		return is_known;
	vm = malloc(sizeof(*vm));
	is_known = vm != NULL && finder->scan_by_socket(finder->host, path, vm) == 0;
	if (is_known)
		*ret_peer = (struct agent_peer){.pid = vm->pid, .uid = vm->uid};
	free(vm);
	return is_known;
}

/*
 * Takes the socket at path for the agent's of a VM called id. *found is written in any case, and
 * has a connection only on success. -EAGAIN: the backlog is full.
 */
static int open_socket(
	const struct vm_finder *finder, const char *path, const char *id, struct vm_found *found)
{
	struct host *host = finder->host;
	struct agent_peer peer;
	int r;

	memset(found, 0, sizeof(*found));
	found->agent_fd = -1;
	strncpy(found->vm.id, id, sizeof(found->vm.id) - 1);
	r = endpoint_set_path(&found->vm.agent, path);
	if (r < 0)
		return r;
	if (knows_listener(finder, path, &peer) &&
		vm_process_accept_peer(host, &found->vm, &peer) == 0) {
		found->is_running = true;
		return 0;
	}
	r = connect_endpoint(&host->trust, &found->vm.agent);
	/* connect() refuses a socket, or a directory before it hides whether there is one: only the
	 * first has to do with this VM. */
	if (r == -EACCES && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return -ENOENT;
	if (r < 0)
		return r;
	found->agent_fd = r;
	r = connect_peer(found->agent_fd, &peer);
	if (r == 0)
		r = vm_process_accept_peer(host, &found->vm, &peer);
	if (r < 0)
		vm_found_close(found);
	found->is_running = r == 0;
	return r;
}

/* A lookup of a name among the templates' sockets. */
struct socket_search {
	const struct vm_finder *finder;
	const char *typed;
	struct vm_found *found; /* the caller's */
	struct vm_found *other; /* scratch */
	struct vm_rivals *rivals;
	int error; /* the one that explains most so far */
	/* The first socket with a full backlog, and the name in its path. */
	char busy_path[CONFIG_PATH_SIZE], busy_name[NAME_VM_SIZE];
};

static void note_error(struct socket_search *search, int error, const char *path, const char *name)
{
	if (error == -EAGAIN && search->busy_path[0] == '\0') {
		strncpy(search->busy_path, path, sizeof(search->busy_path) - 1);
		strncpy(search->busy_name, name, sizeof(search->busy_name) - 1);
	}
	search->error = weightier(search->error, error);
}

/* The socket of exactly that name, in the first template that has one. */
static int search_exact(struct socket_search *search)
{
	const struct config *config = search->finder->host->config;
	char path[CONFIG_PATH_SIZE];

	for (unsigned int i = 0; i < config->socket_count; i++) {
		int r = config_socket_path(config->sockets[i], search->typed, geteuid(), path);

		if (r == 0)
			r = open_socket(search->finder, path, search->typed, search->found);
		if (r == 0)
			return 0;
		note_error(search, r, path, search->typed);
	}
	return -ENOENT;
}

static bool is_match(const struct socket_search *search, const char *name, bool with_prefix)
{
	const struct config *config = search->finder->host->config;
	const char *prefixes[CONFIG_PREFIXES_MAX];

	if (!with_prefix)
		return name_matches(search->typed, name);
	for (unsigned int i = 0; i < config->prefix_count; i++)
		prefixes[i] = config->prefixes[i];
	return name_matches_prefixed(search->typed, name, prefixes, config->prefix_count);
}

/* Sockets whose name is spelled otherwise: one in the first template that has any. */
static int search_directories(struct socket_search *search, bool with_prefix)
{
	const struct config *config = search->finder->host->config;
	bool is_found = false, is_ambiguous = false;

	for (unsigned int i = 0; i < config->socket_count && !is_found; i++) {
		struct vm_template_walk walk;

		vm_template_begin(&walk, config->sockets[i]);
		while (!is_ambiguous && vm_template_next(&walk)) {
			struct vm_found *found = is_found ? search->other : search->found;
			int r;

			if (!is_match(search, walk.name, with_prefix))
				continue;
			r = open_socket(search->finder, walk.path, walk.name, found);
			if (r < 0)
				note_error(search, r, walk.path, walk.name);
			is_ambiguous = r == 0 && is_found;
			is_found |= r == 0;
		}
		vm_template_end(&walk);
	}
	if (!is_ambiguous)
		return is_found ? 0 : -ENOENT;
	vm_rivals_set(search->rivals, &search->found->vm, &search->other->vm);
	vm_found_close(search->found);
	vm_found_close(search->other);
	return -ENOTUNIQ;
}

/* Do processes need to be looked at? What names two VMs, or keeps us from looking, ends it. */
static bool may_be_elsewhere(int error)
{
	return error < 0 && error != -ENOTUNIQ && error_weight(error) < 4;
}

/* Is a socket with a full backlog a VM's? Whoever listens could be seen only in its place; so its
 * file must be a trusted user's, which others cannot put there. */
static bool take_busy_socket(const struct socket_search *search, struct vm_found *found)
{
	struct trust *trust = &search->finder->host->trust;
	int fd = search->busy_path[0] != '\0' ? trust_open_path(trust, -1, search->busy_path) : -1;
	struct stat status;
	bool counts;

	if (fd < 0)
		return false;
	counts = fstat(fd, &status) == 0 && trust_has_uid(trust, status.st_uid);
	close(fd);
	if (!counts)
		return false;
	memset(found, 0, sizeof(*found));
	found->agent_fd = -1;
	memcpy(found->vm.id, search->busy_name, sizeof(found->vm.id));
	return endpoint_set_path(&found->vm.agent, search->busy_path) == 0;
}

static int find_by_name(struct socket_search *search)
{
	int r = search_exact(search);

	if (r == -ENOENT)
		r = search_directories(search, false);
	if (r == -ENOENT)
		r = search_directories(search, true);
	if (r == -ENOENT)
		r = search->error;
	if (may_be_elsewhere(r)) {
		int by_process = vm_scan_by_name(
			search->finder->host, search->typed, search->found, search->rivals);

		if (by_process == -EPERM || by_process == -ENOENT)
			r = weightier(r, by_process);
		else
			r = by_process;
	}
	if (may_be_elsewhere(r) && take_busy_socket(search, search->found))
		r = 0;
	return r == -EAGAIN ? -ENOENT : r;
}

enum reason vm_find_by_name(const struct vm_finder *finder, const char *name,
	struct vm_found *ret_found, struct vm_rivals *ret_rivals)
{
	struct vm_found *other = malloc(sizeof(*other));
	struct socket_search search = {
		.finder = finder,
		.typed = name,
		.found = ret_found,
		.other = other,
		.rivals = ret_rivals,
		.error = -ENOENT,
	};
	int r = other == NULL ? -ENOMEM : find_by_name(&search);

	free(other);
	if (r == 0) {
		r = vm_scan_shared_macs(finder->host, &ret_found->vm);
		if (r < 0)
			vm_found_close(ret_found);
	}
	return reason_of_finding(r);
}

/* Makes one of a VM that both ways found: the template's id and socket, and the process's arguments
 * if the socket did not lead to them. The first by_socket were found by templates. */
static void merge_twins(struct vm_founds *founds, size_t by_socket)
{
	for (size_t i = by_socket; i < founds->count; i++)
		for (size_t j = 0; j < by_socket; j++) {
			struct vm_found *known = founds->list[j], *twin = founds->list[i];
			bool is_same = known->vm.pid == twin->vm.pid;
			struct endpoint agent = known->vm.agent;
			char id[NAME_VM_SIZE];

			if (known->vm.pid == 0 || twin->vm.pid == 0)
				is_same = agent.kind == ENDPOINT_UNIX &&
					  twin->vm.agent.kind == ENDPOINT_UNIX &&
					  strcmp(agent.path, twin->vm.agent.path) == 0;
			if (!is_same)
				continue;
			if (twin->reason == REASON_OK &&
				(known->reason != REASON_OK || !known->vm.has_argv)) {
				memcpy(id, known->vm.id, sizeof(id));
				agent.is_serial = twin->vm.agent.is_serial;
				known->vm = twin->vm;
				known->vm.agent = agent;
				memcpy(known->vm.id, id, sizeof(id));
				known->reason = REASON_OK;
				known->is_running = true;
			}
			founds->list[i--] = founds->list[founds->count - 1];
			founds->list[founds->count - 1] = twin;
			vm_founds_drop(founds);
			break;
		}
}

static int add_sockets(const struct vm_finder *finder, struct vm_founds *founds)
{
	const struct config *config = finder->host->config;
	size_t connections = 0, refused = 0;
	int r = 0;

	for (unsigned int i = 0; i < config->socket_count && r == 0; i++) {
		struct vm_template_walk walk;
		struct vm_found *found;

		vm_template_begin(&walk, config->sockets[i]);
		while (r == 0 && vm_template_next(&walk)) {
			if (deadline_is_past(finder->host->deadline))
				r = -ETIMEDOUT;
			else
				r = vm_founds_add(founds, &found);
			if (r < 0)
				break;
			r = open_socket(finder, walk.path, walk.name, found);
			/* A person is told of those that do not count, but they take no VM's place.
			 */
			if (r == -ENOENT || r == -ENOTSOCK || (r < 0 && ++refused > REFUSED_MAX)) {
				vm_founds_drop(founds);
				r = 0;
				continue;
			}
			found->reason = r == -EAGAIN ? REASON_OK : reason_of_finding(r);
			found->template_index = i;
			r = 0;
			/* Whose it is was seen; who asks the agent connects again. */
			if (finder->connections_max > 0 && connections >= finder->connections_max)
				vm_found_close(found);
			connections += found->agent_fd >= 0;
		}
		vm_template_end(&walk);
	}
	return r;
}

/* A NIC that the host can reach, and the VM's process. */
struct reachable_nic {
	struct vm_nic *nic;
	pid_t pid;
};

static int compare_nics(const void *a, const void *b)
{
	const struct reachable_nic *left = a, *right = b;

	return memcmp(&left->nic->mac, &right->nic->mac, sizeof(left->nic->mac));
}

/* Marks the default MACs that two VMs have; sorted, since hosts have thousands of NICs. */
static int note_shared_macs(struct vm_founds *founds)
{
	struct reachable_nic *nics = calloc(founds->count * VM_NICS_MAX + 1, sizeof(*nics));
	size_t count = 0;

	if (nics == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < founds->count; i++) {
		struct vm *vm = &founds->list[i]->vm;

		for (unsigned int j = 0; founds->list[i]->reason == REASON_OK && j < vm->nic_count;
			j++)
			if (vm->nics[j].has_mac && !vm_nic_is_private(&vm->nics[j]))
				nics[count++] = (struct reachable_nic){&vm->nics[j], vm->pid};
	}
	qsort(nics, count, sizeof(nics[0]), compare_nics);
	for (size_t i = 0, end; i < count; i = end) {
		bool is_shared = false;

		for (end = i + 1; end < count && compare_nics(&nics[i], &nics[end]) == 0; end++)
			is_shared |= nics[end].pid != nics[i].pid;
		for (size_t j = i; is_shared && j < end; j++)
			nics[j].nic->mac_is_shared |= nics[j].nic->mac_is_default;
	}
	free(nics);
	return 0;
}

static int compare_founds(const void *a, const void *b)
{
	const struct vm_found *left = *(struct vm_found *const *)a;
	const struct vm_found *right = *(struct vm_found *const *)b;
	int r = strcmp(left->vm.id, right->vm.id);

	if (r == 0)
		r = (left->template_index > right->template_index) -
		    (left->template_index < right->template_index);
	return r != 0 ? r : (left->vm.pid > right->vm.pid) - (left->vm.pid < right->vm.pid);
}

int vm_find_all(const struct vm_finder *finder, struct vm_founds *ret_founds)
{
	struct vm_founds founds = {.count = 0};
	size_t by_socket;
	int r = add_sockets(finder, &founds);

	by_socket = founds.count;
	if (r == 0 || r == -E2BIG)
		r = vm_scan_all(finder->host, &founds);
	merge_twins(&founds, by_socket);
	if (r == 0)
		r = note_shared_macs(&founds);
	if (r < 0) {
		vm_founds_free(&founds);
		return r;
	}
	if (founds.count > 1)
		qsort(founds.list, founds.count, sizeof(founds.list[0]), compare_founds);
	*ret_founds = founds;
	return 0;
}
