/* SPDX-License-Identifier: MIT */
#include "lease/lease_files.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/trust.h"

struct lease_files lease_files_begin(
	const struct config *config, struct deadline deadline, struct lease_wanted wanted)
{
	return (struct lease_files){.config = config, .deadline = deadline, .wanted = wanted};
}

/* The next path that a pattern leads to, or NULL. */
static const char *lease_files_next_path(struct lease_files *walk)
{
	for (;;) {
		const char *pattern;

		if (walk->next_path < walk->paths.gl_pathc && walk->file_count < LEASE_FILES_MAX &&
			!deadline_is_past(walk->deadline))
			return walk->paths.gl_pathv[walk->next_path++];
		globfree(&walk->paths);
		walk->paths.gl_pathc = 0;
		if (walk->pattern == walk->config->lease_count)
			return NULL;
		pattern = walk->config->leases[walk->pattern++];
		/* Most are plain paths, and most of these lead nowhere. */
		if (strpbrk(pattern, "*?[\\") == NULL)
			return pattern;
		walk->next_path = 0;
		if (glob(pattern, 0, NULL, &walk->paths) != 0)
			walk->paths.gl_pathc = 0;
	}
}

bool lease_files_next(struct lease_files *walk, struct lease *ret_lease)
{
	while (!lease_table_next(walk->table, &walk->at, ret_lease)) {
		const char *path = lease_files_next_path(walk), *slash;
		int fd;

		lease_table_free(walk->table);
		walk->table = NULL;
		walk->at = 0;
		if (path == NULL)
			return false;
		fd = trust_open_system_file(path);
		if (fd < 0)
			continue;
		slash = strrchr(path, '/');
		if (lease_read(fd, slash == NULL ? path : slash + 1, walk->wanted, &walk->table) >=
			0)
			walk->file_count++;
		close(fd);
	}
	return true;
}

void lease_files_end(struct lease_files *walk)
{
	lease_table_free(walk->table);
	globfree(&walk->paths);
}

int lease_files_macs(const struct config *config, struct deadline deadline, const char *domain,
	struct mac ret_macs[static LEASE_MACS_MAX])
{
	struct lease_files walk =
		lease_files_begin(config, deadline, (struct lease_wanted){NULL, 0});
	const char *path;
	int count = 0;

	/* A domain is in the file of each network that it has a NIC on. */
	while ((path = lease_files_next_path(&walk)) != NULL) {
		static const char status[] = ".status";
		size_t len = strlen(path) - strlen(status);
		struct mac found[LEASE_MACS_MAX];
		char macs[PATH_MAX / 4];
		int fd, found_count;

		if (!text_ends_with(text_of(path), status) || len >= sizeof(macs) - strlen(status))
			continue;
		(void)snprintf(macs, sizeof(macs), "%.*s.macs", (int)len, path);
		fd = trust_open_system_file(macs);
		if (fd < 0)
			continue;
		found_count = lease_macs_read(fd, domain, found);
		walk.file_count += found_count >= 0;
		for (int i = 0; i < found_count && count < LEASE_MACS_MAX; i++)
			ret_macs[count++] = found[i];
		close(fd);
	}
	lease_files_end(&walk);
	return count;
}
