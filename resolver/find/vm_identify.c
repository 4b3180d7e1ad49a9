/* SPDX-License-Identifier: MIT */
#include "find/vm_identify.h"

#include <errno.h>
#include <sys/socket.h>

#include "find/vm_process.h"

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
static bool is_qemu(const struct vm_process *process)
{
	return process->kind != PROC_OTHER || proc_path_is_qemu(argv_program(&process->argv));
}

int vm_identify_peer(struct trust *trust, const struct config *config, struct vm *vm,
	const struct agent_peer *peer)
{
	struct vm_process process;

	if (!trust_has_uid(trust, peer->uid) || (vm->pid != 0 && vm->pid != peer->pid))
		return -EPERM;
	vm->pid = peer->pid;
	vm->uid = peer->uid;
	if (vm->has_argv || vm_process_open(trust, peer->pid, &process) < 0)
		return 0;
	if (is_qemu(&process))
		vm_process_describe(&process, config, vm);
	vm_process_close(&process);
	vm->uid = peer->uid;
	return 0;
}
