/* SPDX-License-Identifier: MIT */
#include "qemu/vm_argv.h"

#include <errno.h>
#include <string.h>

#include "qemu/vm_chardev.h"
#include "qemu/vm_nics.h"

/* Ports and monitors that are followed to their chardev: each is a walk of its own. */
#define CHARDEVS_FOLLOWED_MAX 16

/* Option values beside paths: drivers, names of ports. */
#define WORD_SIZE 64

void vm_argv_parse_names(struct vm *vm, const struct argv *argv)
{
	struct argv_walk walk = argv_begin(argv);
	char guest[NAME_VM_SIZE], process[NAME_VM_SIZE], text[NAME_VM_SIZE];
	const char *id = "", *uuid = "", *name, *value;
	struct option option;

	guest[0] = process[0] = '\0';
	while (argv_next(&walk, &name, &value)) {
		if (strcmp(name, "id") == 0) /* Proxmox's own */
			id = value;
		else if (strcmp(name, "uuid") == 0)
			uuid = value;
		if (strcmp(name, "name") != 0 || option_init(&option, value, "guest") < 0)
			continue;
		/* Several -name are merged (softmmu/vl.c): each key has its own last value. */
		if (option_get(&option, "guest", text, sizeof(text)) >= 0)
			memcpy(guest, text, sizeof(text));
		if (option_get(&option, "process", text, sizeof(text)) >= 0)
			memcpy(process, text, sizeof(text));
		option_done(&option);
	}
	vm->name_count = 0;
	vm_add_name(vm, guest);
	vm_add_name(vm, process);
	vm_add_name(vm, id);
	vm->is_named = vm->name_count > 0;
	vm_add_name(vm, uuid);
}

