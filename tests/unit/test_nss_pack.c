/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "nss_qemuvm/pack.h"
#include "unit.h"

/* ck_assert() tells the runner each time that it is passed: too slow for millions. */
#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			ck_abort_msg("%s", #condition);                                            \
	} while (0)

#define POISON     0xa5
#define CANARY     64
#define BUFFER_MAX 1280
#define OFFSETS    16

static unsigned char memory[CANARY + OFFSETS + BUFFER_MAX + CANARY];

/* An answer of count addresses, of one family or of both in turn, with a name of host_len. */
static void make_answer(
	size_t count, int family, size_t host_len, struct resolver_answer *ret_answer)
{
	memset(ret_answer, 0, sizeof(*ret_answer));
	ret_answer->outcome = RESOLVER_ADDRESSES;
	ret_answer->address_count = count;
	memset(ret_answer->host, 'h', host_len);
	for (size_t i = 0; i < count; i++) {
		struct address *address = &ret_answer->addresses[i];

		address->family = (sa_family_t)(family != AF_UNSPEC ? family
						: i % 2 == 0        ? AF_INET
								    : AF_INET6);
		memset(address->bytes, (int)i + 1, address_len(address->family));
		address->scope_id = family == AF_UNSPEC && i == 1 ? 9 : 0;
	}
}

static bool is_in(const void *pointer, size_t size, const char *buffer, size_t buflen)
{
	const char *at = pointer;

	return at >= buffer && at + size <= buffer + buflen;
}

/* Outside of the buffer nothing changes; within it nothing does where it is refused. */
static void check_poison(size_t begin, size_t end)
{
	for (size_t i = 0; i < sizeof(memory); i++)
		if (i < begin || i >= end)
			REQUIRE(memory[i] == POISON);
}

static void check_tuples(const struct resolver_answer *answer, const struct gaih_addrtuple *tuple,
	const char *buffer, size_t buflen)
{
	REQUIRE(is_in(tuple->name, strlen(answer->host) + 1, buffer, buflen));
	REQUIRE(strcmp(tuple->name, answer->host) == 0);
	for (size_t i = 0; i < answer->address_count; i++, tuple = tuple->next) {
		const struct address *address = &answer->addresses[i];

		REQUIRE(tuple != NULL);
		REQUIRE((uintptr_t)tuple % _Alignof(struct gaih_addrtuple) == 0);
		REQUIRE(tuple->family == address->family);
		/* All sixteen bytes are written, also those that IPv4 has no use for. */
		REQUIRE(memcmp(tuple->addr, address->bytes, sizeof(tuple->addr)) == 0);
		REQUIRE(tuple->scopeid == address->scope_id);
		if (i > 0)
			REQUIRE(is_in(tuple, sizeof(*tuple), buffer, buflen));
	}
	REQUIRE(tuple == NULL);
}

static void sweep_tuples(size_t count, size_t host_len, struct gaih_addrtuple *callers)
{
	static struct resolver_answer answer;

	make_answer(count, AF_UNSPEC, host_len, &answer);
	for (size_t offset = 0; offset < OFFSETS; offset++) {
		char *buffer = (char *)memory + CANARY + offset;
		bool has_fitted = false;

		for (size_t buflen = 0; buflen <= BUFFER_MAX; buflen++) {
			struct gaih_addrtuple *tuples = callers;
			int r;

			memset(memory, POISON, sizeof(memory));
			if (callers != NULL)
				memset(callers, POISON, sizeof(*callers));
			r = pack_tuples(&answer, buffer, buflen, &tuples);
			REQUIRE(r == 0 || r == -ERANGE);
			REQUIRE(r == 0 || !has_fitted);
			has_fitted = r == 0;
			check_poison(CANARY + offset, CANARY + offset + (r == 0 ? buflen : 0));
			REQUIRE(r == 0 || tuples == callers);
			REQUIRE(callers == NULL || tuples == callers);
			if (r == 0)
				check_tuples(&answer, tuples, buffer, buflen);
		}
		REQUIRE(has_fitted);
	}
}

START_TEST(tuples_fit_or_are_refused_for_every_size_and_offset)
{
	sweep_tuples(1, 1, NULL);
	sweep_tuples(2, 6, NULL);
	sweep_tuples(ANSWER_ADDRESSES_MAX, NAME_HOST_MAX, NULL);
}
END_TEST

