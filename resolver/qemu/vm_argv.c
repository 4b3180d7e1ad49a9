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

/* The names that a command line tells, each in the last place where it is told. */
struct told {
	char guest[NAME_VM_SIZE], process[NAME_VM_SIZE];
	const char *id, *uuid; /* or NULL */
};

/* Several -name are merged (softmmu/vl.c): each key has its own last value. */
static void take_name(struct told *told, const char *value)
{
	struct option option;
	char text[NAME_VM_SIZE];

	if (option_init(&option, value, "guest") < 0)
		return;
	if (option_get(&option, "guest", text, sizeof(text)) >= 0)
		memcpy(told->guest, text, sizeof(text));
	if (option_get(&option, "process", text, sizeof(text)) >= 0)
		memcpy(told->process, text, sizeof(text));
	option_done(&option);
}

void vm_argv_parse_names(struct vm *vm, const struct argv *argv)
{
	struct argv_walk walk = argv_begin(argv);
	struct told told = {.guest = "", .process = ""};
	const char *name, *value;

	while (argv_next(&walk, &name, &value)) {
		if (strcmp(name, "name") == 0)
			take_name(&told, value);
		else if (strcmp(name, "id") == 0) /* Proxmox's own */
			told.id = value;
		else if (strcmp(name, "uuid") == 0)
			told.uuid = value;
	}
	vm->name_count = 0;
	vm_add_name(vm, told.guest);
	vm_add_name(vm, told.process);
	vm_add_name(vm, told.id != NULL ? told.id : "");
	vm->is_named = vm->name_count > 0;
	vm_add_name(vm, told.uuid != NULL ? told.uuid : "");
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* By the last part: directories may be told through a link (/var/run), or relative to QEMU's. */
static bool is_same_socket(const struct vm_endpoint *a, const struct vm_endpoint *b)
{
	if (a->kind != VM_ENDPOINT_UNIX || b->kind != VM_ENDPOINT_UNIX || a->path[0] == '\0')
		return false;
	return strcmp(last_part(a->path), last_part(b->path)) == 0;
}

/* A serial port can be a console as well: only its socket's name tells. */
static bool is_called_agent(const struct vm_endpoint *endpoint)
{
	static const char *const words[] = {"qga", "guest_agent", "guest-agent", "guestagent"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(last_part(endpoint->path), words[i]) != NULL)
			return true;
	return false;
}

/* One look for the agent's socket: `known` where its path is known already. */
struct agent_search {
	struct vm *vm;
	const struct argv *argv;
	bool is_known;
	unsigned int left; /* of CHARDEVS_FOLLOWED_MAX */
};

/* Takes a serial port's socket for the agent's, or finds that the one we know is such. */
static void take_serial(struct agent_search *search, const struct vm_endpoint *endpoint)
{
	struct vm_endpoint *agent = &search->vm->agent;

	if (search->is_known) {
		agent->is_serial |= is_same_socket(agent, endpoint);
	} else if (agent->kind == VM_ENDPOINT_NONE && is_called_agent(endpoint)) {
		*agent = *endpoint;
		agent->is_serial = true;
	}
}

static bool is_serial_driver(const char *driver)
{
	return strcmp(driver, "isa-serial") == 0 || strncmp(driver, "pci-serial", 10) == 0;
}

static void look_at_serial_device(struct agent_search *search, const struct option *option)
{
	char driver[WORD_SIZE], id[VM_ID_SIZE];
	struct vm_endpoint endpoint;

	if (search->left == 0 || option_get(option, "driver", driver, sizeof(driver)) < 0 ||
		!is_serial_driver(driver) || option_get(option, "chardev", id, sizeof(id)) < 0)
		return;
	search->left--;
	if (vm_chardev_by_id(search->argv, id, &endpoint) == 0)
		take_serial(search, &endpoint);
}

static void look_at_serial(struct agent_search *search, const struct option *option)
{
	struct vm_endpoint endpoint;

	if (search->left == 0)
		return;
	search->left--;
	if (option->text != NULL &&
		vm_chardev_by_device(search->argv, option->text, &endpoint) == 0)
		take_serial(search, &endpoint);
}

static void look_at_port(struct agent_search *search, const struct option *option)
{
	char id[VM_ID_SIZE];
	struct vm_endpoint endpoint;

	if (search->left == 0 || search->vm->agent.kind != VM_ENDPOINT_NONE ||
		!option_equals(option, "driver", "virtserialport") ||
		!option_equals(option, "name", VM_ARGV_AGENT_PORT) ||
		option_get(option, "chardev", id, sizeof(id)) < 0)
		return;
	search->left--;
	if (vm_chardev_by_id(search->argv, id, &endpoint) == 0)
		search->vm->agent = endpoint;
}

static void look_at_each(struct agent_search *search, const char *wanted, const char *implied,
	void (*look)(struct agent_search *search, const struct option *option))
{
	struct argv_walk walk = argv_begin(search->argv);
	struct option option;

	search->left = CHARDEVS_FOLLOWED_MAX;
	while (search->left > 0 && argv_next_option(&walk, wanted, implied, &option)) {
		look(search, &option);
		option_done(&option);
	}
}

static void parse_agent(struct vm *vm, const struct argv *argv)
{
	struct agent_search search = {
		.vm = vm, .argv = argv, .is_known = vm->agent.kind != VM_ENDPOINT_NONE};

	if (!search.is_known)
		look_at_each(&search, "device", "driver", look_at_port);
	if (!search.is_known && vm->agent.kind != VM_ENDPOINT_NONE)
		return;
	look_at_each(&search, "device", "driver", look_at_serial_device);
	look_at_each(&search, "serial", "device", look_at_serial);
}

/* Management tools hold a QMP monitor for as long as the VM runs; the other kind is for people, and
 * mostly free. */
static void take_monitor(
	struct vm *vm, const struct vm_endpoint *endpoint, enum vm_monitor_protocol protocol)
{
	if (vm->monitor.kind != VM_ENDPOINT_NONE &&
		(protocol == VM_MONITOR_QMP || vm->monitor_protocol == VM_MONITOR_HMP))
		return;
	vm->monitor = *endpoint;
	vm->monitor_protocol = protocol;
}

/* -monitor, -qmp and -qmp-pretty DEVICE */
static void parse_monitor_devices(struct vm *vm, const struct argv *argv, const char *wanted,
	enum vm_monitor_protocol protocol)
{
	struct argv_walk walk = argv_begin(argv);
	unsigned int left = CHARDEVS_FOLLOWED_MAX;
	const char *name, *value;
	struct vm_endpoint endpoint;

	while (left > 0 && argv_next(&walk, &name, &value)) {
		if (strcmp(name, wanted) != 0)
			continue;
		left--;
		if (vm_chardev_by_device(argv, value, &endpoint) == 0)
			take_monitor(vm, &endpoint, protocol);
	}
}

/* -mon CHARDEV,mode=control */
static void parse_mons(struct vm *vm, const struct argv *argv)
{
	struct argv_walk walk = argv_begin(argv);
	unsigned int left = CHARDEVS_FOLLOWED_MAX;
	struct vm_endpoint endpoint;
	struct option option;
	char id[VM_ID_SIZE];

	while (left > 0 && argv_next_option(&walk, "mon", "chardev", &option)) {
		left--;
		if (option_get(&option, "chardev", id, sizeof(id)) >= 0 &&
			vm_chardev_by_id(argv, id, &endpoint) == 0)
			take_monitor(vm, &endpoint,
				option_equals(&option, "mode", "control") ? VM_MONITOR_QMP
									  : VM_MONITOR_HMP);
		option_done(&option);
	}
}

static void parse_monitor(struct vm *vm, const struct argv *argv)
{
	vm->monitor = (struct vm_endpoint){0};
	parse_monitor_devices(vm, argv, "monitor", VM_MONITOR_HMP);
	parse_monitor_devices(vm, argv, "qmp", VM_MONITOR_QMP);
	parse_monitor_devices(vm, argv, "qmp-pretty", VM_MONITOR_QMP);
	parse_mons(vm, argv);
}

/* vhost-vsock-pci, vhost-vsock-device, vhost-vsock-ccw (hw/virtio/vhost-vsock.c) and their
 * vhost-user kin. */
static void parse_vsock(struct vm *vm, const struct argv *argv)
{
	struct argv_walk walk = argv_begin(argv);
	struct option option;
	char driver[WORD_SIZE];

	vm->vsock_cid = 0;
	while (argv_next_option(&walk, "device", "driver", &option)) {
		if (option_get(&option, "driver", driver, sizeof(driver)) >= 0 &&
			(strncmp(driver, "vhost-vsock-", 12) == 0 ||
				strncmp(driver, "vhost-user-vsock-", 17) == 0))
			(void)option_get_u32(&option, "guest-cid", &vm->vsock_cid);
		option_done(&option);
	}
}

void vm_argv_parse(struct vm *vm, const struct argv *argv)
{
	vm->has_argv = true;
	vm_argv_parse_names(vm, argv);
	vm_nics_parse(vm, argv);
	parse_agent(vm, argv);
	parse_monitor(vm, argv);
	parse_vsock(vm, argv);
}
