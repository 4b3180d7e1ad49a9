/* SPDX-License-Identifier: MIT */
#include "find/vm_process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "find/connect.h"
#include "host/file.h"
#include "lease/lease_files.h"
#include "qemu/readconfig.h"
#include "qemu/vm_argv.h"
#include "qemu/vm_id.h"

/* Files of -readconfig that are read; tools write one. */
#define READCONFIGS_MAX 4
/* A line for each hierarchy of version 1, each with a path of some hundred bytes. */
#define CGROUP_TEXT_SIZE 2048

/* Makes a path that may be relative to QEMU's working directory absolute, in place. */
static int make_absolute(int proc_fd, char path[static ENDPOINT_PATH_SIZE])
{
	char cwd[ENDPOINT_PATH_SIZE];
	size_t cwd_len, len = strlen(path);
	int r;

	if (path[0] == '/')
		return 0;
	r = proc_cwd(proc_fd, cwd, sizeof(cwd));
	if (r < 0)
		return r;
	cwd_len = strlen(cwd);
	if (cwd_len + 1 + len >= ENDPOINT_PATH_SIZE)
		return -ENAMETOOLONG;
	memmove(path + cwd_len + 1, path, len + 1);
	memcpy(path, cwd, cwd_len);
	path[cwd_len] = '/';
	return 0;
}

/* Puts the options of a file that -readconfig names behind those that are there. QEMU reads these
 * files in their place; for what is read here the order does not matter. */
