/* SPDX-License-Identifier: MIT */
#include "vm_argv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "option.h"

/*
 * The command line is walked several times, since what one option defines another uses: -device
 * names a -netdev, isa-serial a -chardev. Nothing is kept between the walks but struct vm.
 */

/* A socket's path, with room for what QEMU allows beside it. */
#define VM_ARGV_PATH_SIZE 256

struct argv {
	const char *at, *end;
	unsigned int left; /* arguments that may still be looked at */
};

static struct argv argv_begin(const char *cmdline, size_t len)
{
	struct argv argv = {cmdline, cmdline + len, VM_ARGV_MAX};

	/* The first is the program's name. */
	argv.at += strnlen(cmdline, len) + 1;
	return argv;
}

static const char *next_argument(struct argv *argv)
{
	const char *argument = argv->at;

	if (argument >= argv->end || argv->left == 0)
		return NULL;
	argv->left--;
	argv->at += strlen(argument) + 1;
	return argument;
}

/* Options of QEMU (qemu-options.hx, versions 5.2 to 10.2) that take no value: what follows is the
 * next. */
static bool takes_value(const char *name)
{
	static const char *const alone[] = {"S", "alt-grab", "async-teardown", "audio-help",
		"ctrl-grab", "curses", "daemonize", "enable-fips", "enable-kvm",
		"enable-sync-profile", "full-screen", "h", "help", "jitdump", "mem-prealloc",
		"no-acpi", "no-fd-bootchk", "no-hpet", "no-quit", "no-reboot", "no-shutdown",
		"no-user-config", "nodefaults", "nographic", "old-param", "only-migratable",
		"perfmap", "portrait", "preconfig", "s", "sdl", "semihosting", "singlestep",
		"snapshot", "usb", "version", "win2k-hack", "xen-attach", "xen-domid-restrict"};

	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		if (strcmp(alone[i], name) == 0)
			return false;
	return true;
}

/* The next option, its name without dashes; value is "" where it takes none. */
static bool next_option(struct argv *argv, const char **ret_name, const char **ret_value)
{
	const char *argument, *value = "";

	/* What begins otherwise is a disk image. */
	do
		argument = next_argument(argv);
	while (argument != NULL && (argument[0] != '-' || argument[1] == '\0'));
	if (argument == NULL)
		return false;
	argument += argument[1] == '-' ? 2 : 1;
	if (takes_value(argument)) {
		value = next_argument(argv);
		if (value == NULL)
			return false;
	}
	*ret_name = argument;
	*ret_value = value;
	return true;
}

static enum vm_netdev netdev_by_type(const char *type)
{
	static const struct {
		const char *type;
		enum vm_netdev netdev;
	} types[] = {
		{"tap", VM_NETDEV_TAP},
		{"bridge", VM_NETDEV_BRIDGE},
		{"user", VM_NETDEV_USER},
		{"passt", VM_NETDEV_PASST},
		{"vde", VM_NETDEV_VDE},
		{"socket", VM_NETDEV_SOCKET},
		{"stream", VM_NETDEV_SOCKET},
		{"dgram", VM_NETDEV_SOCKET},
		{"none", VM_NETDEV_NONE},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].netdev;
	return VM_NETDEV_OTHER;
}

/* What a -netdev, -nic or -net says of the host's side. */
static void read_netdev(const struct option *option, struct vm_nic *nic)
{
	char type[32];

	if (option_get(option, "type", type, sizeof(type)) < 0)
		return;
	nic->netdev = netdev_by_type(type);
	if (nic->netdev == VM_NETDEV_TAP)
		option_get(option, "ifname", nic->ifname, sizeof(nic->ifname));
	if (nic->netdev == VM_NETDEV_BRIDGE) {
		/* DEFAULT_BRIDGE_INTERFACE of QEMU's net/net.h */
		snprintf(nic->bridge, sizeof(nic->bridge), "br0");
		option_get(option, "br", nic->bridge, sizeof(nic->bridge));
	}
}

/* One look at a command line for one VM. */
struct reading {
	struct vm *vm;
	const char *cmdline;
	size_t len;
	/* Last bytes of 52:54:00:12:34:XX that are taken: net/net.c, mac_table. */
	bool is_taken[256];
	char agent_chardev[VM_ID_SIZE]; /* the -chardev that is the agent's socket, or "" */
};

