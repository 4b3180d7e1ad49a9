/* SPDX-License-Identifier: MIT */
/* Any bytes as what a monitor sends, in both protocols, and any text as what its commands print. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "monitor/monitor.h"
#include "monitor/monitor_text.h"
#include "qemu/vm_argv.h"

static void read_text(const char *text)
{
	static struct vm vm;

	memset(&vm, 0, sizeof(vm));
	monitor_read_name(&vm, text);
	monitor_read_uuid(&vm, text);
	monitor_read_network(&vm, text);
	monitor_read_usernet(&vm, text);
	monitor_read_qtree(&vm, text);
	if (monitor_read_port(text, VM_ARGV_AGENT_PORT) > 1)
		abort();
	if (vm.nic_count > VM_NICS_MAX || vm.forward_count > VM_FORWARDS_MAX)
		abort();
}

/* The other end has said all it will, and left. */
static void hear(const uint8_t *bytes, size_t len, enum vm_monitor_protocol protocol)
{
	struct monitor monitor;
	short events;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	if (send(fds[1], bytes, len, MSG_NOSIGNAL) < 0)
		len = 0;
	shutdown(fds[1], SHUT_WR);
	monitor_init(&monitor, fds[0], protocol, deadline_after_ms(1000));
	if (monitor_ask(&monitor, "info usernet") == 0 && monitor_step(&monitor, &events) == 0)
		read_text(monitor_reply(&monitor));
	monitor_done(&monitor);
	close(fds[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		return 0;
	if (len > 0)
		memcpy(text, bytes, len);
	text[len] = '\0';
	read_text(text);
	free(text);
	hear(bytes, len, VM_MONITOR_QMP);
	hear(bytes, len, VM_MONITOR_HMP);
	return 0;
}
