/* SPDX-License-Identifier: MIT */
#include "qemu/vm_id.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A piece of a path. */
struct part {
	const char *text;
	size_t len;
};

static void set_id(struct vm *vm, const char *id)
{
	snprintf(vm->id, sizeof(vm->id), "%s", id);
}

/* /var/run is a link to /run (FHS 3.0, 5.13): Proxmox writes the one, the template is the other. */
static const char *without_var(const char *path)
{
	return strncmp(path, "/var/run/", 9) == 0 ? path + 4 : path;
}

static bool choose_by_template(struct vm *vm, const struct config *config)
{
	const char *path = without_var(vm->agent.path);

	if (vm->agent.kind != VM_ENDPOINT_UNIX || vm->agent.root_pid != 0)
		return false;
	for (unsigned int i = 0; i < config->socket_count; i++)
		if (config_socket_name(
			    config->sockets[i], path, geteuid(), vm->id, sizeof(vm->id)) == 0)
			return true;
	return false;
}

/* The last part of a path, and what stands before it. */
static struct part last_part(struct part path, struct part *ret_before)
{
	size_t end = path.len, begin;

	while (end > 0 && path.text[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path.text[begin - 1] != '/'; begin--)
		;
	*ret_before = (struct part){path.text, begin};
	return (struct part){path.text + begin, end - begin};
}

/* Words that say what a socket is, not whose. */
static bool is_generic(struct part part)
{
	static const char *const words[] = {"agent", "ga", "guest-agent", "guest_agent", "monitor",
		"org.qemu.guest_agent", "qemu-ga", "qemu-guest", "qemu-guest-agent", "qga", "qmp",
		"run", "serial", "sock", "socket", "tmp"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (part.len == strlen(words[i]) && memcmp(part.text, words[i], part.len) == 0)
			return true;
	return part.len == 0;
}

static struct part without_suffix(struct part part)
{
	static const char *const suffixes[] = {
		".sock", ".socket", ".qga", ".0", "-agent", "-qga", ".agent"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t len = strlen(suffixes[i]);

		if (part.len > len && memcmp(part.text + part.len - len, suffixes[i], len) == 0)
			part.len -= len;
	}
	return part;
}

static bool choose_part(struct vm *vm, struct part part)
{
	if (part.len == 0 || part.len > NAME_VM_MAX)
		return false;
	memcpy(vm->id, part.text, part.len);
	vm->id[part.len] = '\0';
	return true;
}

/* By the name of the agent's socket, or where that is the same for every VM, of its folder. */
static bool choose_by_socket(struct vm *vm)
{
	struct part path = {vm->agent.path, vm->agent.path_len}, before, part;

	if (vm->agent.kind != VM_ENDPOINT_UNIX || vm->agent.path[0] == '\0')
		return false;
	part = without_suffix(last_part(path, &before));
	if (is_generic(part))
		part = last_part(before, &before);
	return !is_generic(part) && choose_part(vm, part);
}

/* The path of a disk image in an option, or false. Firmware and discs for the guest are none. */
static bool disk_of_option(const struct option *option, char *ret_path, size_t size)
{
	static const char *const keys[] = {"file", "filename", "file.filename"};

	if (option_equals(option, "if", "pflash") || option_equals(option, "media", "cdrom"))
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (option_get(option, keys[i], ret_path, size) > 0)
			return true;
	return false;
}

/* An image as the whole value of an option, or as a word of its own. */
static bool is_disk_option(const char *name)
{
	return *name == '\0' || strcmp(name, "hda") == 0 || strcmp(name, "hdb") == 0 ||
	       strcmp(name, "hdc") == 0 || strcmp(name, "hdd") == 0 || strcmp(name, "sd") == 0;
}

static bool first_disk(const struct argv *argv, char *ret_path, size_t size)
{
	struct argv_walk walk = argv_begin(argv);
	const char *name, *value;
	struct option option;
	bool is_found = false;

	while (!is_found && argv_next(&walk, &name, &value)) {
		if (is_disk_option(name) && strlen(value) < size) {
			memcpy(ret_path, value, strlen(value) + 1);
			return true;
		}
		if ((strcmp(name, "drive") != 0 && strcmp(name, "blockdev") != 0) ||
			option_init(&option, value, "") < 0)
			continue;
		is_found = disk_of_option(&option, ret_path, size);
		option_done(&option);
	}
	return is_found;
}

static bool choose_by_disk(struct vm *vm, const struct argv *argv, const char *cwd)
{
	char path[VM_PATH_SIZE];
	struct part before, folder;

	if (!first_disk(argv, path, sizeof(path)))
		return false;
	last_part((struct part){path, strlen(path)}, &before);
	folder = last_part(before, &before);
	if (folder.len == 0 && path[0] != '/')
		folder = last_part((struct part){cwd, strlen(cwd)}, &before);
	return !is_generic(folder) && choose_part(vm, folder);
}

void vm_choose_id(
	struct vm *vm, const struct argv *argv, const char *cwd, const struct config *config)
{
	char by_pid[16];

	if (choose_by_template(vm, config))
		return;
	if (vm->is_named) {
		set_id(vm, vm->names[0]);
		return;
	}
	snprintf(by_pid, sizeof(by_pid), "pid-%d", (int)vm->pid);
	if (!choose_by_socket(vm) && !choose_by_disk(vm, argv, cwd))
		set_id(vm, by_pid);
	vm_add_name(vm, vm->id);
	vm_add_name(vm, by_pid);
}