static void plug_by_id(const struct reading *reading, const char *id, struct vm_nic *nic)
{
	struct argv argv = argv_begin(reading->cmdline, reading->len);
	const char *name, *value;
	struct option option;

	while (next_option(&argv, &name, &value)) {
		if (strcmp(name, "netdev") != 0 || option_init(&option, value, "type") < 0)
			continue;
		if (option_equals(&option, "id", id))
			read_netdev(&option, nic);
		option_done(&option);
	}
}

/* -net puts all NICs and back ends that it makes on one hub. */
static void plug_into_hub(const struct reading *reading, struct vm_nic *nic)
{
	struct argv argv = argv_begin(reading->cmdline, reading->len);
	const char *name, *value;
	struct option option;

	nic->netdev = VM_NETDEV_NONE;
	while (next_option(&argv, &name, &value)) {
		if (strcmp(name, "net") != 0 || option_init(&option, value, "type") < 0)
			continue;
		if (!option_equals(&option, "type", "nic"))
			read_netdev(&option, nic);
		option_done(&option);
	}
}

static const uint8_t default_mac[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

/* QEMU counts its default MACs up, past those that are taken (net/net.c,
 * qemu_macaddr_default_if_unset()). */
static void choose_mac(struct reading *reading, struct vm_nic *nic)
{
	for (unsigned int last = default_mac[5]; last < 0xff; last++) {
		if (reading->is_taken[last])
			continue;
		memcpy(nic->mac.byte, default_mac, sizeof(default_mac));
		nic->mac.byte[5] = (uint8_t)last;
		nic->has_mac = nic->mac_is_default = true;
		reading->is_taken[last] = true;
		return;
	}
}

static void read_mac(
	struct reading *reading, const struct option *option, const char *key, struct vm_nic *nic)
{
	static const struct mac unset = {{0}};
	char text[MAC_TEXT_MAX] = "";
	int r = option_get(option, key, text, sizeof(text));

	nic->has_mac = mac_parse(text, &nic->mac) == 0;
	if (r == -ENOENT || (nic->has_mac && mac_equals(&nic->mac, &unset)))
		choose_mac(reading, nic);
	else if (nic->has_mac && memcmp(nic->mac.byte, default_mac, sizeof(default_mac) - 1) == 0)
		reading->is_taken[nic->mac.byte[5]] = true;
}

/* What is not kept is not read: looking for what is behind a NIC walks the command line. */
static bool has_room(const struct reading *reading)
{
	return reading->vm->nic_count < VM_NICS_MAX;
}

static void add_nic(struct reading *reading, const struct vm_nic *nic)
{
	if (has_room(reading))
		reading->vm->nics[reading->vm->nic_count++] = *nic;
}

/* -nic TYPE,...: a NIC and what is behind it in one. */
static void read_nic(struct reading *reading, const struct option *option)
{
	struct vm_nic nic = {0};

	if (!has_room(reading) || option_equals(option, "type", "none"))
		return;
	read_netdev(option, &nic);
	read_mac(reading, option, "mac", &nic);
	add_nic(reading, &nic);
}

/* -net nic,...: a NIC, on a -netdev or on the hub. */
static void read_net(struct reading *reading, const struct option *option)
{
	struct vm_nic nic = {0};
	char id[VM_ID_SIZE];

	if (!has_room(reading) || !option_equals(option, "type", "nic"))
		return;
	if (option_get(option, "netdev", id, sizeof(id)) >= 0)
		plug_by_id(reading, id, &nic);
	else
		plug_into_hub(reading, &nic);
	read_mac(reading, option, "macaddr", &nic);
	add_nic(reading, &nic);
}

static bool is_nic_model(const char *driver)
{
	static const char *const families[] = {"virtio-net", "e1000", "rtl8139", "vmxnet3", "ne2k_",
		"pcnet", "i8255", "usb-net", "tulip", "igb", "sungem", "spapr-vlan"};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strncmp(driver, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

/* -device: a NIC if it has a netdev, or is of a model that is one. */
static void read_device(struct reading *reading, const struct option *option)
{
	struct vm_nic nic = {.netdev = VM_NETDEV_UNKNOWN};
	char driver[64], id[VM_ID_SIZE];
	int r = option_get(option, "netdev", id, sizeof(id));

	if (!has_room(reading) || option_get(option, "driver", driver, sizeof(driver)) < 0)
		return;
	if (r == -ENOENT && !is_nic_model(driver))
		return;
	if (r == -ENOENT)
		nic.netdev = VM_NETDEV_NONE;
	if (r >= 0)
		plug_by_id(reading, id, &nic);
	read_mac(reading, option, "mac", &nic);
	add_nic(reading, &nic);
}

static void read_text_device(struct reading *reading, const struct option *option)
{
	if (option->json == NULL)
		read_device(reading, option);
}

static void read_json_device(struct reading *reading, const struct option *option)
{
	if (option->json != NULL)
		read_device(reading, option);
}

/* Hands each occurrence of an option to read(); says whether there was one. */
static bool read_each(struct reading *reading, const char *wanted, const char *implied,
	void (*read)(struct reading *reading, const struct option *option))
{
	struct argv argv = argv_begin(reading->cmdline, reading->len);
	const char *name, *value;
	struct option option;
	bool is_there = false;

	while (next_option(&argv, &name, &value)) {
		if (strcmp(name, wanted) != 0)
			continue;
		is_there = true;
		if (option_init(&option, value, implied) < 0)
			continue;
		if (read != NULL)
			read(reading, &option);
		option_done(&option);
	}
	return is_there;
}

/* QEMU makes the NICs of -nic and -net before those of -device, of these the ones in JSON last
 * (softmmu/vl.c, qemu_create_cli_devices()), and counts default MACs in that order; without any
 * network option it makes one NIC on a user-mode network. */
static void read_nics(struct reading *reading)
{
	bool is_told = read_each(reading, "nic", "type", read_nic);

	is_told |= read_each(reading, "net", "type", read_net);
	is_told |= read_each(reading, "netdev", "type", NULL);
	if (!is_told && !read_each(reading, "nodefaults", NULL, NULL)) {
		struct vm_nic nic = {.netdev = VM_NETDEV_USER};

		choose_mac(reading, &nic);
		add_nic(reading, &nic);
	}
	read_each(reading, "device", "driver", read_text_device);
	read_each(reading, "device", "driver", read_json_device);
}

/* By the last part: directories may be told through a link (/var/run), or relative to QEMU's. */
static bool is_agent_path(const struct vm *vm, const char *path)
{
	const char *own = strrchr(vm->agent.path, '/'), *other = strrchr(path, '/');

	own = own == NULL ? vm->agent.path : own + 1;
	other = other == NULL ? path : other + 1;
	return *own != '\0' && strcmp(own, other) == 0;
}

/* -chardev socket,id=ID,path=... */
static void read_chardev(struct reading *reading, const struct option *option)
{
	char path[VM_ARGV_PATH_SIZE];

	if (option_get(option, "path", path, sizeof(path)) >= 0 && is_agent_path(reading->vm, path))
		option_get(option, "id", reading->agent_chardev, sizeof(reading->agent_chardev));
}

static bool is_agent_chardev(const struct reading *reading, const char *id)
{
	return *id != '\0' && strcmp(reading->agent_chardev, id) == 0;
}

static void read_serial_device(struct reading *reading, const struct option *option)
{
	char driver[64], id[VM_ID_SIZE];

	if (option_get(option, "driver", driver, sizeof(driver)) < 0 ||
		(strcmp(driver, "isa-serial") != 0 && strncmp(driver, "pci-serial", 10) != 0))
		return;
	if (option_get(option, "chardev", id, sizeof(id)) >= 0 && is_agent_chardev(reading, id))
		reading->vm->agent.is_serial = true;
}

/* -serial unix:PATH,... or -serial chardev:ID */
static void read_serial(struct reading *reading, const struct option *option)
{
	char text[VM_ARGV_PATH_SIZE];

	if (option_get(option, "device", text, sizeof(text)) < 0)
		return;
	if (strncmp(text, "unix:", 5) == 0 && is_agent_path(reading->vm, text + 5))
		reading->vm->agent.is_serial = true;
	if (strncmp(text, "chardev:", 8) == 0 && is_agent_chardev(reading, text + 8))
		reading->vm->agent.is_serial = true;
}

void vm_argv_parse(struct vm *vm, const char *cmdline, size_t len)
{
	struct reading reading = {.vm = vm, .cmdline = cmdline, .len = len};

	vm->has_argv = true;
	vm->nic_count = 0;
	read_nics(&reading);
	read_each(&reading, "chardev", "backend", read_chardev);
	read_each(&reading, "device", "driver", read_serial_device);
	read_each(&reading, "serial", "device", read_serial);
}
