/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_JSON_H
#define QEMUVM_LEASE_JSON_H

#include "base/json.h"
#include "lease/lease_text.h"

/*
 * The objects of a lease file in JSON, one by one: those that hold no other object, wherever they
 * are. So a file of any number of leases is read with the memory of one, and one whose end is
 * missing, or that has a mistake somewhere, gives the leases that are whole.
 */

/* Longer than any lease; what is longer is passed over. Bytes. */
#define LEASE_JSON_OBJECT_MAX ((size_t)64 * 1024)

/* Who is told of objects. */
struct lease_json_visitor {
	/* Told by its text alone, can it be one that is looked for? What is refused is not parsed,
	 * which is most of the work. NULL: any can. */
	bool (*can_matter)(const void *context, struct lease_text object);
	void (*visit)(void *context, const struct json *json);
	void *context;
};

/*
 * Visits such objects that are JSON, among the first LEASE_LINES_MAX. 1: the text ends while
 * something is open; 0: it does not; or -ENOMEM.
 */
int lease_json_each(struct lease_text text, const struct lease_json_visitor *visitor);

/* What stands between the quotes of a member's value, where a glance at the object's text finds the
 * key (which is given with its quotes) and a string behind it. False: it may be there all the same.
 */
bool lease_json_glance(struct lease_text object, const char *key, struct lease_text *ret_string);

/* What a member of the root, or the string of a node, says; a number too large is INT64_MAX.
 * 0 or -EINVAL. */
int lease_json_address(const struct json *json, const char *key, struct address *ret_address);
int lease_json_mac(const struct json *json, int node, struct mac *ret_mac);
int lease_json_number(const struct json *json, const char *key, int64_t *ret_number);

#endif
