/* SPDX-License-Identifier: MIT */
#include "lease/lease_table.h"

#include <stdlib.h>

/* A power of two, near the number of leases. */
#define BUCKET_COUNT LEASE_KEPT_MAX
#define NONE         0

_Static_assert(LEASE_KEPT_MAX < UINT16_MAX, "an index + 1 must fit");

/* An address that was dropped keeps its place, since it often comes again. */
struct entry {
	struct lease lease;
	bool is_kept;
	uint16_t next; /* of the same bucket: its index + 1, or NONE */
};

/* Zero pages until it is written to: a file with few leases of wanted MACs costs few. */
struct lease_table {
	struct lease_wanted wanted;
	unsigned int count;
	uint16_t buckets[BUCKET_COUNT]; /* index + 1 of the first entry, or NONE */
	struct entry entries[LEASE_KEPT_MAX];
};

struct lease_table *lease_table_new(struct lease_wanted wanted)
{
	struct lease_table *table = calloc(1, sizeof(*table));

	if (table != NULL)
		table->wanted = wanted;
	return table;
}

void lease_table_free(struct lease_table *table)
{
	free(table);
}

bool lease_table_wants(const struct lease_table *table, const struct mac *mac)
{
	if (table->wanted.macs == NULL)
		return !mac_is_void(mac);
	for (unsigned int i = 0; i < table->wanted.count; i++)
		if (mac_equals(&table->wanted.macs[i], mac))
			return !mac_is_void(mac);
	return false;
}

bool lease_table_is_empty(const struct lease_table *table)
{
	return table->count == 0;
}

/* The entry of an address, or NULL. *ret_bucket is the place where its bucket begins. */
static struct entry *lease_table_find(
	struct lease_table *table, const struct address *address, uint16_t **ret_bucket)
{
	const char *bytes = (const char *)address->bytes;
	uint64_t hash = text_hash((struct text){bytes, bytes + address_len(address->family)});
	uint16_t at;

	*ret_bucket = &table->buckets[(hash ^ hash >> 32) % BUCKET_COUNT];
	for (at = **ret_bucket; at != NONE; at = table->entries[at - 1].next)
		if (address_equals(&table->entries[at - 1].lease.address, address))
			return &table->entries[at - 1];
	return NULL;
}

void lease_table_put(struct lease_table *table, const struct lease *lease)
{
	struct entry *entry;
	uint16_t *bucket;

	if (!lease_table_wants(table, &lease->mac)) {
		lease_table_drop(table, &lease->address);
		return;
	}
	entry = lease_table_find(table, &lease->address, &bucket);
	if (entry == NULL && table->count == LEASE_KEPT_MAX)
		return;
	if (entry == NULL) {
		entry = &table->entries[table->count++];
		entry->next = *bucket;
		*bucket = (uint16_t)table->count;
	}
	entry->lease = *lease;
	entry->is_kept = true;
}

void lease_table_drop(struct lease_table *table, const struct address *address)
{
	uint16_t *bucket;
	struct entry *entry = lease_table_find(table, address, &bucket);

	if (entry != NULL)
		entry->is_kept = false;
}

bool lease_table_next(const struct lease_table *table, unsigned int *at, struct lease *ret_lease)
{
	while (table != NULL && *at < table->count) {
		const struct entry *entry = &table->entries[(*at)++];

		if (entry->is_kept) {
			*ret_lease = entry->lease;
			return true;
		}
	}
	return false;
}

int lease_table_count(const struct lease_table *table)
{
	int count = 0;

	for (unsigned int i = 0; i < table->count; i++)
		count += table->entries[i].is_kept;
	return count;
}
