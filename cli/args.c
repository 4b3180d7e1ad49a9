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

/* Cuts the last part off a path: "/run/qemuvm/web.qga" -> "/run/qemuvm". */
static void cut_last_part(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
}

/*
 * The socket's path by the first template whose directory exists and belongs to the caller, or by
 * the last whose directory can be made (the general templates are the last ones). Nobody else may
 * write there, so that nobody takes the name before QEMU does. 0 or -ENOENT.
 */
static int choose_path(const char *name, char ret_path[static CONFIG_PATH_SIZE])
{
	const struct config *config = command_config();
	char path[CONFIG_PATH_SIZE], directory[CONFIG_PATH_SIZE];
	struct stat status;

	for (unsigned int i = 0; i < 2 * config->socket_count; i++) {
		bool may_be_made = i >= config->socket_count;
		unsigned int t = may_be_made ? 2 * config->socket_count - 1 - i : i;

		if (config_socket_path(config->sockets[t], name, geteuid(), path) < 0)
			continue;
		memcpy(directory, path, sizeof(directory));
		cut_last_part(directory);
		if (may_be_made)
			cut_last_part(directory);
		if (stat(directory, &status) < 0 || !S_ISDIR(status.st_mode) ||
			status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
			continue;
		memcpy(ret_path, path, sizeof(path));
		return 0;
	}
	return -ENOENT;
}

/*
 * A MAC that two VMs do not share by QEMU's counting: of QEMU's prefix, the rest from the VM's
 * name, so that it is the same at each start, and from the machine's ID, so that VMs of one name on
 * two computers of one network differ.
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

/* "bridge,br=br0" -> "bridge,mac=52:54:00:...,br=br0". If the value has a MAC itself, it is behind
 * ours, and QEMU takes the last one. False: no memory. */
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
	char doubled[2 * CONFIG_PATH_SIZE], chardev[2 * CONFIG_PATH_SIZE + 64], *end = doubled;

	/* A comma in the value of an option is written twice. */
	for (; *path != '\0'; path++) {
		*end++ = *path;
		if (*path == ',')
			*end++ = ',';
	}
	*end = '\0';
	snprintf(chardev, sizeof(chardev), "socket,id=qga0,path=%s,server=on,wait=off", doubled);
	printf("-name ");
	output_shell_word(stdout, name);
	printf(" -chardev ");
	output_shell_word(stdout, chardev);
	printf(" -device virtio-serial"
	       " -device virtserialport,chardev=qga0,name=org.qemu.guest_agent.0");
}

int command_args(int argc, char **argv)
{
	static const struct option options[] = {
		{"nic", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
	char name[NAME_VM_SIZE], path[CONFIG_PATH_SIZE], directory[CONFIG_PATH_SIZE];
	const char *typed = NULL, *nic = NULL;
	int option, r;

	while ((option = command_option(argc, argv, ":", options)) != COMMAND_OPTIONS_END) {
		if (option == COMMAND_OPTION_BAD)
			return EXIT_USAGE;
		nic = optarg;
	}
	if (command_operands(argc, argv, 1, &typed) < 0)
		return EXIT_USAGE;
	/* A value that is a JSON object has its MAC in itself. */
	if (nic != NULL && (*nic == '\0' || *nic == ',' || *nic == '{')) {
		fputs("qemuvm: --nic must be a value of QEMU's -nic, such as bridge or user\n",
			stderr);
		return EXIT_USAGE;
	}
	if (typed == NULL)
		return command_usage("args");
	if (name_from_typed(typed, name) < 0) {
		fputs("qemuvm: the name of a VM has letters, digits, '-', '_' and single dots\n",
			stderr);
		return EXIT_USAGE;
	}
	if (choose_path(name, path) < 0) {
		fputs("qemuvm: no socket template of qemuvm.conf has a directory of yours; is "
		      "there a /run/user directory for you (loginctl enable-linger)?\n",
			stderr);
		return EXIT_NO_ADDRESS;
	}
	/* /run is empty after each boot. Everybody may see the sockets of root's VMs (tmpfiles.d(5)
	 * makes their directory the same way); a user's own directory holds the cache as well,
	 * which needs mode 0700. */
	memcpy(directory, path, sizeof(directory));
	cut_last_part(directory);
	r = folder_make(directory, strcmp(directory, RUNTIME_DIRECTORY) == 0 ? 0755 : 0700);
	if (r < 0) {
		command_begin_error(directory);
		fprintf(stderr, "%s\n", strerror(-r));
		return EXIT_NO_ADDRESS;
	}
	print_options(name, path);
	if (nic != NULL && !print_nic(name, nic))
		return EXIT_NO_ADDRESS;
	putchar('\n');
	return EXIT_OK;
}
