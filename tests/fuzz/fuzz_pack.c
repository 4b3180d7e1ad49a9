/* SPDX-License-Identifier: MIT */
/*
 * Any addresses in a buffer of any size and alignment, for both entry points of glibc: either all
 * of it fits, within the buffer, or nothing is written.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "nss_qemuvm/pack.h"

#define BUFFER_SIZE 2048
#define POISON      0xa5

static struct resolver_answer answer;
static _Alignas(16) char buffer[BUFFER_SIZE + 64];

/* Is the object within the buffer that was given? */
static void check_within(const void *object, size_t size, const char *begin, size_t buflen)
{
	const char *at = object;

	if (at < begin || at + size > begin + buflen)
		abort();
}

static void check_poison(const char *begin, const char *end)
{
	for (; begin < end; begin++)
		if ((unsigned char)*begin != POISON)
			abort();
}

static void pack_as_tuples(char *at, size_t buflen, struct gaih_addrtuple *first)
{
	struct gaih_addrtuple *tuples = first;
	size_t count = 0;
	int r = pack_tuples(&answer, at, buflen, &tuples);

	if (r < 0) {
		if (r != -ERANGE)
			abort();
		check_poison(at, at + buflen);
		return;
	}
	check_within(tuples->name, strlen(answer.host) + 1, at, buflen);
	for (const struct gaih_addrtuple *t = tuples; t != NULL; t = t->next, count++) {
		if (t != first)
			check_within(t, sizeof(*t), at, buflen);
		if (count >= answer.address_count ||
			memcmp(t->addr, answer.addresses[count].bytes,
				address_len(answer.addresses[count].family)) != 0)
			abort();
	}
	if (count != answer.address_count || strcmp(tuples->name, answer.host) != 0)
		abort();
}

static void pack_as_hostent(char *at, size_t buflen, int family)
{
	struct hostent host;
	int r = pack_hostent(&answer, family, at, buflen, &host);

	if (r < 0) {
		if (r != -ERANGE && r != -ENOENT)
			abort();
		check_poison(at, at + buflen);
		return;
	}
	check_within(host.h_name, strlen(answer.host) + 1, at, buflen);
	check_within(host.h_aliases, sizeof(char *), at, buflen);
	for (char **list = host.h_addr_list; *list != NULL; list++) {
		check_within(list, 2 * sizeof(char *), at, buflen);
		check_within(*list, (size_t)host.h_length, at, buflen);
	}
	if (strcmp(host.h_name, answer.host) != 0)
		abort();
}

/* Bytes: flags, size (2), offset, length of the name, then addresses of 17 bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct gaih_addrtuple first;
	size_t buflen, offset, name_len;

	if (len < 5)
		return 0;
	buflen = (size_t)(bytes[1] | bytes[2] << 8) % (BUFFER_SIZE + 1);
	offset = bytes[3] % 32;
	name_len = bytes[4] % NAME_HOST_SIZE;
	memset(&answer, 0, sizeof(answer));
	memset(answer.host, 'n', name_len);
	for (const uint8_t *at = bytes + 5;
		bytes + len - at >= 17 && answer.address_count < ANSWER_ADDRESSES_MAX; at += 17) {
		struct address *address = &answer.addresses[answer.address_count++];

		address->family = at[0] & 1 ? AF_INET6 : AF_INET;
		address->scope_id = at[0] & 2 ? 3 : 0;
		memcpy(address->bytes, at + 1, address_len(address->family));
	}
	memset(buffer, POISON, sizeof(buffer));
	if ((bytes[0] & 1) != 0)
		pack_as_hostent(buffer + offset, buflen, bytes[0] & 2 ? AF_INET6 : AF_INET);
	else if (answer.address_count > 0)
		pack_as_tuples(buffer + offset, buflen, bytes[0] & 4 ? &first : NULL);
	check_poison(buffer, buffer + offset);
	check_poison(buffer + offset + buflen, buffer + sizeof(buffer));
	return 0;
}