/* Takes a serial port's socket for the agent's, or finds that the known one is the same. */
static void take_serial(struct vm *vm, bool is_known, const struct endpoint *endpoint)
{
	/* A serial port can be a console as well: only its socket's name shows what it is. */
	static const char *const words[] = {"qga", "guest_agent", "guest-agent", "guestagent"};
	struct endpoint *agent = &vm->agent;
	const char *name = basename(endpoint->path);

	if (is_known) {
		/* By the last part: directories may be given through a link (/var/run), or relative
		 * to QEMU's. */
		agent->is_serial |= agent->kind == ENDPOINT_UNIX &&
				    endpoint->kind == ENDPOINT_UNIX && agent->path[0] != '\0' &&
				    strcmp(basename(agent->path), name) == 0;
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (agent->kind == ENDPOINT_NONE && strcasestr(name, words[i]) != NULL) {
			*agent = *endpoint;
			agent->is_serial = true;
		}
}

/* Where the chardev of a device leads; *left is how many chardevs may still be followed. */
static bool chardev_of_device(const struct argv *argv, const struct option *option,
	unsigned int *left, struct endpoint *ret_endpoint)
{
	char id[VM_ID_SIZE];

	if (option_get(option, "chardev", id, sizeof(id)) < 0)
		return false;
	--*left;
	return vm_chardev_by_id(argv, id, ret_endpoint) == 0;
}

/* Virtual serial ports first: they have the agent's name. Then serial ports, by -device and by
 * -serial. */
static void parse_agent(struct vm *vm, const struct argv *argv)
{
	bool is_known = vm->agent.kind != ENDPOINT_NONE;
	unsigned int left = CHARDEVS_FOLLOWED_MAX;
	struct argv_walk walk = argv_begin(argv);
	struct endpoint endpoint;
	const char *name, *value;
	struct option option;
	char driver[WORD_SIZE];

	while (vm->agent.kind == ENDPOINT_NONE && left > 0 &&
		argv_next_option(&walk, "device", "driver", &option)) {
		if (option_equals(&option, "driver", "virtserialport") &&
			option_equals(&option, "name", VM_ARGV_AGENT_PORT) &&
			chardev_of_device(argv, &option, &left, &endpoint))
			vm->agent = endpoint;
		option_done(&option);
	}
	if (!is_known && vm->agent.kind != ENDPOINT_NONE)
		return;
	left = CHARDEVS_FOLLOWED_MAX;
	walk = argv_begin(argv);
	while (left > 0 && argv_next_option(&walk, "device", "driver", &option)) {
		if (option_get(&option, "driver", driver, sizeof(driver)) >= 0 &&
			(strcmp(driver, "isa-serial") == 0 ||
				strncmp(driver, "pci-serial", 10) == 0) &&
			chardev_of_device(argv, &option, &left, &endpoint))
			take_serial(vm, is_known, &endpoint);
		option_done(&option);
	}
	left = CHARDEVS_FOLLOWED_MAX;
	walk = argv_begin(argv);
	while (left > 0 && argv_next(&walk, &name, &value)) {
		if (strcmp(name, "serial") != 0)
			continue;
		left--;
		if (vm_chardev_by_device(argv, value, &endpoint) == 0)
			take_serial(vm, is_known, &endpoint);
	}
}

/* Management tools hold a QMP monitor for as long as the VM runs; the other kind is for people, and
 * mostly free. */
static void take_monitor(
	struct vm *vm, const struct endpoint *endpoint, enum vm_monitor_protocol protocol)
{
	if (vm->monitor.kind != ENDPOINT_NONE &&
		(protocol == VM_MONITOR_QMP || vm->monitor_protocol == VM_MONITOR_HMP))
		return;
	vm->monitor = *endpoint;
	vm->monitor_protocol = protocol;
}

static void parse_monitor(struct vm *vm, const struct argv *argv)
{
	static const struct {
		char option[sizeof("qmp-pretty")];
		enum vm_monitor_protocol protocol;
	} devices[] = {{"monitor", VM_MONITOR_HMP}, {"qmp", VM_MONITOR_QMP},
		{"qmp-pretty", VM_MONITOR_QMP}};
	struct argv_walk walk;
	const char *name, *value;
	struct endpoint endpoint;
	struct option option;
	unsigned int left;

	vm->monitor = (struct endpoint){0};
	/* -monitor DEVICE and the like */
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		left = CHARDEVS_FOLLOWED_MAX;
		walk = argv_begin(argv);
		while (left > 0 && argv_next(&walk, &name, &value)) {
			if (strcmp(name, devices[i].option) != 0)
				continue;
			left--;
			if (vm_chardev_by_device(argv, value, &endpoint) == 0)
				take_monitor(vm, &endpoint, devices[i].protocol);
		}
	}
	/* -mon CHARDEV,mode=control */
	left = CHARDEVS_FOLLOWED_MAX;
	walk = argv_begin(argv);
	while (left > 0 && argv_next_option(&walk, "mon", "chardev", &option)) {
		bool is_qmp = option_equals(&option, "mode", "control");

		if (chardev_of_device(argv, &option, &left, &endpoint))
			take_monitor(vm, &endpoint, is_qmp ? VM_MONITOR_QMP : VM_MONITOR_HMP);
		option_done(&option);
	}
}

void vm_argv_parse(struct vm *vm, const struct argv *argv)
{
	struct argv_walk walk = argv_begin(argv);
	struct option option;
	char driver[WORD_SIZE];

	vm->has_argv = true;
	vm_argv_parse_names(vm, argv);
	vm_nics_parse(vm, argv);
	parse_agent(vm, argv);
	parse_monitor(vm, argv);
	/* vhost-vsock-pci, vhost-vsock-device, vhost-vsock-ccw (hw/virtio/vhost-vsock.c) and their
	 * vhost-user kin. */
	vm->vsock_cid = 0;
	while (argv_next_option(&walk, "device", "driver", &option)) {
		if (option_get(&option, "driver", driver, sizeof(driver)) >= 0 &&
			(strncmp(driver, "vhost-vsock-", 12) == 0 ||
				strncmp(driver, "vhost-user-vsock-", 17) == 0))
			(void)option_get_u32(&option, "guest-cid", &vm->vsock_cid);
		option_done(&option);
	}
}
