/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_FORMAT_H
#define QEMUVM_LEASE_FORMAT_H

#include "lease.h"

/*
 * The rooms of the formats, and what they share. Each reads text[0..len) as lease_parse() says it;
 * the text holds any bytes.
 */
bool lease_dnsmasq_parse(const char *text, size_t len, const struct lease_query *query);
bool lease_json_parse(const char *text, size_t len, const struct lease_query *query);
bool lease_dhcpd_parse(const char *text, size_t len, const struct lease_query *query);
bool lease_kea_parse(const char *text, size_t len, const struct lease_query *query);

/* A piece of the text, and pieces of a line. */
struct lease_field {
	const char *text;
	size_t len;
};

/* Lines, one after the other. */
struct lease_lines {
	const char *at, *end;
	unsigned int left; /* of LEASE_LINES_MAX */
	bool is_cut;       /* the last line has no newline behind it */
};

struct lease_lines lease_lines_begin(const char *text, size_t len);
/* The next line without its newline (and "\r"); false at the end. */
bool lease_lines_next(struct lease_lines *lines, struct lease_field *ret_line);

/* Cuts at every `separator`; returns the number of fields, of which at most max are written. */
unsigned int lease_split(
	struct lease_field line, char separator, struct lease_field *ret_fields, unsigned int max);

bool lease_field_equals(struct lease_field field, const char *text);
/* Decimal digits alone. 0 or -EINVAL. */
int lease_field_number(struct lease_field field, int64_t *ret_number);
/* 0 or -EINVAL. */
int lease_field_address(struct lease_field field, struct address *ret_address);
int lease_field_mac(struct lease_field field, struct mac *ret_mac);
/* Octets of two hexadecimal digits with ':' between. The number of octets, or -EINVAL. */
int lease_field_octets(struct lease_field field, uint8_t *ret_octets, size_t size);

/* The MAC in a DHCPv6 client's DUID: of link-layer type, for Ethernet. 0 or -ENOENT. */
int lease_duid_mac(const uint8_t *duid, size_t len, struct mac *ret_mac);

/* Leases of wanted MACs, where a later entry for an address stands for an earlier one. */
struct lease_kept {
	struct lease list[LEASES_KEPT_MAX];
	size_t count;
};

void lease_keep(struct lease_kept *kept, const struct lease *lease);
void lease_forget(struct lease_kept *kept, const struct address *address);
void lease_visit_kept(const struct lease_kept *kept, const struct lease_query *query);

#endif
