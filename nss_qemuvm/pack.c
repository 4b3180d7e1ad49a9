/* SPDX-License-Identifier: MIT */
#include "pack.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

/* Bytes to skip at the beginning of the buffer for this alignment. */
static size_t pack_padding(const char *buffer, size_t alignment)
{
	return (alignment - (uintptr_t)buffer % alignment) % alignment;
}

static void pack_tuple(struct gaih_addrtuple *tuple, const struct address *address)
{
	memset(tuple, 0, sizeof(*tuple));
	tuple->family = address->family;
	memcpy(tuple->addr, address->bytes, address_len(address->family));
	tuple->scopeid = address->scope_id;
}

int pack_tuples(const struct resolver_answer *answer, char *buffer, size_t buflen,
	struct gaih_addrtuple **tuples)
{
	size_t name_size = strlen(answer->host) + 1;
	size_t pad = pack_padding(buffer, alignof(struct gaih_addrtuple));
	size_t tuples_size = answer->address_count * sizeof(struct gaih_addrtuple);
	struct gaih_addrtuple *first, *tuple;
	char *name;

	if (pad + tuples_size + name_size > buflen)
		return -ERANGE;
	tuple = (struct gaih_addrtuple *)(void *)(buffer + pad);
	name = buffer + pad + tuples_size;
	memcpy(name, answer->host, name_size);

	/* The caller may give the first tuple, as nscd does. */
	first = *tuples != NULL ? *tuples : tuple;
	pack_tuple(first, &answer->addresses[0]);
	first->name = name;
	for (size_t i = 1; i < answer->address_count; i++) {
		pack_tuple(tuple + i, &answer->addresses[i]);
		first->next = tuple + i;
		first = first->next;
	}
	first = *tuples != NULL ? *tuples : tuple;
	*tuples = first;
	return 0;
}

int pack_hostent(const struct resolver_answer *answer, int family, char *buffer, size_t buflen,
	struct hostent *ret_host)
{
	size_t name_size = strlen(answer->host) + 1;
	size_t address_size = address_len((sa_family_t)family);
	size_t pad = pack_padding(buffer, alignof(char *));
	const struct address *packed[ANSWER_ADDRESSES_MAX];
	size_t count = 0, lists_size, bytes_size;
	char **aliases, **list, *bytes;

	for (size_t i = 0; i < answer->address_count; i++)
		if (answer->addresses[i].family == family && answer->addresses[i].scope_id == 0)
			packed[count++] = &answer->addresses[i];
	if (count == 0)
		return -ENOENT;
	/* The list of aliases, which is empty, and the list of addresses, each with its NULL. */
	lists_size = (1 + count + 1) * sizeof(char *);
	bytes_size = count * address_size;
	if (pad + lists_size + bytes_size + name_size > buflen)
		return -ERANGE;
	aliases = (char **)(void *)(buffer + pad);
	list = aliases + 1;
	bytes = buffer + pad + lists_size;

	aliases[0] = NULL;
	for (size_t i = 0; i < count; i++) {
		*list++ = memcpy(bytes, packed[i]->bytes, address_size);
		bytes += address_size;
	}
	*list = NULL;
	ret_host->h_name = memcpy(bytes, answer->host, name_size);
	ret_host->h_aliases = aliases;
	ret_host->h_addrtype = family;
	ret_host->h_length = (int)address_size;
	ret_host->h_addr_list = aliases + 1;
	return 0;
}
