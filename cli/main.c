/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"

static const struct command commands[] = {
	{"list", command_list, "[--json|--plain|--names] [--wait[=S]|--watch]",
		"all VMs with their addresses"},
	{"ip", command_ip, "[-4|-6] [--all|--json] [--source S] [--wait[=S]] NAME",
		"the address of a VM"},
	{"show", command_show, "NAME", "everything known about a VM"},
	{"export", command_export, "--format F [--watch DIR] [--list|--host NAME]",
		"names and addresses for other programs: hosts, dnsmasq, ssh, ansible, json"},
	{"args", command_args, "[--nic N] NAME",
		"the QEMU options that give a VM an agent socket, and a NIC its own MAC"},
	{"authorize", command_authorize, "[--user U] NAME [KEYFILE]",
		"add an ssh key of yours to a user of a VM, through its agent"},
	{"doctor", command_doctor, "[NAME]", "check the set-up, and say how to repair it"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *stream)
{
	fprintf(stream, "usage: qemuvm COMMAND [ARGUMENT ...]\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(stream, "  %s %s\n      %s\n", commands[i].name, commands[i].usage,
			commands[i].help);
	fprintf(stream, "\n  --help, --version\n\nSee qemuvm(1), qemuvm.conf(5).\n");
}

int command_usage(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			fprintf(stderr, "usage: qemuvm %s %s\n", name, commands[i].usage);
	return EXIT_USAGE;
}

static int run(const struct command *command, int argc, char **argv)
{
	bool wants_help = false;
	int status = EXIT_OK;

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		wants_help |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
	if (wants_help)
		printf("usage: qemuvm %s %s\n  %s\n", command->name, command->usage, command->help);
	else
		status = command->run(argc, argv);
	return output_finish() || status != EXIT_OK ? status : EXIT_NO_ADDRESS;
}

int main(int argc, char **argv)
{
	const char *names[COMMAND_COUNT + 1] = {NULL};

	/* Only the character set: numbers and dates stay as they are. */
	(void)setlocale(LC_CTYPE, "");
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		names[i] = commands[i].name;
		if (strcmp(argv[1], names[i]) == 0)
			return run(&commands[i], argc - 2, argv + 2);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		print_help(stdout);
	else if (strcmp(argv[1], "--version") == 0)
		puts("qemuvm " QEMUVM_VERSION);
	else
		return command_unknown("command", argv[1], names, "", " (try `qemuvm --help`)");
	return output_finish() ? EXIT_OK : EXIT_NO_ADDRESS;
}
