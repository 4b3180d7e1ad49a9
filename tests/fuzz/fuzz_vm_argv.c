/* SPDX-License-Identifier: MIT */
/*
 * The command line of a process. The first byte has flags. With IN_WORDS, each byte below is a word
 * of QEMU's own, so that options which belong together come together; otherwise they are any bytes,
 * and a newline stands for the NUL between arguments.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "qemu/vm_argv.h"

#define IN_WORDS     1
#define KNOWS_AGENT  2
#define CMDLINE_SIZE ((size_t)256 * 1024)

/* The byte is the index; what is behind them stands for itself. */
static const char *const words[] = {"\n", "-chardev\n", "-device\n", "-netdev\n", "-nic\n",
	"-net\n", "-name\n", "-qmp\n", "-monitor\n", "-mon\n", "-serial\n", "-drive\n", "-uuid\n",
	"-global\n", "-readconfig\n", "-machine\n", "-add-fd\n", "-object\n", "socket,", "pty,",
	"path=", "id=", "server=on,", "wait=off,", "host=", "port=", "to=", "abstract=on,",
	"fd=", "reconnect=1,", "virtserialport,", "virtio-serial,", "isa-serial,",
	"vhost-vsock-pci,guest-cid=", "virtio-net-pci,", "e1000,",
	"netdev=", "chardev=", "name=", "org.qemu.guest_agent.0", "mac=", "52:54:00:12:34:56",
	"tap,", "user,", "bridge,", "br=", "ifname=", "hostfwd=", "tcp:", "127.0.0.1", ":2222-:22",
	"unix:", "/run/web.qga", "a", "web", "guest=", "process=", "mode=control,",
	"{\"driver\":\"", "{\"qom-type\":\"", "\",\"", "\":\"", "\"}",
	"{\"backend\":{\"type\":\"socket\",\"data\":{\"addr\":{\"type\":\"unix\",\"data\":{"
	"\"path\":\"",
	"}}}}", ",", ",,", "=", "9999999999"};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

static size_t render(const uint8_t *bytes, size_t len, bool in_words, char *ret_cmdline)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		char byte[2] = {(char)bytes[i], '\0'};
		const char *word = in_words && bytes[i] < WORD_COUNT ? words[bytes[i]] : byte;
		size_t word_len = word == byte ? 1 : strlen(word);

		if (at + word_len >= CMDLINE_SIZE)
			break;
		memcpy(ret_cmdline + at, word, word_len);
		at += word_len;
	}
	for (size_t i = 0; i < at; i++)
		if (ret_cmdline[i] == '\n')
			ret_cmdline[i] = '\0';
	ret_cmdline[at] = '\0';
	return at;
}

static void check(const struct vm *vm)
{
	if (vm->nic_count > VM_NICS_MAX || vm->forward_count > VM_FORWARDS_MAX ||
		vm->name_count > VM_NAMES_MAX || !vm->has_argv)
		abort();
	for (unsigned int i = 0; i < vm->name_count; i++)
		if (vm->names[i][0] == '\0' || strnlen(vm->names[i], NAME_VM_SIZE) == NAME_VM_SIZE)
			abort();
	for (unsigned int i = 0; i < vm->nic_count; i++)
		if (strnlen(vm->nics[i].ifname, IF_NAMESIZE) == IF_NAMESIZE ||
			strnlen(vm->nics[i].bridge, IF_NAMESIZE) == IF_NAMESIZE)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct vm vm, again;
	const uint8_t flags = len > 0 ? bytes[0] : 0;
	/* Of its own size, so that what is read behind the end is seen. */
	char *room = malloc(CMDLINE_SIZE), *cmdline;
	size_t size;

	if (room == NULL || len < 2) {
		free(room);
		return 0;
	}
	size = render(bytes + 1, len - 1, (flags & IN_WORDS) != 0, room);
	cmdline = malloc(size + 1);
	if (cmdline == NULL)
		abort();
	memcpy(cmdline, room, size + 1);
	free(room);
	memset(&vm, 0, sizeof(vm));
	if ((flags & KNOWS_AGENT) != 0)
		endpoint_set_path(&vm.agent, "/run/qemuvm/web.qga");
	again = vm;
	vm_argv_parse(&vm, &(struct argv){cmdline, size});
	check(&vm);
	/* It is read, not changed: a second time it says the same. */
	vm_argv_parse(&again, &(struct argv){cmdline, size});
	if (memcmp(vm.names, again.names, sizeof(vm.names)) != 0 ||
		vm.nic_count != again.nic_count || vm.forward_count != again.forward_count ||
		vm.agent.kind != again.agent.kind)
		abort();
	free(cmdline);
	return 0;
}
