/* SPDX-License-Identifier: MIT */
#include "qemu/argv.h"

#include <string.h>

const char *argv_program(const struct argv *argv)
{
	return argv->len > 0 ? argv->text : "";
}

struct argv_walk argv_begin(const struct argv *argv)
{
	struct argv_walk walk = {argv->text, argv->text + argv->len, ARGV_MAX};

	walk.at += strnlen(argv->text, argv->len) + 1;
	return walk;
}

static const char *next_argument(struct argv_walk *walk)
{
	const char *argument = walk->at;

	if (argument >= walk->end || walk->left == 0)
		return NULL;
	walk->left--;
	walk->at += strlen(argument) + 1;
	return argument;
}

/* Options of QEMU (qemu-options.hx, versions 5.2 to 10.2) that take no value: what follows is the
 * next. */
static bool takes_value(const char *name)
{
	/* Without pointers, which the loader would have to relocate in every process. */
	static const char alone[][sizeof("enable-sync-profile")] = {"S", "alt-grab", "async-teardown", "audio-help",
		"ctrl-grab", "curses", "daemonize", "enable-fips", "enable-kvm",
		"enable-sync-profile", "full-screen", "h", "help", "jitdump", "mem-prealloc",
		"no-acpi", "no-fd-bootchk", "no-hpet", "no-quit", "no-reboot", "no-shutdown",
		"no-user-config", "nodefaults", "nographic", "old-param", "only-migratable",
		"perfmap", "portrait", "preconfig", "s", "sdl", "semihosting", "singlestep",
		"snapshot", "usb", "version", "win2k-hack", "xen-attach", "xen-domid-restrict"};
	size_t low = 0, high = sizeof(alone) / sizeof(alone[0]);

	/* They are sorted: a command line has hundreds of options. */
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, alone[middle]);

		if (order == 0)
			return false;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return true;
}

bool argv_next(struct argv_walk *walk, const char **ret_name, const char **ret_value)
{
	const char *argument = next_argument(walk), *value = "";

	if (argument == NULL)
		return false;
	if (argument[0] != '-' || argument[1] == '\0') {
		*ret_name = "";
		*ret_value = argument;
		return true;
	}
	argument += argument[1] == '-' ? 2 : 1;
	if (takes_value(argument)) {
		value = next_argument(walk);
		if (value == NULL)
			return false;
	}
	*ret_name = argument;
	*ret_value = value;
	return true;
}

bool argv_next_option(
	struct argv_walk *walk, const char *wanted, const char *implied, struct option *ret_option)
{
	const char *name, *value;

	while (argv_next(walk, &name, &value))
		if (strcmp(name, wanted) == 0 && option_init(ret_option, value, implied) == 0)
			return true;
	return false;
}

bool argv_option_by_id(const struct argv *argv, const char *wanted, const char *implied,
	const char *id, struct option *ret_option)
{
	struct argv_walk walk = argv_begin(argv);

	while (argv_next_option(&walk, wanted, implied, ret_option)) {
		if (option_equals(ret_option, "id", id))
			return true;
		option_done(ret_option);
	}
	return false;
}
