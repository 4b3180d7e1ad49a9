/* SPDX-License-Identifier: MIT */
#include "monitor/monitor_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "qemu/vm_nics.h"

/* Of a row of `info usernet`: state, descriptor, source and port, destination and port. */
#define COLUMNS 6
/* "tcp:[HOST]:PORT-:PORT" */
#define FORWARD_TEXT_SIZE 128

/* "  TCP[HOST_FORWARD]  11       127.0.0.1 22990       10.0.2.15    22     0     0" */
static void read_forward(struct vm *vm, struct text row)
{
	char text[FORWARD_TEXT_SIZE], host[INET6_ADDRSTRLEN];
	struct text words[COLUMNS];
	struct vm_forward forward;
	const char *open = "", *close = "";
	int len;

	for (int i = 0; i < COLUMNS; i++)
		if (!text_take_word(&row, &words[i]))
			return;
	if (!text_equals(words[0], "TCP[HOST_FORWARD]") ||
		text_copy(words[2], host, sizeof(host)) < 0)
		return;
	if (strcmp(host, "*") == 0)
		host[0] = '\0'; /* any address */
	if (strchr(host, ':') != NULL) {
		open = "[";
		close = "]";
	}
	/* In the words of -netdev, which are read elsewhere. */
	len = snprintf(text, sizeof(text), "tcp:%s%s%s:%.*s-:%.*s", open, host, close,
		(int)text_len(words[3]), words[3].at, (int)text_len(words[5]), words[5].at);
	if (len < (int)sizeof(text) && vm_forward_parse(text, &forward) == 0)
		vm_add_forward(vm, &forward);
}

void monitor_read_usernet(struct vm *vm, const char *text)
{
	struct text rest = text_of(text), line;

	while (text_take_line(&rest, &line))
		read_forward(vm, line);
}

/* The value of ",key=" in a line, up to the next comma. */
static bool get_value(struct text line, const char *key, char *ret_value, size_t size)
{
	const char *at = text_find(line, key);
	struct text rest, value;

	if (at == NULL)
		return false;
	rest = (struct text){at + strlen(key), line.end};
	return text_take_field(&rest, ',', &value) && text_copy(value, ret_value, size) >= 0;
}

/* "virtio-net-pci.0: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:12:34:56" and, if it
 * has a back end, " \ net0: index=0,type=tap,ifname=tap0,..." below it */
void monitor_read_network(struct vm *vm, const char *text)
{
	struct text rest = text_of(text), line;
	struct vm_nic *nic = NULL;

	while (text_take_line(&rest, &line)) {
		bool is_back_end = text_take(&line, " \\ ");
		char value[32];
		struct mac mac;

		if (!is_back_end)
			nic = NULL;
		if (!get_value(line, ",type=", value, sizeof(value)))
			continue;
		if (is_back_end && nic != NULL) {
			nic->netdev = vm_netdev_by_type(value);
			if (nic->netdev == VM_NETDEV_TAP)
				(void)get_value(line, ",ifname=", nic->ifname, sizeof(nic->ifname));
		} else if (!is_back_end && strcmp(value, "nic") == 0 &&
			   get_value(line, ",macaddr=", value, sizeof(value)) &&
			   mac_from_text(text_of(value), &mac) == 0 &&
			   vm_nic_by_mac(vm, &mac) == NULL && vm->nic_count < VM_NICS_MAX) {
			vm_add_mac(vm, &mac);
			nic = &vm->nics[vm->nic_count - 1];
		}
	}
}

void monitor_read_name(struct vm *vm, const char *text)
{
	struct text rest = text_of(text), line;
	char name[NAME_VM_SIZE];

	if (!text_take_line(&rest, &line) || text_copy(line, name, sizeof(name)) <= 0)
		return;
	vm_add_name(vm, name);
	vm->is_named = true;
}

void monitor_read_uuid(struct vm *vm, const char *text)
{
	struct text rest = text_of(text), line;
	char uuid[NAME_VM_SIZE];

	if (text_take_line(&rest, &line) && text_copy(line, uuid, sizeof(uuid)) >= 0 &&
		uuid[strspn(uuid, "0-")] != '\0')
		vm_add_name(vm, uuid);
}

/* "          guest-cid = 42 (0x2a)" below "dev: vhost-vsock-pci, id ..." */
void monitor_read_qtree(struct vm *vm, const char *text)
{
	const char *device = strstr(text, "dev: vhost-vsock-"), *cid;
	struct text rest;
	uint64_t number;

	if (device == NULL)
		return;
	cid = strstr(device, "guest-cid = ");
	if (cid == NULL)
		return;
	rest = text_of(cid + strlen("guest-cid = "));
	if (text_take_number(&rest, 10, UINT32_MAX, &number) == 0)
		vm->vsock_cid = (uint32_t)number;
}

/* "    name = "org.qemu.guest_agent.0"", and then "    port 1, guest on, host off, throttle off" */
int monitor_read_port(const char *text, const char *name)
{
	struct text rest = text_of(text), line;
	bool is_wanted = false;

	while (text_take_line(&rest, &line)) {
		line = text_trim(line);
		if (text_begins_with(line, "dev: "))
			is_wanted = false;
		else if (text_take(&line, "name = \""))
			is_wanted |= text_take(&line, name) && text_equals(line, "\"");
		else if (is_wanted && text_begins_with(line, "port "))
			return text_find(line, ", guest on,") != NULL;
	}
	return -ENOENT;
}
