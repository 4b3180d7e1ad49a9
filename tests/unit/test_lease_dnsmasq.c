/* SPDX-License-Identifier: MIT */
#include "lease_list.h"

#define WEB "52:54:00:12:34:56"

START_TEST(lines_of_ipv4_are_read)
{
	check_leases("1756000000 " WEB " 192.168.122.50 web 01:" WEB "\n"
		     "1756000001 52:54:00:AB:CD:EF 192.168.122.51 * *\n",
		"192.168.122.50 " WEB " 1756000000\n"
		"192.168.122.51 52:54:00:ab:cd:ef 1756000001\n");
}
END_TEST

START_TEST(an_expiry_of_0_is_infinite)
{
	check_leases("0 " WEB " 192.168.122.50 * *\n", "192.168.122.50 " WEB " never\n");
}
END_TEST

START_TEST(a_length_in_place_of_the_expiry_is_not_known)
{
	check_leases("3600 " WEB " 192.168.122.50 * *\n", "192.168.122.50 " WEB " unknown\n");
	check_leases("315359999 " WEB " 192.168.122.50 * *\n", "192.168.122.50 " WEB " unknown\n");
	check_leases(
		"315360000 " WEB " 192.168.122.50 * *\n", "192.168.122.50 " WEB " 315360000\n");
	/* 136 years, that is "infinite" in a router's file. */
	check_leases(
		"4294967295 " WEB " 192.168.122.50 * *\n", "192.168.122.50 " WEB " 4294967295\n");
}
END_TEST

START_TEST(a_number_that_is_too_large_is_never)
{
	check_leases(
		"99999999999999999999999999 " WEB " 192.0.2.1 * *\n", "192.0.2.1 " WEB " never\n");
	check_leases("9223372036854775806 " WEB " 192.0.2.1 * *\n",
		"192.0.2.1 " WEB " 9223372036854775806\n");
	check_leases("9223372036854775808 " WEB " 192.0.2.1 * *\n", "192.0.2.1 " WEB " never\n");
}
END_TEST

START_TEST(ipv6_leases_have_their_mac_in_the_duid)
{
	check_leases("1756000000 " WEB " 192.168.122.50 * *\n"
		     "duid 00:01:00:01:2a:bb:cc:dd:52:54:00:aa:bb:cc\n"
		     "1756000000 3127926 fd00::1 web 00:01:00:01:76:00:cf:ae:52:54:00:00:00:01\n"
		     "1756000000 T3127926 fd00::2 web 00:03:00:01:52:54:00:00:00:02\n"
		     "0 1 fd00::3 * 00:03:00:01:52:54:00:00:00:03\n",
		"192.168.122.50 " WEB " 1756000000\n"
		"fd00::1 52:54:00:00:00:01 1756000000\n"
		"fd00::2 52:54:00:00:00:02 1756000000\n"
		"fd00::3 52:54:00:00:00:03 never\n");
}
END_TEST

START_TEST(a_duid_without_an_ethernet_mac_is_nobodys)
{
	/* By UUID, by enterprise number, of InfiniBand, longer, shorter, none, broken. */
	check_leases(
		"duid 00:01\n"
		"1756000000 1 fd00::1 * 00:04:76:00:cf:ae:b3:0b:fc:cd:0e:22:2e:97:76:65:74:ec\n"
		"1756000000 1 fd00::2 * 00:02:00:00:ab:11:52:54:00:00:00:01\n"
		"1756000000 1 fd00::3 * 00:03:00:20:52:54:00:00:00:01\n"
		"1756000000 1 fd00::4 * 00:03:00:01:52:54:00:00:00:01:02\n"
		"1756000000 1 fd00::5 * 00:03:00:01:52:54:00:00:00\n"
		"1756000000 1 fd00::6 * *\n"
		"1756000000 1 fd00::7 * 00:03:00:01:52:54:00:00:00:1\n"
		"1756000000 1 fd00::8 * 00:03:00:01:52:54:00:00:00:0g\n"
		"1756000000 1 fd00::9 * 00\n",
		"");
}
END_TEST

START_TEST(a_duid_longer_than_any_is_nobodys)
{
	static const char head[] = "duid 00\n1756000000 1 fd00::1 * 00:03:00:01:52:54:00:00:00:01";
	char text[1024];
	size_t len = strlen(strcpy(text, head));

	while (len < sizeof(text) - 8)
		len += strlen(strcpy(text + len, ":00"));
	strcpy(text + len, "\n");
	check_leases(text, "");
}
END_TEST

