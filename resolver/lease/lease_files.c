/* SPDX-License-Identifier: MIT */
#include "lease/lease_files.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/trust.h"

/* What is done with each path; false where it is no file to read. */
struct reader {
	bool (*read)(const struct reader *reader, const char *path);
	const struct lease_visitor *leases;
	const struct lease_macs_visitor *macs;
	const char *domain; /* with macs */
	struct deadline deadline;
	int count; /* of files that were read */
};

static void read_pattern(struct reader *reader, const char *pattern)
{
	glob_t paths;

	/* Most are plain paths, and most of these lead nowhere. */
	if (pattern[strcspn(pattern, "*?[\\")] == '\0') {
		reader->count += reader->read(reader, pattern);
		return;
	}
	if (glob(pattern, 0, NULL, &paths) != 0)
		return;
	for (size_t i = 0; i < paths.gl_pathc && reader->count < LEASE_FILES_MAX &&
			   !deadline_is_past(reader->deadline);
		i++)
		reader->count += reader->read(reader, paths.gl_pathv[i]);
	globfree(&paths);
}

static int read_all(const struct config *config, struct reader *reader)
{
	for (unsigned int i = 0; i < config->lease_count; i++)
		read_pattern(reader, config->leases[i]);
	return reader->count;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool read_leases(const struct reader *reader, const char *path)
{
	int fd = trust_open_system_file(path);
	bool is_read;

	if (fd < 0)
		return false;
	is_read = lease_read(fd, last_part(path), reader->leases) >= 0;
	close(fd);
	return is_read;
}

int lease_files_read(
	const struct config *config, struct deadline deadline, const struct lease_visitor *visitor)
{
	struct reader reader = {.read = read_leases, .leases = visitor, .deadline = deadline};

	return read_all(config, &reader);
}

static bool read_macs(const struct reader *reader, const char *path)
{
	static const char status[] = ".status";
	size_t len = strlen(path);
	char macs[PATH_MAX / 4];
	bool is_read;
	int fd;

	if (len < sizeof(status) || len >= sizeof(macs) ||
		strcmp(path + len - (sizeof(status) - 1), status) != 0)
		return false;
	snprintf(macs, sizeof(macs), "%.*s.macs", (int)(len - (sizeof(status) - 1)), path);
	fd = trust_open_system_file(macs);
	if (fd < 0)
		return false;
	is_read = lease_macs_read(fd, reader->domain, reader->macs) >= 0;
	close(fd);
	return is_read;
}

int lease_files_read_macs(const struct config *config, struct deadline deadline, const char *domain,
	const struct lease_macs_visitor *visitor)
{
	struct reader reader = {
		.read = read_macs, .macs = visitor, .domain = domain, .deadline = deadline};

	return read_all(config, &reader);
}
