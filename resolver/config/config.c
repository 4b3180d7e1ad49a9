/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/config_text.h"
#include "config/passwd.h"
#include "host/file.h"

static const char *const default_sockets[] = {
	"/tmp/aetherscale-qga-%s.sock",
	"/run/qemu-server/%s.qga",
	"/run/qemuvm/%s.qga",
	"/run/user/%U/qemuvm/%s.qga",
};

static const char *const default_prefixes[] = {"qemu-vm-", "vm-", "lima-"};

/* None below /tmp, where anybody can put one. */
static const char *const default_leases[] = {
	"/var/lib/misc/dnsmasq.leases",
	"/var/lib/misc/dnsmasq.*.leases",
	"/var/lib/libvirt/dnsmasq/*.status",
	"/var/lib/libvirt/dnsmasq/*.leases",
	"/var/lib/NetworkManager/dnsmasq-*.leases",
	"/var/lib/incus/networks/*/dnsmasq.leases",
	"/var/lib/lxd/networks/*/dnsmasq.leases",
	"/var/snap/lxd/common/lxd/networks/*/dnsmasq.leases",
	"/var/snap/multipass/common/data/multipassd/network/dnsmasq.leases",
	"/var/lib/systemd/network/dhcp-server-lease/*",
	"/run/systemd/netif/dhcp-server-lease/*",
	"/var/lib/dhcp/dhcpd.leases",
	"/var/lib/dhcp/dhcpd6.leases",
	/* While Kea puts its files in order, former leases are in .2, those in between in .1. */
	"/var/lib/kea/kea-leases4.csv",
	"/var/lib/kea/kea-leases4.csv.[12]",
	"/var/lib/kea/kea-leases6.csv",
	"/var/lib/kea/kea-leases6.csv.[12]",
};

static const char *const default_users[] = {"libvirt-qemu", "qemu"};

static const char *const source_names[SOURCE_COUNT] = {
	[SOURCE_AGENT] = "agent",
	[SOURCE_LEASE] = "lease",
	[SOURCE_NEIGHBOUR] = "neighbour",
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *config_source_name(enum source_id source)
{
	return source < SOURCE_COUNT ? source_names[source] : "";
}

static void copy_texts(char *places, size_t size, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		memcpy(places + i * size, texts[i], strlen(texts[i]) + 1);
}

void config_init(struct config *ret_config)
{
	struct config *config = ret_config;
	memset(config, 0, sizeof(*config));
	copy_texts(
		config->sockets[0], CONFIG_PATH_SIZE, default_sockets, COUNT_OF(default_sockets));
	config->socket_count = COUNT_OF(default_sockets);
	copy_texts(config->prefixes[0], CONFIG_PREFIX_SIZE, default_prefixes,
		COUNT_OF(default_prefixes));
	config->prefix_count = COUNT_OF(default_prefixes);
	copy_texts(config->leases[0], CONFIG_PATH_SIZE, default_leases, COUNT_OF(default_leases));
	config->lease_count = COUNT_OF(default_leases);
	for (int i = 0; i < SOURCE_COUNT; i++)
		config->sources[config->source_count++] = (enum source_id)i;
	config->trusts_default_users = true;
	config->timeout_ms = 1000;
	config->cache_s = 5;
	config->stale_s = 60;
	config->wait_s = 60;
	config->routed = true;
	config->add_forward = true;
}

const char *config_path(void)
{
	const char *path = secure_getenv("QEMUVM_CONFIG");

	return path != NULL && *path != '\0' ? path : CONFIG_FILE;
}

uint64_t config_identity(void)
{
	struct stat status;
	uint64_t parts[5];

	if (stat(config_path(), &status) < 0)
		return 0;
	parts[0] = status.st_dev;
	parts[1] = status.st_ino;
	parts[2] = (uint64_t)status.st_size;
	parts[3] = (uint64_t)status.st_ctim.tv_sec;
	parts[4] = (uint64_t)status.st_ctim.tv_nsec;
	return text_hash((struct text){(const char *)parts, (const char *)(parts + 5)});
}

int config_load(struct config *ret_config, struct config_problems *ret_problems)
{
	const char *path = config_path();
	char *text = NULL;
	size_t len;
	int count, r;

	config_init(ret_config);
	/* First, so that a file that is changed meanwhile is another one than what was read. */
	ret_config->identity = config_identity();
	if (ret_problems != NULL)
		ret_problems->count = 0;
	r = file_read_path(path, CONFIG_FILE_MAX, &text, &len);
	if (r == -ENOENT && strcmp(path, CONFIG_FILE) == 0)
		return 0;
	if (r < 0)
		return config_text_unreadable(ret_problems, r);
	count = config_parse(ret_config, text, len, ret_problems);
	free(text);
	return count;
}

static bool can_be_in_path(const char *name)
{
	return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

/* Appends text at *len, leaving room for a NUL. */
static int append(char *path, size_t *len, const char *text)
{
	size_t text_len = strlen(text);

	if (text_len >= CONFIG_PATH_SIZE - *len)
		return -ENAMETOOLONG;
	memcpy(path + *len, text, text_len + 1);
	*len += text_len;
	return 0;
}

int config_socket_path(
	const char *template, const char *name, uid_t uid, char ret_path[static CONFIG_PATH_SIZE])
{
	char path[CONFIG_PATH_SIZE], uid_text[16];
	size_t len = 0;
	int r = 0;

	if (!can_be_in_path(name))
		return -EINVAL;
	snprintf(uid_text, sizeof(uid_text), "%u", uid);
	for (; *template != '\0' && r == 0; template ++) {
		const char one[2] = {*template, '\0'};

		if (strncmp(template, "%s", 2) == 0)
			r = append(path, &len, name);
		else if (strncmp(template, "%U", 2) == 0)
			r = append(path, &len, uid_text);
		else
			r = append(path, &len, one);
		template += strncmp(template, "%s", 2) == 0 || strncmp(template, "%U", 2) == 0;
	}
	if (r == 0)
		memcpy(ret_path, path, len + 1);
	return r;
}

bool config_is_default_user(uid_t uid)
{
	uid_t user;

	for (size_t i = 0; i < COUNT_OF(default_users); i++)
		if (passwd_uid(default_users[i], &user) == 0 && user == uid)
			return true;
	return false;
}

void config_drop_cache(struct config *config)
{
	config->cache_s = 0;
	config->stale_s = 0;
}

void config_keep_source(struct config *config, enum source_id source)
{
	config->sources[0] = source;
	config->source_count = 1;
}

int config_socket_name(
	const char *template, const char *path, uid_t uid, char *ret_name, size_t size)
{
	char filled[CONFIG_PATH_SIZE];
	size_t before, behind, len = strlen(path);
	const char *mark;

	/* With "%s" as the VM's name only the uid is put in. */
	if (config_socket_path(template, "%s", uid, filled) < 0)
		return -ENOENT;
	mark = strstr(filled, "%s");
	if (mark == NULL)
		return -ENOENT;
	before = (size_t)(mark - filled);
	behind = strlen(mark + 2);
	if (len <= before + behind || len - before - behind >= size ||
		memcmp(path, filled, before) != 0 ||
		memcmp(path + len - behind, mark + 2, behind) != 0)
		return -ENOENT;
	len -= before + behind;
	if (memchr(path + before, '/', len) != NULL)
		return -ENOENT;
	memcpy(ret_name, path + before, len);
	ret_name[len] = '\0';
	return 0;
}
