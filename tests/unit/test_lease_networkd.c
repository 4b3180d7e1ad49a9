/* SPDX-License-Identifier: MIT */
#include "lease_list.h"

#define HEAD     "{\"BootID\":\"a{b\",\"Address\":[10,0,0,1],\"PrefixLength\":24,\"Leases\":["
#define MAC      "\"HardwareAddress\":[82,84,0,18,52,86]"
#define MAC_TEXT "52:54:00:12:34:56"

START_TEST(leases_are_read)
{
	check_leases(HEAD "{\"ClientId\":[1,82,84,0,18,52,86],\"Address\":[10,0,0,50],"
			  "\"AddressString\":\"10.0.0.50\",\"Hostname\":\"web\","
			  "\"HardwareAddressType\":1,\"HardwareAddressLength\":6," MAC
			  ",\"ExpirationUSec\":1,\"ExpirationRealtimeUSec\":1756000000999999}]}\n",
		"10.0.0.50 " MAC_TEXT " 1756000000\n");
}
END_TEST

START_TEST(an_address_is_text_or_numbers)
{
	check_leases(HEAD "{\"Address\":[10,0,0,50]," MAC "},{\"AddressString\":\"10.0.0.51\"," MAC
			  "}]}",
		"10.0.0.50 " MAC_TEXT " unknown\n10.0.0.51 " MAC_TEXT " unknown\n");
}
END_TEST

START_TEST(hardware_of_all_sixteen_octets_is_read_by_its_length)
{
	check_leases(HEAD "{\"Address\":[10,0,0,50],\"HardwareAddressType\":1,"
			  "\"HardwareAddressLength\":6,"
			  "\"HardwareAddress\":[82,84,0,18,52,86,0,0,0,0,0,0,0,0,0,0]}]}",
		"10.0.0.50 " MAC_TEXT " unknown\n");
}
END_TEST

START_TEST(leases_without_an_ethernet_mac_or_an_address_are_passed_over)
{
	check_leases(HEAD "{\"Address\":[10,0,0,50],\"ClientId\":[1,82,84,0,18,52,86]},"
			  "{\"Address\":[10,0,0,51],\"HardwareAddressType\":32," MAC "},"
			  "{\"Address\":[10,0,0,52],\"HardwareAddressType\":\"1\"," MAC "},"
			  "{\"Address\":[10,0,0,53],\"HardwareAddressLength\":16," MAC "},"
			  "{\"Address\":[10,0,0,54],\"HardwareAddress\":[82,84,0,18,52]},"
			  "{\"Address\":[10,0,0,55],\"HardwareAddress\":[82,84,0,18,52,256]},"
			  "{\"Address\":[10,0,0,56],\"HardwareAddress\":[82,84,0,18,52,-1]},"
			  "{\"Address\":[10,0,0,57],\"HardwareAddress\":\"" MAC_TEXT "\"},"
			  "{\"Address\":[10,0,0]," MAC "},{\"Address\":[10,0,0,1.5]," MAC "},"
			  "{" MAC "},{\"AddressString\":\"10.0.0\"," MAC "}]}",
		"");
}
END_TEST

START_TEST(an_expiry_that_is_none_is_not_known)
{
	check_leases(HEAD "{\"Address\":[10,0,0,50]," MAC ",\"ExpirationRealtimeUSec\":\"soon\"},"
			  "{\"Address\":[10,0,0,51]," MAC ",\"ExpirationRealtimeUSec\":-1},"
			  "{\"Address\":[10,0,0,52]," MAC
			  ",\"ExpirationRealtimeUSec\":18446744073709551615}]}",
		"10.0.0.50 " MAC_TEXT " unknown\n10.0.0.51 " MAC_TEXT " unknown\n"
		"10.0.0.52 " MAC_TEXT " never\n");
}
END_TEST

START_TEST(a_file_cut_anywhere_gives_what_is_whole)
{
	check_cuts(HEAD "{\"Address\":[10,0,0,50]," MAC "},{\"Address\":[10,0,0,51]," MAC "}]}", 0);
}
END_TEST

START_TEST(a_server_without_leases_has_none)
{
	check_leases("{\"BootID\":\"a\",\"Address\":[10,0,0,1],\"PrefixLength\":24}", "");
	check_leases(HEAD "]}", "");
}
END_TEST

int main(void)
{
	UNIT_RUN("lease_networkd", leases_are_read, an_address_is_text_or_numbers,
		hardware_of_all_sixteen_octets_is_read_by_its_length,
		leases_without_an_ethernet_mac_or_an_address_are_passed_over,
		an_expiry_that_is_none_is_not_known, a_file_cut_anywhere_gives_what_is_whole,
		a_server_without_leases_has_none);
}
