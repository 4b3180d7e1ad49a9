/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "cli/output.h"
#include "config/trust.h"
#include "lease/lease.h"

static void check_lease_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	const struct lease_wanted all = {NULL, 0};
	struct lease_table *table = NULL;
	int fd = trust_open_system_file(path), r = fd;

	if (fd >= 0) {
		r = lease_read(fd, slash == NULL ? path : slash + 1, all, &table);
		lease_table_free(table);
		close(fd);
	}
	/* A server begins with an empty file. */
	if (r == -EINVAL && fd >= 0)
		return;
	check_begin(r < 0 ? CHECK_SKIPPED : CHECK_OK);
	fputs("leases: ", stdout);
	output_text(stdout, path);
	if (r == -EPERM)
		puts(": ignored, because not only root and system users can write it or a "
		     "directory above it");
	else if (r == -EINVAL)
		puts(": not a lease file of a known format");
	else if (r < 0)
		printf(": %s\n", strerror(-r));
	else
		printf(": %d lease%s\n", r, r == 1 ? "" : "s");
}

void check_leases(const struct config *config)
{
	for (unsigned int i = 0; i < config->lease_count; i++) {
		glob_t paths;

		if (glob(config->leases[i], 0, NULL, &paths) != 0)
			continue;
		for (size_t j = 0; j < paths.gl_pathc; j++)
			check_lease_file(paths.gl_pathv[j]);
		globfree(&paths);
	}
}
