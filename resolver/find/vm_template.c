/* SPDX-License-Identifier: MIT */
#include "find/vm_template.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "config/config.h"

/* Entries of one directory that are looked at: /tmp can be large, and anybody can make it larger.
 */
#define DIRECTORY_ENTRIES_MAX 65536

/* A template, cut at the part of its path that holds the (first) %s. */
struct place {
	char directory[CONFIG_PATH_SIZE];
	char before[CONFIG_PATH_SIZE]; /* in that part, before and behind the %s */
	char behind[CONFIG_PATH_SIZE];
};

static void copy_part(char ret_part[static CONFIG_PATH_SIZE], const char *begin, const char *end)
{
	memcpy(ret_part, begin, (size_t)(end - begin));
	ret_part[end - begin] = '\0';
}

/* The template is filled in with "%s" as the VM's name, so that only the caller's uid is put in. */
static int cut_template(const char *template, struct place *ret_place)
{
	char path[CONFIG_PATH_SIZE];
	const char *begin, *name, *end;
	int r = config_socket_path(template, "%s", geteuid(), path);

	if (r < 0)
		return r;
	name = strstr(path, "%s");
	if (name == NULL)
		return -EINVAL;
	begin = memrchr(path, '/', (size_t)(name - path));
	if (begin == NULL)
		return -EINVAL;
	begin++;
	end = strchrnul(name, '/');
	copy_part(ret_place->directory, path, begin);
	copy_part(ret_place->before, begin, name);
	copy_part(ret_place->behind, name + 2, end);
	return 0;
}

/* The VM's name in a directory entry, or false where the entry is none of this place's. */
static bool name_of_entry(
	const struct place *place, const char *entry, char ret_name[static NAME_VM_SIZE])
{
	size_t before = strlen(place->before), behind = strlen(place->behind);
	size_t len = strlen(entry), name_len;

	if (entry[0] == '.' && before == 0)
		return false;
	if (len <= before + behind)
		return false;
	name_len = len - before - behind;
	if (name_len > NAME_VM_MAX || memcmp(entry, place->before, before) != 0 ||
		memcmp(entry + len - behind, place->behind, behind) != 0)
		return false;
	memcpy(ret_name, entry + before, name_len);
	ret_name[name_len] = '\0';
	return true;
}

static int visit_entries(DIR *directory, const struct place *place, const char *template,
	struct vm_template_visitor visitor)
{
	char path[CONFIG_PATH_SIZE], name[NAME_VM_SIZE];
	const struct dirent *entry;
	int r;

	for (int i = 0; i < DIRECTORY_ENTRIES_MAX; i++) {
		entry = readdir(directory);
		if (entry == NULL)
			break;
		if (!name_of_entry(place, entry->d_name, name) ||
			config_socket_path(template, name, geteuid(), path) < 0)
			continue;
		r = visitor.visit(visitor.context, name, path);
		if (r != 0)
			return r;
	}
	return 0;
}

int vm_template_each(const char *template, struct vm_template_visitor visitor)
{
	struct place place;
	DIR *directory;
	int r = cut_template(template, &place);

	if (r < 0)
		return 0;
	directory = opendir(place.directory);
	if (directory == NULL)
		return 0;
	r = visit_entries(directory, &place, template, visitor);
	closedir(directory);
	return r;
}