START_TEST(a_tuple_of_the_callers_becomes_the_first)
{
	struct gaih_addrtuple callers;

	sweep_tuples(1, 6, &callers);
	sweep_tuples(3, 6, &callers);
}
END_TEST

static void check_host(const struct resolver_answer *answer, int family, const struct hostent *host,
	const char *buffer, size_t buflen)
{
	size_t len = address_len((sa_family_t)family);

	REQUIRE(strcmp(host->h_name, answer->host) == 0);
	REQUIRE(is_in(host->h_name, strlen(answer->host) + 1, buffer, buflen));
	REQUIRE(host->h_addrtype == family);
	REQUIRE((size_t)host->h_length == len);
	REQUIRE((uintptr_t)host->h_addr_list % _Alignof(char *) == 0);
	REQUIRE(is_in(host->h_aliases, sizeof(char *), buffer, buflen));
	REQUIRE(host->h_aliases[0] == NULL);
	REQUIRE(is_in(
		host->h_addr_list, (answer->address_count + 1) * sizeof(char *), buffer, buflen));
	for (size_t i = 0; i < answer->address_count; i++) {
		REQUIRE(is_in(host->h_addr_list[i], len, buffer, buflen));
		REQUIRE(memcmp(host->h_addr_list[i], answer->addresses[i].bytes, len) == 0);
	}
	REQUIRE(host->h_addr_list[answer->address_count] == NULL);
}

static void sweep_hosts(size_t count, int family, size_t host_len)
{
	static struct resolver_answer answer;

	make_answer(count, family, host_len, &answer);
	for (size_t offset = 0; offset < OFFSETS; offset++) {
		char *buffer = (char *)memory + CANARY + offset;
		bool has_fitted = false;

		for (size_t buflen = 0; buflen <= BUFFER_MAX; buflen++) {
			struct hostent host, untouched;
			int r;

			memset(memory, POISON, sizeof(memory));
			memset(&host, POISON, sizeof(host));
			memset(&untouched, POISON, sizeof(untouched));
			r = pack_hostent(&answer, family, buffer, buflen, &host);
			REQUIRE(r == 0 || r == -ERANGE);
			REQUIRE(r == 0 || !has_fitted);
			has_fitted = r == 0;
			check_poison(CANARY + offset, CANARY + offset + (r == 0 ? buflen : 0));
			if (r == 0)
				check_host(&answer, family, &host, buffer, buflen);
			else
				REQUIRE(memcmp(&host, &untouched, sizeof(host)) == 0);
		}
		REQUIRE(has_fitted);
	}
}

START_TEST(hosts_fit_or_are_refused_for_every_size_and_offset)
{
	sweep_hosts(1, AF_INET, 1);
	sweep_hosts(3, AF_INET, 6);
	sweep_hosts(2, AF_INET6, 7);
	sweep_hosts(ANSWER_ADDRESSES_MAX, AF_INET6, NAME_HOST_MAX);
}
END_TEST

START_TEST(the_largest_answer_fits_glibcs_first_buffer)
{
	static struct resolver_answer tuples, hosts;

	make_answer(ANSWER_ADDRESSES_MAX, AF_UNSPEC, NAME_HOST_MAX, &tuples);
	make_answer(ANSWER_ADDRESSES_MAX, AF_INET6, NAME_HOST_MAX, &hosts);

	for (size_t offset = 0; offset < OFFSETS; offset++) {
		char *buffer = (char *)memory + CANARY + offset;
		struct gaih_addrtuple *pat = NULL;
		struct hostent host;

		ck_assert_int_eq(pack_tuples(&tuples, buffer, 1024, &pat), 0);
		ck_assert_int_eq(pack_hostent(&hosts, AF_INET6, buffer, 1024, &host), 0);
	}
}
END_TEST

int main(void)
{
	UNIT_RUN("nss_pack", tuples_fit_or_are_refused_for_every_size_and_offset,
		a_tuple_of_the_callers_becomes_the_first,
		hosts_fit_or_are_refused_for_every_size_and_offset,
		the_largest_answer_fits_glibcs_first_buffer);
}
