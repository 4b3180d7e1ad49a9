/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../nss_qemuvm/pack.h"
#include "unit.h"

#define POISON     0xa5
#define CANARY     64
#define BUFFER_MAX 1280
#define OFFSETS    16

static unsigned char memory[CANARY + OFFSETS + BUFFER_MAX + CANARY];

/* An answer of count addresses, of one family or of both in turn, with a name of host_len. */
static struct resolver_answer make_answer(size_t count, int family, size_t host_len)
{
	struct resolver_answer answer = {.outcome = RESOLVER_ADDRESSES, .address_count = count};

	memset(answer.host, 'h', host_len);
	for (size_t i = 0; i < count; i++) {
		struct address *address = &answer.addresses[i];

		address->family = (sa_family_t)(family != AF_UNSPEC ? family :
						i % 2 == 0	    ? AF_INET :
								      AF_INET6);
		memset(address->bytes, (int)i + 1, address_len(address->family));
		address->scope_id = family == AF_UNSPEC && i == 1 ? 9 : 0;
	}
	return answer;
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
			ck_assert_msg(memory[i] == POISON, "byte %zu of [%zu,%zu)", i, begin, end);
}

static void check_tuples(const struct resolver_answer *answer, const struct gaih_addrtuple *tuple,
	const char *buffer, size_t buflen)
{
	ck_assert(is_in(tuple->name, strlen(answer->host) + 1, buffer, buflen));
	ck_assert_str_eq(tuple->name, answer->host);
	for (size_t i = 0; i < answer->address_count; i++, tuple = tuple->next) {
		const struct address *address = &answer->addresses[i];

		ck_assert_ptr_nonnull(tuple);
		ck_assert_uint_eq((uintptr_t)tuple % _Alignof(struct gaih_addrtuple), 0);
		ck_assert_int_eq(tuple->family, address->family);
		/* All sixteen bytes are written, also those that IPv4 has no use for. */
		ck_assert_mem_eq(tuple->addr, address->bytes, sizeof(tuple->addr));
		ck_assert_uint_eq(tuple->scopeid, address->scope_id);
		if (i > 0)
			ck_assert(is_in(tuple, sizeof(*tuple), buffer, buflen));
	}
	ck_assert_ptr_null(tuple);
}

static void sweep_tuples(size_t count, size_t host_len, struct gaih_addrtuple *callers)
{
	struct resolver_answer answer = make_answer(count, AF_UNSPEC, host_len);

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
			ck_assert(r == 0 || r == -ERANGE);
			ck_assert(r == 0 || !has_fitted);
			has_fitted = r == 0;
			check_poison(CANARY + offset, CANARY + offset + (r == 0 ? buflen : 0));
			ck_assert(r == 0 || tuples == callers);
			ck_assert(callers == NULL || tuples == callers);
			if (r == 0)
				check_tuples(&answer, tuples, buffer, buflen);
		}
		ck_assert(has_fitted);
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

	ck_assert_str_eq(host->h_name, answer->host);
	ck_assert(is_in(host->h_name, strlen(answer->host) + 1, buffer, buflen));
	ck_assert_int_eq(host->h_addrtype, family);
	ck_assert_uint_eq((size_t)host->h_length, len);
	ck_assert_uint_eq((uintptr_t)host->h_addr_list % _Alignof(char *), 0);
	ck_assert(is_in(host->h_aliases, sizeof(char *), buffer, buflen));
	ck_assert_ptr_null(host->h_aliases[0]);
	ck_assert(is_in(host->h_addr_list, (answer->address_count + 1) * sizeof(char *), buffer,
		buflen));
	for (size_t i = 0; i < answer->address_count; i++) {
		ck_assert(is_in(host->h_addr_list[i], len, buffer, buflen));
		ck_assert_mem_eq(host->h_addr_list[i], answer->addresses[i].bytes, len);
	}
	ck_assert_ptr_null(host->h_addr_list[answer->address_count]);
}

static void sweep_hosts(size_t count, int family, size_t host_len)
{
	struct resolver_answer answer = make_answer(count, family, host_len);

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
			ck_assert(r == 0 || r == -ERANGE);
			ck_assert(r == 0 || !has_fitted);
			has_fitted = r == 0;
			check_poison(CANARY + offset, CANARY + offset + (r == 0 ? buflen : 0));
			if (r == 0)
				check_host(&answer, family, &host, buffer, buflen);
			else
				ck_assert_mem_eq(&host, &untouched, sizeof(host));
		}
		ck_assert(has_fitted);
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
	struct resolver_answer tuples =
		make_answer(ANSWER_ADDRESSES_MAX, AF_UNSPEC, NAME_HOST_MAX);
	struct resolver_answer hosts = make_answer(ANSWER_ADDRESSES_MAX, AF_INET6, NAME_HOST_MAX);

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
