/* SPDX-License-Identifier: MIT */
#include "lease/lease_table.h"

#include <stdlib.h>
#include <string.h>

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
	const struct lease_visitor *visitor;
	unsigned int count;
	uint16_t buckets[BUCKET_COUNT]; /* index + 1 of the first entry, or NONE */
	struct entry entries[LEASE_KEPT_MAX];
};

struct lease_table *lease_table_new(const struct lease_visitor *visitor)
{
	struct lease_table *table = calloc(1, sizeof(*table));

	if (table != NULL)
		table->visitor = visitor;
	return table;
}

void lease_table_free(struct lease_table *table)
{
	free(table);
}

bool lease_table_wants(const struct lease_table *table, const struct mac *mac)
{
	const struct lease_visitor *visitor = table->visitor;

	return !mac_is_void(mac) &&
	       (visitor->wants == NULL || visitor->wants(visitor->context, mac));
}

bool lease_table_is_empty(const struct lease_table *table)
{
	return table->count == 0;
}

/* FNV-1a: addresses of one network differ in their last bits alone. */
static unsigned int bucket_of(const struct address *address)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < address_len(address->family); i++)
		hash = (hash ^ address->bytes[i]) * 16777619U;
	return (hash ^ hash >> 16) % BUCKET_COUNT;
}

static struct entry *find(struct lease_table *table, const struct address *address)
{
	uint16_t at = table->buckets[bucket_of(address)];

	while (at != NONE && !address_equals(&table->entries[at - 1].lease.address, address))
		at = table->entries[at - 1].next;
	return at != NONE ? &table->entries[at - 1] : NULL;
}

/* NULL: the table is full. */
static struct entry *add(struct lease_table *table, const struct address *address)
{
	uint16_t *bucket = &table->buckets[bucket_of(address)];
	struct entry *entry;

	if (table->count == LEASE_KEPT_MAX)
		return NULL;
	entry = &table->entries[table->count++];
	entry->next = *bucket;
	*bucket = (uint16_t)table->count;
	return entry;
}

void lease_table_put(struct lease_table *table, const struct lease *lease)
{
	struct entry *entry;

	if (!lease_table_wants(table, &lease->mac)) {
		lease_table_drop(table, &lease->address);
		return;
	}
	entry = find(table, &lease->address);
	if (entry == NULL)
		entry = add(table, &lease->address);
	if (entry == NULL)
		return;
	entry->lease = *lease;
	entry->is_kept = true;
}

void lease_table_drop(struct lease_table *table, const struct address *address)
{
	struct entry *entry = find(table, address);

	if (entry != NULL)
		entry->is_kept = false;
}

int lease_table_visit(const struct lease_table *table)
{
	const struct lease_visitor *visitor = table->visitor;
	int visited = 0;

	for (unsigned int i = 0; i < table->count; i++) {
		if (!table->entries[i].is_kept)
			continue;
		visitor->visit(visitor->context, &table->entries[i].lease);
		visited++;
	}
	return visited;
}
