/* SPDX-License-Identifier: MIT */
/* Any bytes as the command line of a process; a newline stands for the NUL between arguments. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "qemu/vm_argv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct vm vm;
	char *cmdline = malloc(len + 1);

	if (cmdline == NULL || len == 0) {
		free(cmdline);
		return 0;
	}
	for (size_t i = 0; i < len; i++)
		cmdline[i] = (char)(bytes[i] == '\n' ? '\0' : bytes[i]);
	cmdline[len] = '\0';
	memset(&vm, 0, sizeof(vm));
	endpoint_set_path(&vm.agent, "/run/qemuvm/web.qga");
	vm_argv_parse(&vm, &(struct argv){cmdline, len});
	if (vm.nic_count > VM_NICS_MAX)
		abort();
	free(cmdline);
	return 0;
}
