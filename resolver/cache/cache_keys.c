/* SPDX-License-Identifier: MIT */
#include "cache/cache_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/proc.h"

#define FIRST_LINE "qemuvm-keys 1\n"
#define LAST_LINE  "end\n"
#define KEY        "key "

/* All keys, each with its line's beginning, and the lines around them. */
#define KEYS_FILE_MAX (HOST_KEYS_MAX * (HOST_KEY_SIZE + sizeof(KEY)) + 128)

/* The file of a VM's keys, and the line that says whose they are. */
struct keys_file {
	char name[NAME_MAX + 1];
	char process[64];
};

static bool find_file(const struct vm *vm, struct keys_file *ret_file)
{
	uint64_t start_time;
	uid_t owner;

	if (vm->pid <= 0 || proc_birth(vm->pid, &start_time, &owner) < 0)
		return false;
	(void)snprintf(ret_file->process, sizeof(ret_file->process), "process %d %" PRIu64 "\n",
		(int)vm->pid, start_time);
	(void)snprintf(ret_file->name, sizeof(ret_file->name), "keys-%d", (int)vm->pid);
	return true;
}

unsigned int cache_keys_read(const struct cache *cache, const struct vm *vm, struct host_keys *keys)
{
	struct keys_file file;
	struct text rest, line;
	char *text;

	if (!find_file(vm, &file))
		return 0;
	text = cache_read_text(cache, file.name, KEYS_FILE_MAX);
	if (text == NULL)
		return keys->count;
	rest = text_of(text);
	if (text_take(&rest, FIRST_LINE) && text_take(&rest, file.process))
		while (text_take(&rest, KEY) && text_take_line(&rest, &line))
			(void)host_keys_add(keys, line.at);
	free(text);
	return keys->count;
}

void cache_keys_write(const struct cache *cache, const struct vm *vm, const struct host_keys *keys)
{
	struct keys_file file;
	char *text;
	int len;

	if (keys->count == 0 || !find_file(vm, &file))
		return;
	text = malloc(KEYS_FILE_MAX);
	if (text == NULL)
		return;
	len = snprintf(text, KEYS_FILE_MAX, FIRST_LINE "%s", file.process);
	for (unsigned int i = 0; i < keys->count; i++)
		len += snprintf(text + len, KEYS_FILE_MAX - (size_t)len, KEY "%s\n", keys->list[i]);
	len += snprintf(text + len, KEYS_FILE_MAX - (size_t)len, LAST_LINE);
	(void)cache_write_text(cache, file.name, text, (size_t)len);
	free(text);
}
