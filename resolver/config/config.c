/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char default_sockets[] =
	"/run/qemu-server/%s.qga\n"
	"/run/qemuvm/%s.qga\n"
	"/run/user/%U/qemuvm/%s.qga\n"
	/* The last, since anybody can put a socket there. */
	"/tmp/aetherscale-qga-%s.sock\n";

static const char default_prefixes[] =
	"qemu-vm-\n"
	"vm-\n"
	"lima-\n";

/* None below /tmp, where anybody can put one. */
static const char default_leases[] =
	"/var/lib/misc/dnsmasq.leases\n"
	"/var/lib/misc/dnsmasq.*.leases\n"
	"/var/lib/libvirt/dnsmasq/*.status\n"
	"/var/lib/libvirt/dnsmasq/*.leases\n"
	"/var/lib/NetworkManager/dnsmasq-*.leases\n"
	"/var/lib/incus/networks/*/dnsmasq.leases\n"
	"/var/lib/lxd/networks/*/dnsmasq.leases\n"
	"/var/snap/lxd/common/lxd/networks/*/dnsmasq.leases\n"
	"/var/snap/multipass/common/data/multipassd/network/dnsmasq.leases\n"
	"/var/lib/systemd/network/dhcp-server-lease/*\n"
	"/run/systemd/netif/dhcp-server-lease/*\n"
	"/var/lib/dhcp/dhcpd.leases\n"
	"/var/lib/dhcp/dhcpd6.leases\n"
	/* While Kea puts its files in order, former leases are in .2, those in between in .1. */
	"/var/lib/kea/kea-leases4.csv\n"
	"/var/lib/kea/kea-leases4.csv.[12]\n"
	"/var/lib/kea/kea-leases6.csv\n"
	"/var/lib/kea/kea-leases6.csv.[12]\n";

/* Who run the VMs of libvirt. */
static const char default_users[] =
	"libvirt-qemu\n"
	"qemu\n";

static const char *const source_names[SOURCE_COUNT] = {
	[SOURCE_AGENT] = "agent",
	[SOURCE_LEASE] = "lease",
	[SOURCE_NEIGHBOUR] = "neighbour",
};

const char *config_source_name(enum source_id source)
{
	return source < SOURCE_COUNT ? source_names[source] : "";
}

/* One of a list in each place. Returns how many. */
static unsigned int copy_lines(char *places, size_t size, const char *lines)
{
	struct text rest = text_of(lines), line;
	unsigned int count = 0;

	while (text_take_line(&rest, &line))
		(void)text_copy(line, places + count++ * size, size);
	return count;
}

void config_init(struct config *ret_config)
{
	struct config *config = ret_config;
	memset(config, 0, sizeof(*config));
	config->socket_count = copy_lines(config->sockets[0], CONFIG_PATH_SIZE, default_sockets);
	config->prefix_count =
		copy_lines(config->prefixes[0], CONFIG_PREFIX_SIZE, default_prefixes);
	config->lease_count = copy_lines(config->leases[0], CONFIG_PATH_SIZE, default_leases);
	config->trusted_count =
		copy_lines(config->trusted_users[0], CONFIG_USER_SIZE, default_users);
	for (int i = 0; i < SOURCE_COUNT; i++)
		config->sources[config->source_count++] = (enum source_id)i;
	config->timeout_ms = 1000;
	config->cache_s = 5;
	config->stale_s = 60;
	config->wait_s = 60;
	config->routed = true;
	config->add_forward = true;
}

int config_user_uid(const char *user, uid_t *ret_uid)
{
	uint64_t number;
	int r = text_number(text_of(user), 10, (uid_t)-2, &number);

	if (r == 0)
		*ret_uid = (uid_t)number;
	return r < 0 ? -EINVAL : 0;
}

int config_socket_path(
	const char *template, const char *name, uid_t uid, char ret_path[static CONFIG_PATH_SIZE])
{
	char path[CONFIG_PATH_SIZE], uid_text[16];
	size_t len = 0;

	if (*name == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return -EINVAL;
	(void)snprintf(uid_text, sizeof(uid_text), "%u", uid);
	for (const char *at = template; *at != '\0'; at++) {
		const char letter[2] = {*at, '\0'}, *part = letter;

		if (strncmp(at, "%s", 2) == 0)
			part = name;
		else if (strncmp(at, "%U", 2) == 0)
			part = uid_text;
		len += (size_t)snprintf(path + len, sizeof(path) - len, "%s", part);
		if (len >= sizeof(path))
			return -ENAMETOOLONG;
		at += part != letter;
	}
	path[len] = '\0';
	memcpy(ret_path, path, len + 1);
	return 0;
}

int config_socket_name(
	const char *template, const char *path, uid_t uid, char *ret_name, size_t size)
{
	char filled[CONFIG_PATH_SIZE], *mark;
	struct text name = text_of(path);

	/* With "%s" as the VM's name only the uid is put in. */
	if (config_socket_path(template, "%s", uid, filled) < 0)
		return -ENOENT;
	mark = strstr(filled, "%s");
	if (mark == NULL)
		return -ENOENT;
	*mark = '\0';
	if (!text_take(&name, filled) || !text_ends_with(name, mark + 2))
		return -ENOENT;
	name.end -= strlen(mark + 2);
	if (name.at == name.end || memchr(name.at, '/', text_len(name)) != NULL ||
		text_copy(name, ret_name, size) < 0)
		return -ENOENT;
	return 0;
}
