/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "command.h"
#include "folder.h"
#include "host/runtime.h"
#include "output.h"

#define MACHINE_ID_FILE "/etc/machine-id"
/* A machine-id(5) has 32 digits. */
#define MACHINE_ID_SIZE 40

/* Only the caller makes entries there, so nobody takes the name before QEMU does. */
static bool is_own_directory(const char *directory)
{
	struct stat status;

	return stat(directory, &status) == 0 && S_ISDIR(status.st_mode) &&
	       status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Cuts the last part off a path: "/run/qemuvm/web.qga" -> "/run/qemuvm". */
static void cut_last_part(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
}

static bool try_template(const char *template, const char *name, bool may_be_made,
	char ret_path[static CONFIG_PATH_SIZE])
{
	char path[CONFIG_PATH_SIZE], directory[CONFIG_PATH_SIZE];

	if (config_socket_path(template, name, geteuid(), path) < 0)
		return false;
	memcpy(directory, path, sizeof(directory));
	cut_last_part(directory);
	if (may_be_made)
		cut_last_part(directory);
	if (!is_own_directory(directory))
		return false;
	memcpy(ret_path, path, sizeof(path));
	return true;
}

/*
 * The path of a socket that a look-up finds: where a template's directory is the caller's already,
 * or else could be made (the general templates stand last).
 */
static bool choose_path(const char *name, char ret_path[static CONFIG_PATH_SIZE])
{
	const struct config *config = command_config();

	for (unsigned int i = 0; i < config->socket_count; i++)
		if (try_template(config->sockets[i], name, false, ret_path))
			return true;
	for (unsigned int i = config->socket_count; i > 0; i--)
		if (try_template(config->sockets[i - 1], name, true, ret_path))
			return true;
	return false;
}

/* Within an option's value a comma is written twice. */
static void double_commas(const char *path, char ret_path[static 2 * CONFIG_PATH_SIZE])
{
	for (; *path != '\0'; path++) {
		*ret_path++ = *path;
		if (*path == ',')
			*ret_path++ = ',';
	}
	*ret_path = '\0';
}

/*
 * A MAC that two VMs do not share by QEMU's counting: of QEMU's prefix, the rest from the VM's name,
 * so that it is the same at each start, and from the machine's ID, so that VMs of one name on two
 * computers of one network differ.
 */
static struct mac mac_of_name(const char *name)
{
	struct mac mac = {{0x52, 0x54, 0x00}};
	char text[MACHINE_ID_SIZE + NAME_VM_SIZE], id[MACHINE_ID_SIZE] = "";
	FILE *file = fopen(MACHINE_ID_FILE, "re");
	uint64_t hash;

	if (file != NULL) {
		(void)!fgets(id, sizeof(id), file);
		(void)fclose(file);
	}
	(void)snprintf(text, sizeof(text), "%s%s", id, name);
	/* Case does not count in names. */
	for (char *c = text; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	hash = text_hash(text_of(text));
	hash ^= hash >> 24 ^ hash >> 48;
	for (int i = 3; i < 6; i++, hash >>= 8)
		mac.byte[i] = (uint8_t)hash;
	/* 52:54:00:12:34:XX is what QEMU itself counts up from. */
	if (mac.byte[3] == 0x12 && mac.byte[4] == 0x34)
		mac.byte[3] ^= 0x80;
	return mac;
}

/* "bridge,br=br0" -> "bridge,mac=52:54:00:...,br=br0". A MAC that the value has itself stands behind
 * ours, and QEMU takes the last. False: no memory. */
static bool print_nic(const char *name, const char *nic)
{
	size_t type_len = strcspn(nic, ","), size = strlen(nic) + sizeof(",mac=") + MAC_TEXT_MAX;
	const struct mac mac = mac_of_name(name);
	char text[MAC_TEXT_MAX], *value = malloc(size);

	if (value == NULL)
		return false;
	(void)snprintf(value, size, "%.*s,mac=%s%s", (int)type_len, nic, mac_format(&mac, text),
		nic + type_len);
	printf(" -nic ");
	output_shell_word(stdout, value);
	free(value);
	return true;
}

static void print_options(const char *name, const char *path)
{
	char doubled[2 * CONFIG_PATH_SIZE], chardev[2 * CONFIG_PATH_SIZE + 64];

	double_commas(path, doubled);
	snprintf(chardev, sizeof(chardev), "socket,id=qga0,path=%s,server=on,wait=off", doubled);
	printf("-name ");
	output_shell_word(stdout, name);
	printf(" -chardev ");
	output_shell_word(stdout, chardev);
	printf(" -device virtio-serial"
	       " -device virtserialport,chardev=qga0,name=org.qemu.guest_agent.0");
}

/* /run is empty after each boot. What root's VMs offer there everybody may see (tmpfiles.d(5) makes
 * it so, too); in a user's own folder is the cache, which counts only with mode 0700. */
static bool make_directory(const char *path)
{
	char directory[CONFIG_PATH_SIZE];
	int r;

	memcpy(directory, path, sizeof(directory));
	cut_last_part(directory);
	r = folder_make(directory, strcmp(directory, RUNTIME_DIRECTORY) == 0 ? 0755 : 0700);
	if (r < 0) {
		fputs("qemuvm: ", stderr);
		output_text(stderr, directory);
		fprintf(stderr, ": %s\n", strerror(-r));
	}
	return r == 0;
}

/* A value that is a JSON object has its MAC in itself. */
static bool is_nic(const char *nic)
{
	if (*nic != '\0' && *nic != ',' && *nic != '{')
		return true;
	fputs("qemuvm: --nic wants what -nic of QEMU takes, such as bridge or user\n", stderr);
	return false;
}

int command_args(int argc, char **argv)
{
	static const struct option options[] = {
		{"nic", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
	char name[NAME_VM_SIZE], path[CONFIG_PATH_SIZE];
	const char *typed = NULL, *nic = NULL;
	int option;

	while ((option = command_option(argc, argv, ":", options)) != COMMAND_OPTIONS_END) {
		if (option == COMMAND_OPTION_BAD)
			return EXIT_USAGE;
		nic = optarg;
	}
	if (command_operands(argc, argv, 1, &typed) < 0 || (nic != NULL && !is_nic(nic)))
		return EXIT_USAGE;
	if (typed == NULL)
		return command_usage("args");
	if (name_from_typed(typed, name) < 0) {
		fputs("qemuvm: a VM's name has letters, digits, '-', '_' and single dots\n",
			stderr);
		return EXIT_USAGE;
	}
	if (!choose_path(name, path)) {
		fputs("qemuvm: no template of qemuvm.conf leads to a directory of yours; "
		      "is there a /run/user directory for you (loginctl enable-linger)?\n",
			stderr);
		return EXIT_NO_ADDRESS;
	}
	if (!make_directory(path))
		return EXIT_NO_ADDRESS;
	print_options(name, path);
	if (nic != NULL && !print_nic(name, nic))
		return EXIT_NO_ADDRESS;
	putchar('\n');
	return EXIT_OK;
}
