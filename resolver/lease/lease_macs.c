/* SPDX-License-Identifier: MIT */
/*
 * /var/lib/libvirt/dnsmasq/BRIDGE.macs, which libvirt writes (src/util/virmacmap.c):
 *
 *	[{"domain": "web", "macs": ["52:54:00:12:34:56"]}]
 */
#include <stdlib.h>

#include "lease/lease.h"
#include "lease/lease_file.h"
#include "lease/lease_json.h"

struct macs_reader {
	const char *domain;
	const struct lease_macs_visitor *visitor;
	int visited;
};

static void read_macs(void *context, const struct json *json)
{
	struct macs_reader *reader = context;
	int macs = json_member(json, JSON_ROOT, "macs");
	struct mac mac;

	if (!json_string_equals(json, json_member(json, JSON_ROOT, "domain"), reader->domain))
		return;
	for (int node = json_first(json, macs); node >= 0; node = json_next(json, macs, node)) {
		if (lease_json_mac(json, node, &mac) < 0)
			continue;
		reader->visitor->visit(reader->visitor->context, &mac);
		reader->visited++;
	}
}

int lease_macs_parse(const char *text, size_t len, const char *domain,
	const struct lease_macs_visitor *visitor, bool *ret_is_cut)
{
	struct macs_reader reader = {.domain = domain, .visitor = visitor};
	const struct lease_json_visitor objects = {.visit = read_macs, .context = &reader};
	int r = lease_json_each((struct lease_text){text, text + len}, &objects);

	if (r < 0)
		return r;
	*ret_is_cut = r > 0 || len == 0;
	return reader.visited;
}

static void ignore(void *context, const struct mac *mac)
{
	(void)context;
	(void)mac;
}

static bool is_cut(const void *context, const char *text, size_t len)
{
	static const struct lease_macs_visitor nobody = {.visit = ignore};
	bool is_cut;
	int r = lease_macs_parse(text, len, context, &nobody, &is_cut);

	return r < 0 || is_cut;
}

int lease_macs_read(int fd, const char *domain, const struct lease_macs_visitor *visitor)
{
	const struct lease_file_format format = {.is_cut = is_cut, .context = domain};
	char *text;
	size_t len;
	bool is_still_cut;
	int r = lease_file_read(fd, &format, &text, &len);

	if (r < 0)
		return r;
	r = lease_macs_parse(text, len, domain, visitor, &is_still_cut);
	free(text);
	return r;
}
