/* SPDX-License-Identifier: MIT */
#include "find/vm_template.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

/* Entries of one directory that are looked at: /tmp can be large, and anybody can make it larger.
 */
#define DIRECTORY_ENTRIES_MAX 65536

void vm_template_begin(struct vm_template_walk *walk, const char *template)
{
	char path[CONFIG_PATH_SIZE];
	char *begin, *name, *end;

	*walk = (struct vm_template_walk){.template = template};
	/* With "%s" as the VM's name only the caller's uid is filled in. */
	if (config_socket_path(template, "%s", geteuid(), path) < 0)
		return;
	name = strstr(path, "%s");
	begin = name == NULL ? NULL : memrchr(path, '/', (size_t)(name - path));
	if (begin == NULL)
		return;
	end = strchrnul(name, '/');
	walk->names_folder = *end == '/';
	memcpy(walk->before, begin + 1, (size_t)(name - begin - 1));
	memcpy(walk->behind, name + 2, (size_t)(end - name - 2));
	begin[1] = '\0';
	walk->directory = opendir(path);
}

/* The VM's name in a directory entry; false if the entry does not follow the template. */
static bool read_name(struct vm_template_walk *walk, const struct dirent *entry)
{
	size_t before = strlen(walk->before), behind = strlen(walk->behind);
	size_t len = strlen(entry->d_name);
	bool may_be_it = entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK ||
			 entry->d_type == (walk->names_folder ? DT_DIR : DT_SOCK);

	if (!may_be_it || (entry->d_name[0] == '.' && before == 0) || len <= before + behind ||
		len - before - behind > NAME_VM_MAX ||
		memcmp(entry->d_name, walk->before, before) != 0 ||
		memcmp(entry->d_name + len - behind, walk->behind, behind) != 0)
		return false;
	len -= before + behind;
	memcpy(walk->name, entry->d_name + before, len);
	walk->name[len] = '\0';
	return true;
}

bool vm_template_next(struct vm_template_walk *walk)
{
	const struct dirent *entry;

	while (walk->directory != NULL && walk->entries++ < DIRECTORY_ENTRIES_MAX &&
		(entry = readdir(walk->directory)) != NULL)
		if (read_name(walk, entry) &&
			config_socket_path(walk->template, walk->name, geteuid(), walk->path) == 0)
			return true;
	return false;
}

void vm_template_end(struct vm_template_walk *walk)
{
	if (walk->directory != NULL)
		closedir(walk->directory);
	walk->directory = NULL;
}
