/* SPDX-License-Identifier: MIT */
#include "monitor/monitor_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu/vm_nics.h"

/* A line of interest; longer ones are cut. */
#define LINE_SIZE 256
/* Of a row of `info usernet`: state, descriptor, source and port, destination and port. */
#define COLUMNS 6

/* The next line without its end; false at the end of the text. */
static bool next_line(const char **text, char ret_line[static LINE_SIZE])
{
	size_t len = strcspn(*text, "\n");
	size_t kept = len < LINE_SIZE ? len : LINE_SIZE - 1;

	if (**text == '\0')
		return false;
	memcpy(ret_line, *text, kept);
	ret_line[kept] = '\0';
	*text += len + ((*text)[len] == '\n');
	return true;
}

/* Cuts a line at its blanks, in place. */
static unsigned int split(char *line, char *ret_words[static COLUMNS])
{
	unsigned int count = 0;
	char *rest = line, *word;

	while (count < COLUMNS && (word = strtok_r(rest, " ", &rest)) != NULL)
		ret_words[count++] = word;
	return count;
}

/* "  TCP[HOST_FORWARD]  11       127.0.0.1 22990       10.0.2.15    22     0     0" */
static void read_row(struct vm *vm, char *line)
{
	char *words[COLUMNS], text[LINE_SIZE];
	struct vm_forward forward;

	if (split(line, words) < COLUMNS || strcmp(words[0], "TCP[HOST_FORWARD]") != 0)
		return;
	/* In the words of -netdev, which are read elsewhere; '*' is any address. */
	snprintf(text, sizeof(text), "tcp:%s%s%s:%s-:%s", strchr(words[2], ':') ? "[" : "",
		strcmp(words[2], "*") == 0 ? "" : words[2], strchr(words[2], ':') ? "]" : "",
		words[3], words[5]);
	if (vm_forward_parse(text, &forward) == 0)
		vm_add_forward(vm, &forward);
}

void monitor_read_usernet(struct vm *vm, const char *text)
{
	char line[LINE_SIZE];

	while (next_line(&text, line))
		read_row(vm, line);
}

/* The value of ",key=" in a line, up to the next comma. */
static bool get(const char *line, const char *key, char *ret_value, size_t size)
{
	const char *at = strstr(line, key);
	size_t len;

	if (at == NULL)
		return false;
	at += strlen(key);
	len = strcspn(at, ",");
	if (len >= size)
		return false;
	memcpy(ret_value, at, len);
	ret_value[len] = '\0';
	return true;
}

/* " \ net0: index=0,type=tap,ifname=tap0,..." under its NIC */
static void read_back_end(struct vm_nic *nic, const char *line)
{
	char type[32];

	if (!get(line, ",type=", type, sizeof(type)))
		return;
	nic->netdev = vm_netdev_by_type(type);
	if (nic->netdev == VM_NETDEV_TAP)
		(void)get(line, ",ifname=", nic->ifname, sizeof(nic->ifname));
}

/* "virtio-net-pci.0: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:12:34:56" */
static struct vm_nic *read_nic(struct vm *vm, const char *line)
{
	char text[MAC_TEXT_MAX];
	struct mac mac;

	if (strstr(line, ",type=nic,") == NULL || !get(line, ",macaddr=", text, sizeof(text)) ||
		mac_parse(text, &mac) < 0 || vm_nic_by_mac(vm, &mac) != NULL ||
		vm->nic_count == VM_NICS_MAX)
		return NULL;
	vm_add_mac(vm, &mac);
	return &vm->nics[vm->nic_count - 1];
}

void monitor_read_network(struct vm *vm, const char *text)
{
	struct vm_nic *nic = NULL;
	char line[LINE_SIZE];

	while (next_line(&text, line)) {
		if (strncmp(line, " \\ ", 3) != 0)
			nic = read_nic(vm, line);
		else if (nic != NULL)
			read_back_end(nic, line);
	}
}

void monitor_read_name(struct vm *vm, const char *text)
{
	char line[LINE_SIZE];

	if (!next_line(&text, line) || line[0] == '\0')
		return;
	vm_add_name(vm, line);
	vm->is_named = true;
}

void monitor_read_uuid(struct vm *vm, const char *text)
{
	char line[LINE_SIZE];

	if (next_line(&text, line) && line[strspn(line, "0-")] != '\0')
		vm_add_name(vm, line);
}

/* "          guest-cid = 42 (0x2a)" below "dev: vhost-vsock-pci, id ..." */
void monitor_read_qtree(struct vm *vm, const char *text)
{
	const char *device = strstr(text, "dev: vhost-vsock-"), *cid;

	if (device == NULL)
		return;
	cid = strstr(device, "guest-cid = ");
	if (cid != NULL)
		vm->vsock_cid = (uint32_t)strtoul(cid + strlen("guest-cid = "), NULL, 10);
}

/* "    name = "org.qemu.guest_agent.0"", and then "    port 1, guest on, host off, throttle off" */
int monitor_read_port(const char *text, const char *name)
{
	char line[LINE_SIZE], wanted[LINE_SIZE];
	bool is_wanted = false;

	(void)snprintf(wanted, sizeof(wanted), "name = \"%s\"", name);
	while (next_line(&text, line)) {
		const char *begin = line + strspn(line, " ");

		if (strncmp(begin, "dev: ", 5) == 0)
			is_wanted = false;
		else if (strcmp(begin, wanted) == 0)
			is_wanted = true;
		else if (is_wanted && strncmp(begin, "port ", 5) == 0)
			return strstr(begin, ", guest on,") != NULL;
	}
	return -ENOENT;
}
