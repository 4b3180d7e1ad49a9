/* SPDX-License-Identifier: MIT */
/* The reply of guest-network-get-interfaces, from good ones to hostile ones. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/agent_interfaces.h"

#define NIC "52:54:00:aa:bb:cc"
#define ADDRESS(text, type)                                                                        \
	"{\"ip-address\":\"" text "\",\"ip-address-type\":\"" type "\",\"prefix\":24}"
#define INTERFACE(mac, addresses)                                                                  \
	"{\"name\":\"x\",\"hardware-address\":\"" mac "\",\"ip-addresses\":[" addresses "]}"
#define WITH_ENTRY(entry) "[" INTERFACE(NIC, entry "," ADDRESS("192.0.2.1", "ipv4")) "]"

static struct candidates candidates;
static struct vm vm;

static void set_up(void)
{
	memset(&candidates, 0, sizeof(candidates));
	memset(&vm, 0, sizeof(vm));
	vm.nic_count = 1;
	vm.nics[0].has_mac = true;
	mac_from_text(text_of(NIC), &vm.nics[0].mac);
}

static int read_text(const char *value)
{
	struct json *json;
	char *reply;
	int len = asprintf(&reply, "{\"return\": %s}", value);
	int r;

	ck_assert_int_ge(len, 0);
	ck_assert_int_eq(json_parse(reply, (size_t)len, &json), 0);
	r = agent_read_interfaces(json, json_member(json, JSON_ROOT, "return"), &vm, &candidates);
	json_free(json);
	free(reply);
	return r;
}

static const char *address_at(size_t i)
{
	static char text[ADDRESS_TEXT_MAX];

	ck_assert_uint_lt(i, candidates.count);
	return address_format(&candidates.list[i].address, text);
}

static bool has_nics_mac(size_t i)
{
	return candidates.list[i].has_mac && mac_equals(&candidates.list[i].mac, &vm.nics[0].mac);
}

/* Of two addresses in an interface, the first of which is this, only the second is taken. */
static void assert_entry_skipped(const char *text)
{
	set_up();
	ck_assert_int_eq(read_text(text), 1);
	ck_assert_uint_eq(candidates.count, 1);
	ck_assert_str_eq(address_at(0), "192.0.2.1");
}

static void assert_refused(const char *text)
{
	ck_assert_int_eq(read_text(text), -EBADMSG);
	ck_assert_uint_eq(candidates.count, 0);
}

START_TEST(every_address_of_every_interface_is_a_claim)
{
	ck_assert_int_eq(
		read_text("[" INTERFACE(
			"00:00:00:00:00:00", ADDRESS("127.0.0.1", "ipv4")) "," INTERFACE(NIC,
			ADDRESS("192.0.2.1", "ipv4") "," ADDRESS("2001:db8::1", "ipv6")) "]"),
		3);
	ck_assert_uint_eq(candidates.count, 3);
	ck_assert_str_eq(address_at(0), "192.0.2.1");
	ck_assert(has_nics_mac(0));
	ck_assert_str_eq(address_at(1), "2001:db8::1");
	ck_assert_str_eq(address_at(2), "127.0.0.1");
	ck_assert(!candidates.list[2].has_mac);
}
END_TEST

START_TEST(an_interface_without_addresses_is_fine)
{
	ck_assert_int_eq(read_text("[]"), 0);
	ck_assert_int_eq(read_text("[{\"name\":\"x\"}]"), 0);
	ck_assert_int_eq(read_text("[{\"name\":\"x\",\"ip-addresses\":[]}]"), 0);
	ck_assert_uint_eq(candidates.count, 0);
}
END_TEST

START_TEST(a_reply_of_another_shape_is_refused_whole)
{
	assert_refused("{}");
	assert_refused("null");
	assert_refused("5");
	assert_refused("\"x\"");
	assert_refused("true");
	assert_refused("[" INTERFACE(NIC, ADDRESS("192.0.2.1", "ipv4")) ",5]");
	assert_refused("[" INTERFACE(NIC, ADDRESS("192.0.2.1", "ipv4")) ",[]]");
	assert_refused("[" INTERFACE(NIC, ADDRESS("192.0.2.1", "ipv4")) ",{}]");
	assert_refused("[" INTERFACE(NIC, ADDRESS("192.0.2.1", "ipv4")) ",{\"name\":5}]");
	assert_refused("[{\"name\":\"x\",\"ip-addresses\":{}}]");
	assert_refused("[{\"name\":\"x\",\"ip-addresses\":null}]");
	assert_refused("[{\"name\":\"x\",\"ip-addresses\":\"192.0.2.1\"}]");
}
END_TEST

