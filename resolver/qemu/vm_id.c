/* SPDX-License-Identifier: MIT */
#include "qemu/vm_id.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* The last part of a path, and what is before it. */
static struct text path_last_part(struct text path, struct text *ret_before)
{
	struct text part = path;

	while (part.end > path.at && part.end[-1] == '/')
		part.end--;
	for (part.at = part.end; part.at > path.at && part.at[-1] != '/'; part.at--)
		;
	*ret_before = (struct text){path.at, part.at};
	return part;
}

/* Words that show what a socket is, not whose. */
static bool part_is_generic(struct text part)
{
	static const char *const words[] = {"agent", "ga", "guest-agent", "guest_agent", "monitor",
		"org.qemu.guest_agent", "qemu-ga", "qemu-guest", "qemu-guest-agent", "qga", "qmp",
		"run", "serial", "sock", "socket", "tmp"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equals(part, words[i]))
			return true;
	return part.at == part.end;
}

/* The first disk image, or false. Firmware and discs for the guest are not meant. */
static bool first_disk(const struct argv *argv, char *ret_path, size_t size)
{
	/* Options whose whole value is an image; "" is an image as a word of its own. */
	static const char *const whole[] = {"", "hda", "hdb", "hdc", "hdd", "sd"};
	static const char *const keys[] = {"file", "filename", "file.filename"};
	struct argv_walk walk = argv_begin(argv);
	const char *name, *value;
	struct option option;
	bool is_found = false;

	while (!is_found && argv_next(&walk, &name, &value)) {
		for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
			if (strcmp(name, whole[i]) == 0 &&
				text_copy(text_of(value), ret_path, size) >= 0)
				return true;
		if ((strcmp(name, "drive") != 0 && strcmp(name, "blockdev") != 0) ||
			option_init(&option, value, "") < 0)
			continue;
		if (!option_equals(&option, "if", "pflash") &&
			!option_equals(&option, "media", "cdrom"))
			for (size_t i = 0; !is_found && i < sizeof(keys) / sizeof(keys[0]); i++)
				is_found = option_get(&option, keys[i], ret_path, size) > 0;
		option_done(&option);
	}
	return is_found;
}

/* For a VM that QEMU's arguments do not name: a part of its socket's or its disk's path, or an
 * empty text. The path of the disk goes to `disk`. */
static struct text find_part(const struct vm *vm, const struct argv *argv, const char *cwd,
	char disk[static ENDPOINT_PATH_SIZE])
{
	static const char *const suffixes[] = {
		".sock", ".socket", ".qga", ".0", "-agent", "-qga", ".agent"};
	struct text path = {vm->agent.path, vm->agent.path + vm->agent.path_len}, before, part;

	/* By the name of the agent's socket, or if that is the same for every VM, of its folder. */
	if (vm->agent.kind == ENDPOINT_UNIX && vm->agent.path[0] != '\0') {
		part = path_last_part(path, &before);
		for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
			if (text_len(part) > strlen(suffixes[i]) &&
				text_ends_with(part, suffixes[i]))
				part.end -= strlen(suffixes[i]);
		if (part_is_generic(part))
			part = path_last_part(before, &before);
		if (!part_is_generic(part) && text_len(part) <= NAME_VM_MAX)
			return part;
	}
	/* By the folder of the disk. */
	if (!first_disk(argv, disk, ENDPOINT_PATH_SIZE))
		return text_of("");
	(void)path_last_part(text_of(disk), &before);
	part = path_last_part(before, &before);
	if (part.at == part.end && disk[0] != '/')
		part = path_last_part(text_of(cwd), &before);
	if (part_is_generic(part) || text_len(part) > NAME_VM_MAX)
		part.end = part.at;
	return part;
}

void vm_choose_id(
	struct vm *vm, const struct argv *argv, const char *cwd, const struct config *config)
{
	bool is_plain_path = vm->agent.kind == ENDPOINT_UNIX && vm->agent.root_pid == 0;
	char by_pid[16], disk[ENDPOINT_PATH_SIZE];
	const char *path = vm->agent.path;
	struct text part;

	/* By the agent's socket: its VM's place in a template. /var/run is a link to /run (FHS 3.0,
	 * 5.13): Proxmox writes the one, the template has the other. */
	if (strncmp(path, "/var/run/", 9) == 0)
		path += strlen("/var");
	for (unsigned int i = 0; is_plain_path && i < config->socket_count; i++)
		if (config_socket_name(
			    config->sockets[i], path, geteuid(), vm->id, sizeof(vm->id)) == 0)
			return;
	if (vm->is_named) {
		memcpy(vm->id, vm->names[0], sizeof(vm->id));
		return;
	}
	(void)snprintf(by_pid, sizeof(by_pid), "pid-%d", (int)vm->pid);
	part = find_part(vm, argv, cwd, disk);
	if (part.at == part.end)
		part = text_of(by_pid);
	(void)text_copy(part, vm->id, sizeof(vm->id));
	vm_add_name(vm, vm->id);
	vm_add_name(vm, by_pid);
}
