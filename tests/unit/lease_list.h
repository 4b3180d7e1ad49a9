/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_LIST_H
#define QEMUVM_LEASE_LIST_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lease/lease.h"
#include "unit.h"

/* What a lease file says, as text: "ADDRESS MAC EXPIRES\n" for each lease, with "never" or
 * "unknown". */
struct lease_list {
	char text[65536];
	size_t len;
	const char *wanted; /* a MAC, or NULL: all */
};

static inline void lease_list_add(struct lease_list *list, const struct lease *lease)
{
	char address[ADDRESS_TEXT_MAX], mac[MAC_TEXT_MAX], expires[24];

	snprintf(expires, sizeof(expires), "%" PRId64, lease->expires);
	list->len += (size_t)snprintf(list->text + list->len, sizeof(list->text) - list->len,
		"%s %s %s\n", address_format(&lease->address, address),
		mac_format(&lease->mac, mac),
		lease->expires == LEASE_INFINITE ? "never"
		: lease->expires == 0            ? "unknown"
						 : expires);
	ck_assert_uint_lt(list->len, sizeof(list->text));
}

/* Of a copy that ends where the text ends, so that a sanitizer sees what is read behind it. */
static inline int lease_list_parse(struct lease_list *list, const char *file_name, const char *text,
	size_t len, bool *ret_is_cut)
{
	struct lease_wanted wanted = {NULL, 0};
	struct lease_table *table;
	char *copy = calloc(1, len);
	unsigned int at = 0;
	struct lease lease;
	struct mac mac;
	int r;

	list->len = 0;
	list->text[0] = '\0';
	if (len > 0)
		memcpy(copy, text, len);
	if (list->wanted != NULL) {
		ck_assert_int_eq(mac_from_text(text_of(list->wanted), &mac), 0);
		wanted = (struct lease_wanted){&mac, 1};
	}
	r = lease_parse(file_name, copy, len, wanted, &table, ret_is_cut);
	free(copy);
	if (r < 0)
		return r;
	while (lease_table_next(table, &at, &lease))
		lease_list_add(list, &lease);
	lease_table_free(table);
	return r;
}

/* The text holds these leases, of the MAC that is wanted (or NULL), and is whole. */
static inline void check_leases_of(const char *wanted, const char *text, const char *expected)
{
	static struct lease_list list;
	bool is_cut = true;

	list.wanted = wanted;
	ck_assert_int_ge(lease_list_parse(&list, NULL, text, strlen(text), &is_cut), 0);
	ck_assert_str_eq(list.text, expected);
	ck_assert_msg(!is_cut, "%s", text);
}

static inline void check_leases(const char *text, const char *expected)
{
	check_leases_of(NULL, text, expected);
}

/* However a text that has no address twice is cut, it gives the first of its leases and no other,
 * and all but `whole` of its cuts (those behind an entry) tell that they are cuts. */
static inline void check_cuts(const char *text, int whole)
{
	static struct lease_list all, some;
	size_t len = strlen(text);
	bool is_cut;

	ck_assert_int_gt(lease_list_parse(&all, NULL, text, len, &is_cut), 0);
	for (size_t i = 0; i < len; i++) {
		int r = lease_list_parse(&some, NULL, text, i, &is_cut);

		ck_assert_msg(strncmp(some.text, all.text, some.len) == 0, "cut at %zu: %s", i,
			some.text);
		whole -= r >= 0 && !is_cut;
	}
	ck_assert_int_eq(whole, 0);
}

/* A text of `count` lines or entries, to be given to free(). */
static inline char *repeat_numbered(
	const char *head, const char *format, int count, const char *tail, size_t *ret_len)
{
	size_t size = strlen(head) + strlen(tail) + 1, len;
	size_t entry_size = strlen(format) + 32;
	char *text = malloc(size + (size_t)count * entry_size);

	len = (size_t)sprintf(text, "%s", head);
	for (int i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		len += (size_t)snprintf(
			text + len, entry_size, format, i >> 16 & 255, i >> 8 & 255, i & 255);
#pragma GCC diagnostic pop
	}
	len += (size_t)sprintf(text + len, "%s", tail);
	*ret_len = len;
	return text;
}

#endif
