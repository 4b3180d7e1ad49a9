/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "output.h"

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

static void print_options(const char *name, const char *path)
{
	char doubled[2 * CONFIG_PATH_SIZE], chardev[2 * CONFIG_PATH_SIZE + 64];

	double_commas(path, doubled);
	snprintf(chardev, sizeof(chardev), "socket,id=qga0,path=%s,server=on,wait=off", doubled);
	printf("-name ");
	output_shell_word(stdout, name);
	printf(" -chardev ");
	output_shell_word(stdout, chardev);
	puts(" -device virtio-serial"
	     " -device virtserialport,chardev=qga0,name=org.qemu.guest_agent.0");
}

static void tell_to_make_directory(const char *path)
{
	char directory[CONFIG_PATH_SIZE];

	memcpy(directory, path, sizeof(directory));
	cut_last_part(directory);
	if (access(directory, F_OK) == 0)
		return;
	fputs("qemuvm: first: mkdir ", stderr);
	output_shell_word(stderr, directory);
	fputs("\n", stderr);
}

int command_args(int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	char name[NAME_VM_SIZE], path[CONFIG_PATH_SIZE];
	const char *typed = NULL;

	if (command_option(argc, argv, ":", options) != COMMAND_OPTIONS_END ||
		command_operands(argc, argv, 1, &typed) < 0)
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
	tell_to_make_directory(path);
	print_options(name, path);
	return EXIT_OK;
}
