/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_JSON_H
#define QEMUVM_LEASE_JSON_H

#include "base/json.h"
#include "lease/lease_table.h"

/*
 * The objects of a lease file in JSON, one by one: those that hold no other object, wherever they
 * are. So a file of any number of leases is read with the memory of one, and one whose end is
 * missing, or that has a mistake somewhere, gives the leases that are whole.
 */

/* Longer than any lease; what is longer is passed over. Bytes. */
#define LEASE_JSON_OBJECT_MAX ((size_t)64 * 1024)

struct lease_json {
	struct text rest;
	int depth; /* brackets that are open; not 0 at the end: the text is cut */
	int count; /* of objects so far */
	/* If a look at an object's text shows that the string of this key (which has its quotes
	 * here) is a MAC that the table does not want, the object is not parsed, which is most of
	 * the work. Or NULL. */
	const char *mac_key;
	const struct lease_table *table;
};

/* The next object that is JSON, among the first LEASE_LINES_MAX, for json_free(). 1, 0 at the end,
 * or -ENOMEM. */
int lease_json_next(struct lease_json *walk, struct json **ret_json);

/* The value of a member of the root, or of a node; a number too large is INT64_MAX. 0 or -EINVAL.
 */
int lease_json_address(const struct json *json, const char *key, struct address *ret_address);
int lease_json_mac(const struct json *json, int node, struct mac *ret_mac);
int lease_json_number(const struct json *json, const char *key, int64_t *ret_number);

#endif