START_TEST(an_entry_that_is_no_object_is_skipped)
{
	assert_entry_skipped(WITH_ENTRY("null"));
	assert_entry_skipped(WITH_ENTRY("5"));
	assert_entry_skipped(WITH_ENTRY("\"192.0.2.9\""));
	assert_entry_skipped(WITH_ENTRY("[]"));
	assert_entry_skipped(WITH_ENTRY("{}"));
}
END_TEST

START_TEST(an_entry_that_is_no_address_is_skipped)
{
	assert_entry_skipped(WITH_ENTRY("{\"ip-address\":5,\"ip-address-type\":\"ipv4\"}"));
	assert_entry_skipped(WITH_ENTRY("{\"ip-address\":null,\"ip-address-type\":\"ipv4\"}"));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("010.0.0.1", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("0x7f.1", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("2130706433", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("10.1", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS(" 10.0.0.1", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("10.0.0.1/24", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("10.0.0.1\\u0000", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("localhost", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("-oProxyCommand=x", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("2001:db8::1%eth0", "ipv6")));
}
END_TEST

START_TEST(a_very_long_address_is_skipped)
{
	static char text[8192], digits[4097];

	memset(digits, '1', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	snprintf(text, sizeof(text),
		"[{\"name\":\"x\",\"ip-addresses\":[{\"ip-address\":\"%s\"},%s]}]", digits,
		ADDRESS("192.0.2.1", "ipv4"));
	assert_entry_skipped(text);
}
END_TEST

START_TEST(an_entry_whose_type_is_another_is_skipped)
{
	assert_entry_skipped(WITH_ENTRY(ADDRESS("192.0.2.9", "ipv6")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("2001:db8::9", "ipv4")));
	assert_entry_skipped(WITH_ENTRY(ADDRESS("192.0.2.9", "ipx")));
	assert_entry_skipped(WITH_ENTRY("{\"ip-address\":\"192.0.2.9\",\"ip-address-type\":4}"));
}
END_TEST

START_TEST(an_escaped_key_is_no_key)
{
	assert_entry_skipped(WITH_ENTRY("{\"ip\\u002daddress\":\"192.0.2.9\"}"));
}
END_TEST

START_TEST(escaped_digits_are_digits)
{
	ck_assert_int_eq(
		read_text("[" INTERFACE(NIC, ADDRESS("\\u0031\\u0039\\u0032.0.2.1", "ipv4")) "]"),
		1);
	ck_assert_str_eq(address_at(0), "192.0.2.1");
}
END_TEST

START_TEST(the_guests_zone_is_taken_off)
{
	ck_assert_int_eq(
		read_text("[" INTERFACE(NIC, ADDRESS("fe80::1%enp0s31f6", "ipv6")) "]"), 1);
	ck_assert_str_eq(address_at(0), "fe80::1");
	ck_assert_uint_eq(candidates.list[0].address.scope_id, 0);
}
END_TEST

START_TEST(the_prefix_is_not_judged)
{
	static const char *const prefixes[] = {"-1", "33", "129", "4294967320", "1e9",
		"1000000000000000000000", "\"24\"", "null", "[]"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		char text[256];

		set_up();
		snprintf(text, sizeof(text),
			"[{\"name\":\"x\",\"ip-addresses\":[{\"ip-address\":\"192.0.2.1\","
			"\"ip-address-type\":\"ipv4\",\"prefix\":%s}]}]",
			prefixes[i]);
		ck_assert_int_eq(read_text(text), 1);
	}
}
END_TEST

START_TEST(a_mac_that_is_none_is_not_told)
{
	static const char *const macs[] = {"null", "5", "\"\"", "\"x\"", "\"00:00:00:00:00:00\"",
		"\"ff:ff:ff:ff:ff:ff\"", "\"52:54:00:aa:bb\"", "\"" NIC ":00\"", "{}"};

	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		char text[256];

		set_up();
		snprintf(text, sizeof(text),
			"[{\"name\":\"x\",\"hardware-address\":%s,\"ip-addresses\":[%s]}]", macs[i],
			ADDRESS("192.0.2.1", "ipv4"));
		ck_assert_int_eq(read_text(text), 1);
		ck_assert(!candidates.list[0].has_mac);
	}
}
END_TEST

START_TEST(the_mac_is_read_in_any_spelling)
{
	ck_assert_int_eq(
		read_text("[" INTERFACE("52-54-00-AA-BB-CC", ADDRESS("192.0.2.1", "ipv4")) "]"), 1);
	ck_assert(has_nics_mac(0));
}
END_TEST

/* `count` interfaces of other MACs, each with an address of its own, and then the VM's. */
static int read_crowd(unsigned int count)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);
	int r;

	fputc('[', stream);
	for (unsigned int i = 0; i < count; i++)
		fprintf(stream,
			"{\"name\":\"veth%u\",\"hardware-address\":\"02:42:00:00:%02x:%02x\","
			"\"ip-addresses\":[{\"ip-address\":\"172.17.%u.%u\",\"ip-address-type\":"
			"\"ipv4\"}]},",
			i, i / 256, i % 256, i / 256, i % 256);
	fputs(INTERFACE(NIC, ADDRESS("192.0.2.1", "ipv4")) "]", stream);
	fclose(stream);
	r = read_text(text);
	free(text);
	return r;
}

START_TEST(the_vms_nic_comes_before_any_number_of_others)
{
	ck_assert_int_eq(read_crowd(1000), 1001);
	ck_assert_uint_eq(candidates.count, CANDIDATES_MAX);
	ck_assert(candidates.is_cut);
	ck_assert_str_eq(address_at(0), "192.0.2.1");
	ck_assert(has_nics_mac(0));
}
END_TEST

START_TEST(all_interfaces_with_the_nics_mac_count)
{
	ck_assert_int_eq(
		read_text("[" INTERFACE(
			"02:42:00:00:00:01", ADDRESS("172.17.0.1", "ipv4")) "," INTERFACE(NIC,
			"") "," INTERFACE(NIC, ADDRESS("192.0.2.1", "ipv4")) "," INTERFACE(NIC,
			ADDRESS("192.0.2.2", "ipv4")) "]"),
		3);
	ck_assert(has_nics_mac(0) && has_nics_mac(1) && !has_nics_mac(2));
}
END_TEST

START_TEST(copies_of_one_claim_are_one)
{
	ck_assert_int_eq(read_text("[" INTERFACE(NIC, ADDRESS("192.0.2.1", "ipv4")) "," INTERFACE(
				 NIC, ADDRESS("192.0.2.1", "ipv4")) "]"),
		2);
	ck_assert_uint_eq(candidates.count, 1);
}
END_TEST

START_TEST(names_of_any_bytes_are_not_looked_at)
{
	ck_assert_int_eq(read_text("[{\"name\":\"\\u001b[2J\\u0000\"},{\"name\":\"\"}]"), 0);
}
END_TEST

static void add_shapes(TCase *tcase)
{
	tcase_add_test(tcase, every_address_of_every_interface_is_a_claim);
	tcase_add_test(tcase, an_interface_without_addresses_is_fine);
	tcase_add_test(tcase, a_reply_of_another_shape_is_refused_whole);
	tcase_add_test(tcase, an_entry_that_is_no_object_is_skipped);
	tcase_add_test(tcase, an_entry_that_is_no_address_is_skipped);
	tcase_add_test(tcase, a_very_long_address_is_skipped);
	tcase_add_test(tcase, an_entry_whose_type_is_another_is_skipped);
	tcase_add_test(tcase, an_escaped_key_is_no_key);
	tcase_add_test(tcase, escaped_digits_are_digits);
	tcase_add_test(tcase, the_guests_zone_is_taken_off);
	tcase_add_test(tcase, the_prefix_is_not_judged);
	tcase_add_test(tcase, names_of_any_bytes_are_not_looked_at);
}

static void add_macs(TCase *tcase)
{
	tcase_add_test(tcase, a_mac_that_is_none_is_not_told);
	tcase_add_test(tcase, the_mac_is_read_in_any_spelling);
	tcase_add_test(tcase, the_vms_nic_comes_before_any_number_of_others);
	tcase_add_test(tcase, all_interfaces_with_the_nics_mac_count);
	tcase_add_test(tcase, copies_of_one_claim_are_one);
}

int main(void)
{
	Suite *suite = suite_create("agent_interfaces");
	TCase *tcase = tcase_create("replies");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, set_up, NULL);
	add_shapes(tcase);
	add_macs(tcase);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