static void append_config(struct vm_process *process, struct trust *trust, const char *name)
{
	char path[ENDPOINT_PATH_SIZE], *text, *grown;
	int root_fd = -1, fd;
	size_t len;

	if (strlen(name) >= sizeof(path))
		return;
	memcpy(path, name, strlen(name) + 1);
	if (make_absolute(process->proc_fd, path) < 0)
		return;
	if (proc_has_other_root(process->proc_fd))
		root_fd = openat(process->proc_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = trust_open_users_file(trust, root_fd, path);
	if (root_fd >= 0)
		close(root_fd);
	if (fd < 0)
		return;
	if (file_read(fd, READCONFIG_MAX, &text, &len) == 0) {
		grown = realloc(process->text, process->argv.len + READCONFIG_ARGUMENTS_MAX);
		if (grown != NULL) {
			process->argv.len += readconfig_to_arguments(
				text, len, grown + process->argv.len, READCONFIG_ARGUMENTS_MAX);
			process->argv.text = process->text = grown;
		}
		free(text);
	}
	close(fd);
}

static void append_configs(struct vm_process *process, struct trust *trust)
{
	const size_t given = process->argv.len;

	for (unsigned int n = 0; n < READCONFIGS_MAX; n++) {
		struct argv_walk walk = argv_begin(&(struct argv){process->text, given});
		const char *name, *value, *file = NULL;
		unsigned int left = n;

		while (file == NULL && argv_next(&walk, &name, &value))
			if (strcmp(name, "readconfig") == 0 && left-- == 0)
				file = value;
		if (file == NULL)
			return;
		append_config(process, trust, file);
	}
}

/* Who runs it. The owner comes first: see proc.h. */
static int read_user(struct host *host, int proc_fd, uid_t *ret_uid, bool *ret_is_contained)
{
	struct proc_status status = {.has_pid_namespace = false};
	uid_t owner = (uid_t)-1; /* gcc does not know that errno is positive */
	int r = proc_owner(proc_fd, &owner);

	if (r == 0 && !trust_has_uid(&host->trust, owner))
		r = -EPERM;
	if (r == 0)
		r = proc_status(proc_fd, &status);
	if (r < 0)
		return r;
	for (int i = 0; i < 4; i++)
		if (status.uids[i] != owner)
			return -EPERM;
	*ret_uid = owner;
	*ret_is_contained = status.has_pid_namespace || proc_has_user_namespace(proc_fd);
	return 0;
}

/* With the arguments between two looks at user and executable. All is of one process, since the
 * descriptor is. */
static int read_process(struct host *host, struct vm_process *process)
{
	bool is_contained;
	uid_t uid;
	int r = read_user(host, process->proc_fd, &process->uid, &process->is_contained);

	if (r < 0)
		return r;
	process->kind = proc_kind(process->proc_fd);
	r = proc_cmdline(process->proc_fd, &process->text, &process->argv.len);
	if (r < 0)
		return r;
	process->argv.text = process->text;
	r = read_user(host, process->proc_fd, &uid, &is_contained);
	if (r == 0)
		r = proc_start_time(process->proc_fd, &process->start_time);
	if (r == 0 && (uid != process->uid || proc_kind(process->proc_fd) != process->kind))
		r = -ESRCH;
	if (r < 0)
		free(process->text);
	return r;
}

int vm_process_open(struct host *host, pid_t pid, struct vm_process *ret_process)
{
	struct vm_process process = {.proc_fd = proc_open(pid), .pid = pid};
	int r;

	if (process.proc_fd < 0)
		return process.proc_fd;
	r = read_process(host, &process);
	if (r < 0) {
		close(process.proc_fd);
		return r;
	}
	append_configs(&process, &host->trust);
	*ret_process = process;
	return 0;
}

void vm_process_close(struct vm_process *process)
{
	close(process->proc_fd);
	free(process->text);
}

/* A socket that QEMU was given: its path, as the kernel shows it. */
static int find_given_socket(const struct vm_process *process, struct endpoint *endpoint)
{
	char path[ENDPOINT_PATH_SIZE];
	int len = proc_socket_path(process->proc_fd, endpoint->fd, path, sizeof(path));

	if (len < 0)
		return len;
	if (path[0] != '@')
		return endpoint_set_path(endpoint, path);
	if (len > ENDPOINT_SUN_PATH_SIZE)
		return -ENAMETOOLONG;
	*endpoint = (struct endpoint){.kind = ENDPOINT_UNIX, .path_len = (uint16_t)len};
	/* The kernel shows each NUL of an abstract name as '@'. */
	memcpy(endpoint->path + 1, path + 1, (size_t)len - 1);
	return 0;
}

/* From what the arguments say to where the caller finds it; nowhere, if that cannot be seen. */
static void settle_endpoint(const struct vm_process *process, struct endpoint *endpoint)
{
	int r = 0;

	if (endpoint->kind == ENDPOINT_FD)
		r = find_given_socket(process, endpoint);
	if (r == 0 && endpoint->kind == ENDPOINT_UNIX && endpoint->path[0] != '\0') {
		r = make_absolute(process->proc_fd, endpoint->path);
		endpoint->path_len = (uint16_t)strlen(endpoint->path);
		if (proc_has_other_root(process->proc_fd))
			endpoint->root_pid = process->pid;
	}
	/* A port of another network's loopback would be somebody else's here. */
	if (endpoint->kind == ENDPOINT_TCP && !proc_shares_network(process->proc_fd))
		r = -ENETUNREACH;
	if (r < 0)
		*endpoint = (struct endpoint){0};
}

void vm_process_describe(
	const struct vm_process *process, const struct config *config, struct vm *vm)
{
	bool is_agent_known = vm->agent.kind != ENDPOINT_NONE;
	char cwd[ENDPOINT_PATH_SIZE];

	vm->pid = process->pid;
	vm->uid = process->uid;
	vm->start_time = process->start_time;
	vm_argv_parse(vm, &process->argv);
	if (!is_agent_known)
		settle_endpoint(process, &vm->agent);
	settle_endpoint(process, &vm->monitor);
	if (vm->id[0] != '\0')
		return;
	if (proc_cwd(process->proc_fd, cwd, sizeof(cwd)) < 0)
		cwd[0] = '\0';
	vm_choose_id(vm, &process->argv, cwd, config);
}

/* Is it the process itself that listens on the socket which its arguments name? */
static bool is_supported_by_peer(struct trust *trust, const struct vm *vm, int *agent_fd)
{
	struct agent_peer peer;
	int fd;

	if (vm->agent.kind != ENDPOINT_UNIX)
		return false;
	fd = connect_endpoint(trust, &vm->agent);
	if (fd < 0)
		return false;
	if (connect_peer(fd, &peer) < 0 || peer.pid != vm->pid || peer.uid != vm->uid) {
		close(fd);
		return false;
	}
	*agent_fd = fd;
	return true;
}

/* Does a file that root wrote know a NIC with that MAC? */
static bool is_supported_by_lease(struct host *host, const struct vm *vm)
{
	struct mac macs[VM_NICS_MAX];
	struct lease_wanted wanted = {.macs = macs};
	struct lease_files walk;
	struct lease lease;
	bool is_found;

	/* One that QEMU chooses is anybody's. */
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (vm->nics[i].has_mac && !vm->nics[i].mac_is_default)
			macs[wanted.count++] = vm->nics[i].mac;
	if (wanted.count == 0)
		return false;
	walk = lease_files_begin(host->config, host->deadline, wanted);
	is_found = lease_files_next(&walk, &lease);
	lease_files_end(&walk);
	return is_found;
}

int vm_process_check(
	const struct vm_process *process, struct host *host, const struct vm *vm, int *agent_fd)
{
	char cgroup[CGROUP_TEXT_SIZE];

	int r = 0;

	if (process->kind == PROC_OTHER ||
		(process->kind == PROC_HIDDEN && !proc_path_is_qemu(argv_program(&process->argv))))
		return -ESRCH;
	/* A container has its own root, who may start anything under any name. */
	if (process->is_contained && !host->config->containers)
		return -EXDEV;
	if (process->kind == PROC_QEMU)
		return 0;
	if (proc_cgroup(process->proc_fd, cgroup, sizeof(cgroup)) == 0)
		r = trust_judge_cgroup(&host->trust, cgroup);
	if (r != 0)
		return r > 0 ? 0 : -EKEYREJECTED;
	if (is_supported_by_peer(&host->trust, vm, agent_fd))
		return 0;
	return is_supported_by_lease(host, vm) ? 1 : -EKEYREJECTED;
}

int vm_process_accept_peer(struct host *host, struct vm *vm, const struct agent_peer *peer)
{
	struct vm_process process;

	if (!trust_has_uid(&host->trust, peer->uid) || (vm->pid != 0 && vm->pid != peer->pid))
		return -EPERM;
	if (vm->has_argv || vm_process_open(host, peer->pid, &process) < 0) {
		vm->pid = peer->pid;
		vm->uid = peer->uid;
		return 0;
	}
	if (process.is_contained && !host->config->containers) {
		vm_process_close(&process);
		return -EXDEV;
	}
	vm->pid = peer->pid;
	/* The listener's user is trusted, so his word that this is a QEMU does: by its executable,
	 * or, if that is hidden or a wrapper's, by the name it was started under. */
	if (process.kind == PROC_QEMU || proc_path_is_qemu(argv_program(&process.argv)))
		vm_process_describe(&process, host->config, vm);
	vm_process_close(&process);
	vm->uid = peer->uid;
	return 0;
}

bool vm_process_is_gone(const struct vm *vm)
{
	uint64_t start_time;
	char *cmdline;
	uid_t owner;
	size_t len;
	int proc_fd, r;

	if (proc_birth(vm->pid, &start_time, &owner) < 0 || start_time != vm->start_time)
		return true;
	/* One that is ending gives up its memory, and its arguments with it, before it closes its
	 * sockets, and is a zombie only after that (kernel/exit.c, do_exit()). */
	proc_fd = proc_open(vm->pid);
	if (proc_fd < 0)
		return true;
	r = proc_cmdline(proc_fd, &cmdline, &len);
	close(proc_fd);
	if (r == 0)
		free(cmdline);
	return r == -ENODATA || r == -ESRCH;
}