START_TEST(hardware_that_is_not_ethernet_is_passed_over)
{
	check_leases("1756000000 20-52:54:00:12:34:57 10.0.0.9 ib *\n"
		     "1756000000 20-54:00:12:34:57 10.0.0.9 ib *\n"
		     "1756000000 00- 10.0.0.9 ib *\n"
		     "1756000000 " WEB ":78:9a 10.0.0.9 ib *\n",
		"");
}
END_TEST

START_TEST(a_mac_that_no_nic_has_is_passed_over)
{
	check_leases("1756000000 00:00:00:00:00:00 10.0.0.9 * *\n"
		     "1756000000 01:00:5e:00:00:01 10.0.0.10 * *\n",
		"");
}
END_TEST

START_TEST(lines_of_other_kinds_are_passed_over)
{
	check_leases("agent-info 192.168.122.50 01:02\n"
		     "1756000000 " WEB " 192.168.122.50 web *\n"
		     "vendorclass 192.168.122.50 61:62\n"
		     "\n"
		     "duid 00:01\n",
		"192.168.122.50 " WEB " 1756000000\n");
}
END_TEST

START_TEST(a_bad_line_spoils_no_other)
{
	check_leases("1756000000 " WEB " 192.168.122.50\n"
		     "x1756000000 " WEB " 192.168.122.51 * *\n"
		     "-1 " WEB " 192.168.122.52 * *\n"
		     "1756000000 " WEB " 192.168.122.256 * *\n"
		     "1756000000 " WEB " 192.168.122.053 * *\n"
		     "1756000000 52:54:00:12:34:5g 192.168.122.54 * *\n"
		     "1756000000 " WEB " fd00::1 * *\n"
		     "1756000000 1 192.168.122.55 * 00:03:00:01:" WEB "\n"
		     "\xff\xfe\x01\n"
		     "  1756000000\t" WEB "  192.168.122.56 * *  \n",
		"192.168.122.56 " WEB " 1756000000\n");
}
END_TEST

START_TEST(a_nul_byte_ends_nothing)
{
	static const char text[] = "1756000000 " WEB " 192.0.2.1\0 * *\n"
				   "1756000000 " WEB "\0 192.0.2.2 * *\n"
				   "1756000000\0 " WEB " 192.0.2.3 * *\n"
				   "1756000000 " WEB " 192.0.2.4 \0 *\n";
	static struct lease_list list;
	bool is_cut;

	ck_assert_int_eq(lease_list_parse(&list, NULL, text, sizeof(text) - 1, &is_cut), 1);
	ck_assert_str_eq(list.text, "192.0.2.4 " WEB " 1756000000\n");
}
END_TEST

START_TEST(lines_may_end_as_those_of_other_systems)
{
	check_leases("1756000000 " WEB " 192.0.2.1 * *\r\n1756000000 " WEB " 192.0.2.2 * *\r\n",
		"192.0.2.1 " WEB " 1756000000\n192.0.2.2 " WEB " 1756000000\n");
}
END_TEST

START_TEST(a_line_without_its_end_is_none)
{
	check_cuts("1756000000 " WEB " 192.168.122.50 web 01:" WEB "\n"
		   "1756000000 52:54:00:12:34:57 192.168.122.51 * *\n"
		   "duid 00:01:00:01:2a:bb:cc:dd:52:54:00:aa:bb:cc\n"
		   "1756000000 3127926 fd00::1 web 00:03:00:01:52:54:00:00:00:01\n",
		3);
}
END_TEST

START_TEST(only_wanted_macs_are_visited)
{
	check_leases_of(WEB,
		"1756000000 52:54:00:12:34:57 192.0.2.1 * *\n"
		"1756000000 " WEB " 192.0.2.2 * *\n"
		"duid 00:01\n"
		"1756000000 1 fd00::1 * 00:03:00:01:52:54:00:12:34:57\n"
		"1756000000 1 fd00::2 * 00:03:00:01:" WEB "\n",
		"192.0.2.2 " WEB " 1756000000\nfd00::2 " WEB " 1756000000\n");
}
END_TEST

int main(void)
{
	UNIT_RUN("lease_dnsmasq", lines_of_ipv4_are_read, an_expiry_of_0_is_infinite,
		a_length_in_place_of_the_expiry_is_not_known, a_number_that_is_too_large_is_never,
		ipv6_leases_have_their_mac_in_the_duid, a_duid_without_an_ethernet_mac_is_nobodys,
		a_duid_longer_than_any_is_nobodys, hardware_that_is_not_ethernet_is_passed_over,
		a_mac_that_no_nic_has_is_passed_over, lines_of_other_kinds_are_passed_over,
		a_bad_line_spoils_no_other, a_nul_byte_ends_nothing,
		lines_may_end_as_those_of_other_systems, a_line_without_its_end_is_none,
		only_wanted_macs_are_visited);
}
