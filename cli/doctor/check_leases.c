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

static const char *why_not(int error)
{
	switch (error) {
	case -EPERM:
		return "does not count: others than root and system users can write it or a "
		       "directory above it";
	case -EINVAL:
		return "no lease file of a kind that is known";
	default:
		return strerror(-error);
	}
}

static void check_file(const char *path)
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
	/* An empty file is what a server begins with. */
	if (r == -EINVAL && fd >= 0)
		return;
	check_begin(r < 0 ? CHECK_SKIPPED : CHECK_OK);
	fputs("leases: ", stdout);
	output_text(stdout, path);
	if (r < 0)
		printf(": %s\n", why_not(r));
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
			check_file(paths.gl_pathv[j]);
		globfree(&paths);
	}
}
