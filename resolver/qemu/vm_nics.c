/* SPDX-License-Identifier: MIT */
#include "qemu/vm_nics.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* "tcp:[2001:db8::1]:65535-[2001:db8::2]:65535" and more. */
#define FORWARD_TEXT_SIZE 128

/* The decimal port at *at, which moves behind it. */
static int parse_port(const char **at, uint16_t *ret_port)
{
	unsigned long port = 0;
	const char *c = *at;

	for (; *c >= '0' && *c <= '9' && port <= UINT16_MAX; c++)
		port = port * 10 + (unsigned long)(*c - '0');
	if (c == *at || port == 0 || port > UINT16_MAX)
		return -EINVAL;
	*at = c;
	*ret_port = (uint16_t)port;
	return 0;
}

/* The address up to the next ':', which *at moves behind; none at all means any. */
static int parse_host(const char **at, struct address *ret_host)
{
	char text[INET6_ADDRSTRLEN];
	const char *begin = *at, *end;

	if (*begin == '[') {
		end = strchr(++begin, ']');
		if (end == NULL || end[1] != ':')
			return -EINVAL;
		*at = end + 2;
	} else {
		end = strchr(begin, ':');
		if (end == NULL)
			return -EINVAL;
		*at = end + 1;
	}
	if (end == begin) {
		*ret_host = (struct address){.family = AF_INET};
		return 0;
	}
	if ((size_t)(end - begin) >= sizeof(text))
		return -EINVAL;
	memcpy(text, begin, (size_t)(end - begin));
	text[end - begin] = '\0';
	return address_parse(text, ret_host);
}

int vm_forward_parse(const char *text, struct vm_forward *ret_forward)
{
	struct vm_forward forward;
	struct address guest;

	if (strncmp(text, "tcp:", 4) == 0)
		text += 4;
	else if (*text == ':')
		text++;
	else
		return -EINVAL;
	if (parse_host(&text, &forward.host) < 0 || parse_port(&text, &forward.host_port) < 0 ||
		*text++ != '-')
		return -EINVAL;
	if (parse_host(&text, &guest) < 0 || parse_port(&text, &forward.guest_port) < 0 ||
		*text != '\0')
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

static void read_forwards(struct vm *vm, const struct option *option)
{
	char text[FORWARD_TEXT_SIZE];
	struct vm_forward forward;

	for (unsigned int n = 0; n < VM_FORWARDS_MAX; n++) {
		int r = option_get_nth(option, "hostfwd", n, text, sizeof(text));

		if (r == -ENOENT)
			return;
		if (r >= 0 && vm_forward_parse(text, &forward) == 0)
			vm_add_forward(vm, &forward);
	}
}

/* What a -netdev, -nic or -net says of the host's side. */
static void read_netdev(
	const struct reading *reading, const struct option *option, struct vm_nic *nic)
{
	char type[32];

	if (option_get(option, "type", type, sizeof(type)) < 0)
		return;
	nic->netdev = vm_netdev_by_type(type);
	if (nic->netdev == VM_NETDEV_TAP)
		option_get(option, "ifname", nic->ifname, sizeof(nic->ifname));
	if (nic->netdev == VM_NETDEV_USER)
		read_forwards(reading->vm, option);
	if (nic->netdev == VM_NETDEV_BRIDGE) {
		/* DEFAULT_BRIDGE_INTERFACE of QEMU's net/net.h */
		snprintf(nic->bridge, sizeof(nic->bridge), "br0");
		option_get(option, "br", nic->bridge, sizeof(nic->bridge));
	}
}

static void plug_by_id(const struct reading *reading, const char *id, struct vm_nic *nic)
{
	struct option option;

	if (!argv_option_by_id(reading->argv, "netdev", "type", id, &option))
		return;
	read_netdev(reading, &option, nic);
	option_done(&option);
}

/* -net puts all NICs and back ends that it makes on one hub. */
static void plug_into_hub(const struct reading *reading, struct vm_nic *nic)
{
	struct argv_walk walk = argv_begin(reading->argv);
	struct option option;

	nic->netdev = VM_NETDEV_NONE;
	while (argv_next_option(&walk, "net", "type", &option)) {
		if (!option_equals(&option, "type", "nic"))
			read_netdev(reading, &option, nic);
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
	read_netdev(reading, option, &nic);
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

/* Hands each occurrence of an option to read(). */
static void read_each(struct reading *reading, const char *wanted, const char *implied,
	void (*read)(struct reading *reading, const struct option *option))
{
	struct argv_walk walk = argv_begin(reading->argv);
	struct option option;

	while (argv_next_option(&walk, wanted, implied, &option)) {
		read(reading, &option);
		option_done(&option);
	}
}

/* Without any network option QEMU makes one NIC on a user-mode network. */
static bool has_default_nic(const struct argv *argv)
{
	static const char *const telling[] = {"nic", "net", "netdev", "nodefaults"};

	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		if (argv_has(argv, telling[i]))
			return false;
	return true;
}

/* QEMU makes the NICs of -nic and -net before those of -device, of these the ones in JSON last
 * (softmmu/vl.c, qemu_create_cli_devices()), and counts default MACs in that order. */
void vm_nics_parse(struct vm *vm, const struct argv *argv)
{
	struct reading reading = {.vm = vm, .argv = argv};

	vm->nic_count = 0;
	vm->forward_count = 0;
	read_each(&reading, "nic", "type", read_nic);
	read_each(&reading, "net", "type", read_net);
	if (has_default_nic(argv)) {
		struct vm_nic nic = {.netdev = VM_NETDEV_USER};

		choose_mac(&reading, &nic);
		add_nic(&reading, &nic);
	}
	read_each(&reading, "device", "driver", read_text_device);
	read_each(&reading, "device", "driver", read_json_device);
}
