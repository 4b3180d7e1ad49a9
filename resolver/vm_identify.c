/* SPDX-License-Identifier: MIT */
#include "vm_identify.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc.h"
#include "vm_argv.h"

int vm_peer_of(int fd, struct agent_peer *ret_peer)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
		return -errno;
	*ret_peer = (struct agent_peer){.pid = credentials.pid, .uid = credentials.uid};
	return 0;
}

/*
 * The listener's user is trusted, so his word that this is a QEMU does: by its executable where
 * that can be read, else, or where a wrapper runs it, by the name it was started under.
 */
static bool is_qemu(int proc_fd, const char *cmdline)
{
	char path[PATH_MAX / 2];

	if (proc_exe(proc_fd, path, sizeof(path)) >= 0 && proc_path_is_qemu(path))
		return true;
	return proc_path_is_qemu(cmdline);
}

static void read_argv(int proc_fd, struct vm *vm)
{
	char *cmdline;
	size_t len;

	if (proc_cmdline(proc_fd, &cmdline, &len) < 0)
		return;
	if (is_qemu(proc_fd, cmdline))
		vm_argv_parse(vm, cmdline, len);
	free(cmdline);
}

int vm_identify_peer(const struct trust *trust, struct vm *vm, const struct agent_peer *peer)
{
	int proc_fd;

	if (!trust_has_uid(trust, peer->uid))
		return -EPERM;
	vm->pid = peer->pid;
	vm->uid = peer->uid;

	proc_fd = proc_open(peer->pid);
	if (proc_fd < 0)
		return 0;
	proc_start_time(proc_fd, &vm->start_time);
	read_argv(proc_fd, vm);
	close(proc_fd);
	return 0;
}
