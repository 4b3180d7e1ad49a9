/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "unit.h"

static struct address parsed(const char *text)
{
	struct address address;

	ck_assert_msg(address_from_text(text_of(text), &address) == 0, "%s", text);
	return address;
}

START_TEST(text_is_read_and_written_back)
{
	static const char *const texts[] = {
		"192.0.2.5", "0.0.0.0", "255.255.255.255", "::", "::1", "fd00::5", "fe80::1"};
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct address address = parsed(texts[i]);

		ck_assert_str_eq(address_format(&address, text), texts[i]);
	}
}
END_TEST

START_TEST(what_is_no_plain_address_is_refused)
{
	static const char *const bad[] = {"", " ", "010.0.0.1", "0x7f.1", "2130706433", "10.1",
		" 10.0.0.1", "10.0.0.1 ", "10.0.0.1/24", "10.0.0", "10.0.0.1.2", "10.0.0.256",
		"web", "-oProxyCommand=x", ":::", "1:2:3:4:5:6:7:8:9", "fd00::1%eth0", "10.0.0.1%1",
		"fe80::1%", "%eth0"};
	struct address address;
	char digits[2049];

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(
			address_from_text(text_of(bad[i]), &address) == -EINVAL, "%s", bad[i]);
	memset(digits, '1', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	ck_assert_int_eq(address_from_text(text_of(digits), &address), -EINVAL);
}
END_TEST

START_TEST(a_zone_of_the_guests_is_taken_off)
{
	static const char *const zones[] = {
		"fe80::1%4", "fe80::1%eth0", "fe80::1%-1", "fe80::1%4294967299"};
	struct address plain = parsed("fe80::1");

	for (size_t i = 0; i < COUNT_OF(zones); i++) {
		struct address address = parsed(zones[i]);

		ck_assert(address_equals(&address, &plain));
		ck_assert_uint_eq(address.scope_id, 0);
	}
}
END_TEST

START_TEST(a_scope_id_is_written_behind)
{
	struct address address = parsed("fe80::1");
	char text[ADDRESS_TEXT_MAX];

	address.scope_id = 4294967295U;
	ck_assert_str_eq(address_format(&address, text), "fe80::1%4294967295");
}
END_TEST

START_TEST(kinds_that_lead_to_no_vm_are_refused)
{
	static const char *const refused[] = {"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.1",
		"169.254.169.254", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:10.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "ff02::1",
		"fd00::5efe:10.0.0.1", "fe80::200:5efe:10.0.0.1"};
	static const char *const unicast[] = {"10.0.2.15", "192.168.1.5", "100.64.0.1", "8.8.8.8",
		"223.255.255.255", "1.0.0.0", "169.253.0.1", "fd00::5", "2001:db8::1", "2a00::1",
		"fec0::1", "2003::1"};

	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct address address = parsed(refused[i]);

		ck_assert_msg(address_classify(&address) == ADDRESS_REFUSED, "%s", refused[i]);
	}
	for (size_t i = 0; i < COUNT_OF(unicast); i++) {
		struct address address = parsed(unicast[i]);

		ck_assert_msg(address_classify(&address) == ADDRESS_UNICAST, "%s", unicast[i]);
	}
}
END_TEST

START_TEST(link_local_is_fe80_to_febf)
{
	struct address low = parsed("fe80::1"), high = parsed("febf::1"), other = parsed("fec0::1");

	ck_assert_int_eq(address_classify(&low), ADDRESS_LINK_LOCAL);
	ck_assert_int_eq(address_classify(&high), ADDRESS_LINK_LOCAL);
	ck_assert_int_ne(address_classify(&other), ADDRESS_LINK_LOCAL);
}
END_TEST

START_TEST(a_mac_has_several_spellings)
{
	static const char *const same[] = {
		"52:54:00:12:34:0a", "52:54:0:12:34:a", "52-54-00-12-34-0A", "52540012340A"};
	char text[MAC_TEXT_MAX];
	struct mac mac;

	for (size_t i = 0; i < COUNT_OF(same); i++) {
		ck_assert_msg(mac_from_text(text_of(same[i]), &mac) == 0, "%s", same[i]);
		ck_assert_str_eq(mac_format(&mac, text), "52:54:00:12:34:0a");
	}
}
END_TEST

START_TEST(what_is_no_mac_is_refused)
{
	static const char *const bad[] = {"", "52:54:00:12:34", "52:54:00:12:34:56:78",
		"52:54:00:12:34:5g", "52:54-00:12:34:56", "525400123", "52:54:00:12:34:567",
		"52::54:00:12:34", ":52:54:00:12:34"};
	struct mac mac;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(mac_from_text(text_of(bad[i]), &mac) == -EINVAL, "%s", bad[i]);
}
END_TEST

START_TEST(no_nic_has_a_void_mac)
{
	struct mac mac;

	mac_from_text(text_of("00:00:00:00:00:00"), &mac);
	ck_assert(mac_is_void(&mac));
	mac_from_text(text_of("ff:ff:ff:ff:ff:ff"), &mac);
	ck_assert(mac_is_void(&mac));
	mac_from_text(text_of("52:54:00:12:34:56"), &mac);
	ck_assert(!mac_is_void(&mac));
}
END_TEST

START_TEST(a_socket_address_bears_port_and_scope)
{
	struct address address = parsed("fe80::1");
	struct sockaddr_storage storage;
	struct sockaddr_in6 name;

	address.scope_id = 7;
	ck_assert_uint_eq(address_to_sockaddr(&address, 22, &storage), sizeof(name));
	memcpy(&name, &storage, sizeof(name));
	ck_assert_uint_eq(ntohs(name.sin6_port), 22);
	ck_assert_uint_eq(name.sin6_scope_id, 7);
}
END_TEST

int main(void)
{
	UNIT_RUN("address", text_is_read_and_written_back, what_is_no_plain_address_is_refused,
		a_zone_of_the_guests_is_taken_off, a_scope_id_is_written_behind,
		kinds_that_lead_to_no_vm_are_refused, link_local_is_fe80_to_febf,
		a_mac_has_several_spellings, what_is_no_mac_is_refused, no_nic_has_a_void_mac,
		a_socket_address_bears_port_and_scope);
}
