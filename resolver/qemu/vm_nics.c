/* SPDX-License-Identifier: MIT */
#include "qemu/vm_nics.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* "tcp:[2001:db8::1]:65535-[2001:db8::2]:65535" and more. */
#define FORWARD_TEXT_SIZE 128

/* Takes "[HOST]:PORT": no host means any, an IPv6 address is in brackets. */
static bool forward_take_place(struct text *rest, struct address *ret_host, uint16_t *ret_port)
{
	char separator = text_take_char(rest, '[') ? ']' : ':';
	struct text host;
	uint64_t port;

	if (!text_take_field(rest, separator, &host) ||
		(separator == ']' && !text_take_char(rest, ':')))
		return false;
	*ret_host = (struct address){.family = AF_INET};
	if (host.at < host.end && address_from_text(host, ret_host) < 0)
		return false;
	if (text_take_number(rest, 10, UINT16_MAX, &port) < 0 || port == 0)
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

int vm_forward_parse(const char *text, struct vm_forward *ret_forward)
{
	struct text rest = text_of(text);
	struct vm_forward forward;
	struct address guest;

	if (!text_take(&rest, "tcp:") && !text_take_char(&rest, ':'))
		return -EINVAL;
	if (!forward_take_place(&rest, &forward.host, &forward.host_port) ||
		!text_take_char(&rest, '-') ||
		!forward_take_place(&rest, &guest, &forward.guest_port) || rest.at < rest.end)
		return -EINVAL;
	*ret_forward = forward;
	return 0;
}

enum vm_netdev vm_netdev_by_type(const char *type)
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

/* One look at a command line for one VM. */
struct reading {
	struct vm *vm;
	const struct argv *argv;
	/* Last bytes of 52:54:00:12:34:XX that are taken: net/net.c, mac_table. */
	bool is_taken[256];
};

/* What a -netdev, -nic or -net has on the host's side. */
static void nic_read_netdev(
	const struct reading *reading, const struct option *option, struct vm_nic *nic)
{
	char type[32], text[FORWARD_TEXT_SIZE];
	struct vm_forward forward;
	int r = 0;

	if (option_get(option, "type", type, sizeof(type)) < 0)
		return;
	nic->netdev = vm_netdev_by_type(type);
	if (nic->netdev == VM_NETDEV_TAP)
		option_get(option, "ifname", nic->ifname, sizeof(nic->ifname));
	if (nic->netdev == VM_NETDEV_BRIDGE) {
		/* DEFAULT_BRIDGE_INTERFACE of QEMU's net/net.h */
		snprintf(nic->bridge, sizeof(nic->bridge), "br0");
		option_get(option, "br", nic->bridge, sizeof(nic->bridge));
	}
	if (nic->netdev != VM_NETDEV_USER)
		return;
	for (unsigned int n = 0; n < VM_FORWARDS_MAX && r != -ENOENT; n++) {
		r = option_get_nth(option, "hostfwd", n, text, sizeof(text));
		if (r >= 0 && vm_forward_parse(text, &forward) == 0)
			vm_add_forward(reading->vm, &forward);
	}
}

static void nic_plug_by_id(const struct reading *reading, const char *id, struct vm_nic *nic)
{
	struct option option;

	if (!argv_option_by_id(reading->argv, "netdev", "type", id, &option))
		return;
	nic_read_netdev(reading, &option, nic);
	option_done(&option);
}

static const uint8_t default_mac[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

/* QEMU counts its default MACs up, past those that are taken (net/net.c,
 * qemu_macaddr_default_if_unset()). */
static void nic_choose_mac(struct reading *reading, struct vm_nic *nic)
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

static void nic_read_mac(
	struct reading *reading, const struct option *option, const char *key, struct vm_nic *nic)
{
	static const struct mac unset = {{0}};
	char text[MAC_TEXT_MAX] = "";
	int r = option_get(option, key, text, sizeof(text));

	nic->has_mac = mac_from_text(text_of(text), &nic->mac) == 0;
	if (r == -ENOENT || (nic->has_mac && mac_equals(&nic->mac, &unset)))
		nic_choose_mac(reading, nic);
	else if (nic->has_mac && memcmp(nic->mac.byte, default_mac, sizeof(default_mac) - 1) == 0)
		reading->is_taken[nic->mac.byte[5]] = true;
}

/* -net nic,...: a NIC, on a -netdev or on the hub. */
static void nics_read_net(struct reading *reading, const struct option *option)
{
	struct argv_walk walk = argv_begin(reading->argv);
	struct vm_nic nic = {0};
	struct option other;
	char id[VM_ID_SIZE];

	if (reading->vm->nic_count == VM_NICS_MAX || !option_equals(option, "type", "nic"))
		return;
	if (option_get(option, "netdev", id, sizeof(id)) >= 0) {
		nic_plug_by_id(reading, id, &nic);
	} else {
		/* -net puts all NICs and back ends that it makes on one hub. */
		nic.netdev = VM_NETDEV_NONE;
		while (argv_next_option(&walk, "net", "type", &other)) {
			if (!option_equals(&other, "type", "nic"))
				nic_read_netdev(reading, &other, &nic);
			option_done(&other);
		}
	}
	nic_read_mac(reading, option, "macaddr", &nic);
	reading->vm->nics[reading->vm->nic_count++] = nic;
}

/* -device: a NIC if it has a netdev, or is of a model that is one. */
static void nics_read_device(struct reading *reading, const struct option *option)
{
	static const char *const families[] = {"virtio-net", "e1000", "rtl8139", "vmxnet3", "ne2k_",
		"pcnet", "i8255", "usb-net", "tulip", "igb", "sungem", "spapr-vlan"};
	struct vm_nic nic = {.netdev = VM_NETDEV_UNKNOWN};
	char driver[64], id[VM_ID_SIZE];
	bool is_nic;
	int r = option_get(option, "netdev", id, sizeof(id));

	if (reading->vm->nic_count == VM_NICS_MAX ||
		option_get(option, "driver", driver, sizeof(driver)) < 0)
		return;
	is_nic = r != -ENOENT;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		is_nic |= strncmp(driver, families[i], strlen(families[i])) == 0;
	if (!is_nic)
		return;
	if (r == -ENOENT)
		nic.netdev = VM_NETDEV_NONE;
	if (r >= 0)
		nic_plug_by_id(reading, id, &nic);
	nic_read_mac(reading, option, "mac", &nic);
	reading->vm->nics[reading->vm->nic_count++] = nic;
}

/* QEMU makes the NICs of -nic and -net before those of -device, of these the ones in JSON last
 * (softmmu/vl.c, qemu_create_cli_devices()), and counts default MACs in that order. What is not
 * kept is not read: a look for what is behind a NIC walks the command line. */
void vm_nics_parse(struct vm *vm, const struct argv *argv)
{
	static const char own[][sizeof("nodefaults")] = {"nic", "net", "netdev", "nodefaults"};
	struct reading reading = {.vm = vm, .argv = argv};
	struct argv_walk walk = argv_begin(argv);
	const char *name, *value;
	struct option option;
	bool has_own = false;

	vm->nic_count = 0;
	vm->forward_count = 0;
	/* -nic TYPE,...: a NIC and what is behind it in one. */
	while (argv_next_option(&walk, "nic", "type", &option)) {
		struct vm_nic nic = {0};

		if (vm->nic_count < VM_NICS_MAX && !option_equals(&option, "type", "none")) {
			nic_read_netdev(&reading, &option, &nic);
			nic_read_mac(&reading, &option, "mac", &nic);
			vm->nics[vm->nic_count++] = nic;
		}
		option_done(&option);
	}
	walk = argv_begin(argv);
	while (argv_next_option(&walk, "net", "type", &option)) {
		nics_read_net(&reading, &option);
		option_done(&option);
	}
	/* Without any network option QEMU makes one NIC on a user-mode network. */
	walk = argv_begin(argv);
	while (!has_own && argv_next(&walk, &name, &value))
		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			has_own |= strcmp(name, own[i]) == 0;
	if (!has_own) {
		struct vm_nic nic = {.netdev = VM_NETDEV_USER};

		nic_choose_mac(&reading, &nic);
		vm->nics[vm->nic_count++] = nic;
	}
	for (int in_json = 0; in_json < 2; in_json++) {
		walk = argv_begin(argv);
		while (argv_next_option(&walk, "device", "driver", &option)) {
			if ((option.json != NULL) == (in_json == 1))
				nics_read_device(&reading, &option);
			option_done(&option);
		}
	}
}
