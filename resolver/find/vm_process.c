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
#include "find/endpoint.h"
#include "find/vm_identify.h"
#include "host/file.h"
#include "lease/lease_files.h"
#include "qemu/readconfig.h"
#include "qemu/vm_argv.h"
#include "qemu/vm_id.h"

/* Files of -readconfig that are read; tools write one. */
#define READCONFIGS_MAX 4
/* A line for each hierarchy of version 1, each with a path of some hundred bytes. */
#define CGROUP_TEXT_SIZE 2048

static int open_root(int proc_fd)
{
	int fd;

	if (!proc_has_other_root(proc_fd))
		return -1;
	fd = openat(proc_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

/* Makes a path that may be relative to QEMU's working directory absolute, in place. */
static int make_absolute(int proc_fd, char path[static VM_PATH_SIZE])
{
	char cwd[VM_PATH_SIZE];
	size_t cwd_len, len = strlen(path);
	int r;

	if (path[0] == '/')
		return 0;
	r = proc_cwd(proc_fd, cwd, sizeof(cwd));
	if (r < 0)
		return r;
	cwd_len = strlen(cwd);
	if (cwd_len + 1 + len >= VM_PATH_SIZE)
		return -ENAMETOOLONG;
	memmove(path + cwd_len + 1, path, len + 1);
	memcpy(path, cwd, cwd_len);
	path[cwd_len] = '/';
	return 0;
}

static int open_config(struct trust *trust, int proc_fd, const char *name)
{
	char path[VM_PATH_SIZE];
	int root_fd, fd;

	if (strlen(name) >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, name, strlen(name) + 1);
	fd = make_absolute(proc_fd, path);
	if (fd < 0)
		return fd;
	root_fd = open_root(proc_fd);
	fd = trust_open_users_file(trust, root_fd, path);
	if (root_fd >= 0)
		close(root_fd);
	return fd;
}

/* Puts the options in a file's text behind those that are there. */
static void append_options(struct vm_process *process, const char *text, size_t len)
{
	char *grown = realloc(process->text, process->argv.len + READCONFIG_ARGUMENTS_MAX);

	if (grown == NULL)
		return;
	process->argv.len += readconfig_to_arguments(
		text, len, grown + process->argv.len, READCONFIG_ARGUMENTS_MAX);
	process->argv.text = process->text = grown;
}

static void append_config(struct vm_process *process, struct trust *trust, const char *name)
{
	int fd = open_config(trust, process->proc_fd, name);
	size_t len;
	char *text;

	if (fd < 0)
		return;
	if (file_read(fd, READCONFIG_MAX, &text, &len) == 0) {
		append_options(process, text, len);
		free(text);
	}
	close(fd);
}

/* The file of the nth -readconfig, or NULL. */
static const char *nth_config(const struct argv *argv, unsigned int n)
{
	struct argv_walk walk = argv_begin(argv);
	const char *name, *value;

	while (argv_next(&walk, &name, &value))
		if (strcmp(name, "readconfig") == 0 && n-- == 0)
			return value;
	return NULL;
}

/* QEMU reads these files where they stand; here their options follow all others, which matters for
 * nothing that is read of them. */
static void append_configs(struct vm_process *process, struct trust *trust)
{
	const size_t given = process->argv.len;

	for (unsigned int n = 0; n < READCONFIGS_MAX; n++) {
		const char *name = nth_config(&(struct argv){process->text, given}, n);

		if (name == NULL)
			return;
		append_config(process, trust, name);
	}
}

int vm_process_open(struct trust *trust, pid_t pid, struct vm_process *ret_process)
{
	struct vm_process process = {.proc_fd = proc_open(pid), .pid = pid};
	uid_t uids[3];
	int r;

	if (process.proc_fd < 0)
		return process.proc_fd;
	r = proc_uids(process.proc_fd, uids);
	if (r == 0)
		r = proc_cmdline(process.proc_fd, &process.text, &process.argv.len);
	if (r < 0) {
		close(process.proc_fd);
		return r;
	}
	process.uid = uids[1];
	process.kind = proc_kind(process.proc_fd);
	process.argv.text = process.text;
	append_configs(&process, trust);
	*ret_process = process;
	return 0;
}

void vm_process_close(struct vm_process *process)
{
	close(process->proc_fd);
	free(process->text);
}

/* A socket that QEMU was given: its path, as the kernel shows it. */
static int find_given_socket(const struct vm_process *process, struct vm_endpoint *endpoint)
{
	char path[VM_PATH_SIZE];
	int len = proc_socket_path(process->proc_fd, endpoint->fd, path, sizeof(path));

	if (len < 0)
		return len;
	if (path[0] != '@')
		return vm_endpoint_set_path(endpoint, path);
	if (len > VM_SUN_PATH_SIZE)
		return -ENAMETOOLONG;
	*endpoint = (struct vm_endpoint){.kind = VM_ENDPOINT_UNIX, .path_len = (uint16_t)len};
	/* The kernel shows each NUL of an abstract name as '@'. */
	memcpy(endpoint->path + 1, path + 1, (size_t)len - 1);
	return 0;
}

/* From what the arguments say to where the caller finds it; nowhere, if that cannot be seen. */
static void settle_endpoint(const struct vm_process *process, struct vm_endpoint *endpoint)
{
	int r = 0;

	if (endpoint->kind == VM_ENDPOINT_FD)
		r = find_given_socket(process, endpoint);
	if (r == 0 && endpoint->kind == VM_ENDPOINT_UNIX && endpoint->path[0] != '\0') {
		r = make_absolute(process->proc_fd, endpoint->path);
		endpoint->path_len = (uint16_t)strlen(endpoint->path);
		if (proc_has_other_root(process->proc_fd))
			endpoint->root_pid = process->pid;
	}
	/* A port of another network's loopback would be somebody else's here. */
	if (endpoint->kind == VM_ENDPOINT_TCP && !proc_shares_network(process->proc_fd))
		r = -ENETUNREACH;
	if (r < 0)
		*endpoint = (struct vm_endpoint){0};
}

void vm_process_describe(
	const struct vm_process *process, const struct config *config, struct vm *vm)
{
	bool is_agent_known = vm->agent.kind != VM_ENDPOINT_NONE;
	char cwd[VM_PATH_SIZE];

	vm->pid = process->pid;
	vm->uid = process->uid;
	(void)proc_start_time(process->proc_fd, &vm->start_time);
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

	if (vm->agent.kind != VM_ENDPOINT_UNIX)
		return false;
	fd = endpoint_connect(trust, &vm->agent);
	if (fd < 0)
		return false;
	if (vm_peer_of(fd, &peer) < 0 || peer.pid != vm->pid || !trust_has_uid(trust, peer.uid)) {
		close(fd);
		return false;
	}
	*agent_fd = fd;
	return true;
}

/* Does a file that root wrote know a NIC with that MAC? */
static bool is_supported_by_lease(const struct config *config, const struct vm *vm)
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
	walk = lease_files_begin(config, deadline_after_ms(config->timeout_ms), wanted);
	is_found = lease_files_next(&walk, &lease);
	lease_files_end(&walk);
	return is_found;
}

int vm_process_check(const struct vm_process *process, struct trust *trust,
	const struct config *config, const struct vm *vm, int *agent_fd)
{
	char cgroup[CGROUP_TEXT_SIZE];
	uid_t uids[3];
	int r = proc_uids(process->proc_fd, uids);

	if (r < 0)
		return -ESRCH;
	if (!trust_has_uids(trust, uids))
		return -EPERM;
	if (process->kind == PROC_QEMU)
		return 0;
	if (proc_cgroup(process->proc_fd, cgroup, sizeof(cgroup)) == 0 &&
		trust_has_cgroup(trust, cgroup))
		return 0;
	if (is_supported_by_peer(trust, vm, agent_fd))
		return 0;
	return is_supported_by_lease(config, vm) ? 1 : -EKEYREJECTED;
}

bool vm_process_is_gone(const struct vm *vm)
{
	int proc_fd = proc_open(vm->pid);
	uint64_t start_time;
	char first[2];
	bool is_gone;

	if (proc_fd < 0)
		return true;
	is_gone = proc_program(proc_fd, first, sizeof(first)) < 0 ||
		  proc_start_time(proc_fd, &start_time) < 0 || start_time != vm->start_time;
	close(proc_fd);
	return is_gone;
}
