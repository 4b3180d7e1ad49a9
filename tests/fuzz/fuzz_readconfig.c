/* SPDX-License-Identifier: MIT */
/* Any bytes as a file of -readconfig, up to what they say of a VM. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "qemu/readconfig.h"
#include "qemu/vm_argv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static char arguments[READCONFIG_ARGUMENTS_MAX];
	static struct vm vm;
	size_t size = len % 2 == 0 ? sizeof(arguments) : len;
	size_t written;

	if (len > READCONFIG_MAX)
		return 0;
	written = readconfig_to_arguments((const char *)bytes, len, arguments, size);
	if (written > size || (written > 0 && arguments[written - 1] != '\0'))
		abort();
	/* For a text of this length there is always room. */
	if (size == sizeof(arguments) && written > 2 * len + 64)
		abort();
	memset(&vm, 0, sizeof(vm));
	if (written > 0)
		vm_argv_parse(&vm, &(struct argv){arguments, written});
	return 0;
}
