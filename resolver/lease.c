/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "lease_format.h"

static bool begins_with(const char *text, size_t len, const char *beginning)
{
	return len >= strlen(beginning) && memcmp(text, beginning, strlen(beginning)) == 0;
}

static bool is_dnsmasq(const char *text, size_t len)
{
	return (text[0] >= '0' && text[0] <= '9') || begins_with(text, len, "duid ");
}

bool lease_parse(const char *text, size_t len, const struct lease_query *query)
{
	while (len > 0 && (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')) {
		text++;
		len--;
	}
	/* Nothing may be what a server that writes in place has got to. */
	if (len == 0)
		return true;
	if (text[0] == '[' || text[0] == '{')
		return lease_json_parse(text, len, query);
	if (begins_with(text, len, "address,"))
		return lease_kea_parse(text, len, query);
	if (is_dnsmasq(text, len))
		return lease_dnsmasq_parse(text, len, query);
	return lease_dhcpd_parse(text, len, query);
}

static bool has_changed(const struct stat *before, const struct stat *after)
{
	return before->st_size != after->st_size ||
	       before->st_mtim.tv_sec != after->st_mtim.tv_sec ||
	       before->st_mtim.tv_nsec != after->st_mtim.tv_nsec;
}

/* Reads once; > 0 if it is worth reading again. */
static int read_once(int fd, const struct lease_query *query)
{
	struct stat before, after;
	char *text;
	size_t len;
	bool is_cut;
	int r;

	if (fstat(fd, &before) < 0)
		return -errno;
	r = file_read(fd, LEASE_FILE_MAX, &text, &len);
	if (r < 0)
		return r;
	is_cut = lease_parse(text, len, query);
	free(text);
	return is_cut || fstat(fd, &after) < 0 || has_changed(&before, &after);
}

int lease_read(int fd, const struct lease_query *query)
{
	int r = read_once(fd, query);

	if (r > 0)
		r = read_once(fd, query);
	return r < 0 ? r : 0;
}

int lease_read_macs(int fd, const struct lease_macs_query *query)
{
	char *text;
	size_t len;
	int r = file_read(fd, LEASE_FILE_MAX, &text, &len);

	if (r < 0)
		return r;
	lease_parse_macs(text, len, query);
	free(text);
	return 0;
}
