/* SPDX-License-Identifier: MIT */
#include "lease_list.h"

#define WEB "52:54:00:12:34:56"
#define DB  "52:54:00:12:34:57"

/* The columns of Kea 2.6, and those of the first version. */
#define HEADER_4                                                                                   \
	"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,"     \
	"state,user_context,pool_id\n"
#define HEADER_4_OLD                                                                               \
	"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname\n"
#define HEADER_6                                                                                   \
	"address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,"   \
	"fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n"

START_TEST(lines_of_ipv4_are_read)
{
	check_leases(HEADER_4 "192.168.1.50," WEB ",01:" WEB ",3600,1756000000,1,0,0,web,0,,0\n"
			      "192.168.1.51," DB
			      ",,3600,1756000001,1,0,0,a&#x2cb,0,{ \"a\": 1&#x2c \"b\": 2 },0\n",
		"192.168.1.50 " WEB " 1756000000\n192.168.1.51 " DB " 1756000001\n");
}
END_TEST

START_TEST(columns_are_found_by_their_names)
{
	check_leases(HEADER_4_OLD "192.168.1.50," WEB ",,3600,1756000000,1,0,0,web\n",
		"192.168.1.50 " WEB " 1756000000\n");
	check_leases("address,new,state,expire,hwaddr\n192.168.1.50,x,0,1756000000," WEB "\n"
		     "192.168.1.51,x,1,1756000000," DB "\n",
		"192.168.1.50 " WEB " 1756000000\n");
	check_leases("address,hwaddr\n192.168.1.50," WEB "\n", "192.168.1.50 " WEB " unknown\n");
}
END_TEST

START_TEST(a_lifetime_of_all_ones_is_infinite)
{
	check_leases(HEADER_4 "192.168.1.50," WEB ",,4294967295,6050967295,1,0,0,web,0,,0\n",
		"192.168.1.50 " WEB " never\n");
}
END_TEST

START_TEST(the_last_line_of_an_address_counts)
{
	check_leases(HEADER_4 "192.168.1.50," WEB ",,3600,1756000000,1,0,0,web,0,,0\n"
			      "192.168.1.51," DB ",,3600,1756000000,1,0,0,web,0,,0\n"
			      "192.168.1.50," WEB ",,3600,1756003600,1,0,0,web,0,,0\n",
		"192.168.1.50 " WEB " 1756003600\n192.168.1.51 " DB " 1756000000\n");
}
END_TEST

START_TEST(an_address_that_went_to_another_client_is_lost)
{
	static const char text[] = HEADER_4 "192.168.1.50," WEB ",,3600,1756000000,1,0,0,web,0,,0\n"
					    "192.168.1.50," DB ",,3600,1756000001,1,0,0,web,0,,0\n";

	check_leases_of(WEB, text, "");
	check_leases_of(DB, text, "192.168.1.50 " DB " 1756000001\n");
}
END_TEST

START_TEST(what_is_declined_expired_released_or_deleted_is_lost)
{
	static const char *const ends[] = {
		"192.168.1.50,,,3600,1756000000,1,0,0,,1,,0\n",
		"192.168.1.50," WEB ",,3600,1756000000,1,0,0,,2,,0\n",
		"192.168.1.50," WEB ",,3600,1756000000,1,0,0,,3,,0\n",
		"192.168.1.50," WEB ",,0,1756000000,1,0,0,,0,,0\n",
	};
	char text[512];

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(text, sizeof(text), "%s%s%s", HEADER_4,
			"192.168.1.50," WEB ",,3600,1756000000,1,0,0,web,0,,0\n", ends[i]);
		check_leases(text, "");
		check_leases_of(WEB, text, "");
	}
}
END_TEST

START_TEST(a_lease_after_its_end_is_one_again)
{
	check_leases(HEADER_4 "192.168.1.50," WEB ",,3600,1756000000,1,0,0,web,0,,0\n"
			      "192.168.1.50," WEB ",,0,1756000000,1,0,0,web,0,,0\n"
			      "192.168.1.50," WEB ",,3600,1756000002,1,0,0,web,0,,0\n",
		"192.168.1.50 " WEB " 1756000002\n");
}
END_TEST

START_TEST(ipv6_leases_have_their_mac_in_a_column_or_in_the_duid)
{
	check_leases(HEADER_6
		"2001:db8::1,00:04:01:02:03,3600,1756000000,1,1800,0,1,128,0,0,," WEB ",0,,1,2,0\n"
		"2001:db8::2,00:01:00:01:76:00:cf:ae:" DB
		",3600,1756000000,1,1800,0,1,128,0,0,,,0,,,,0\n"
		"2001:db8::3,00:03:00:01:" DB ",3600,1756000000,1,1800,1,1,128,0,0,,,0,,,,0\n"
		"2001:db8::4,00:04:01:02:03,3600,1756000000,1,1800,0,1,128,0,0,,,0,,,,0\n"
		"2001:db8::5,00:04:01:02:03,3600,1756000000,1,1800,0,1,128,0,0,," WEB
		",0,,32,2,0\n",
		"2001:db8::1 " WEB " 1756000000\n"
		"2001:db8::2 " DB " 1756000000\n"
		"2001:db8::3 " DB " 1756000000\n");
}
END_TEST

START_TEST(a_delegated_prefix_is_no_address)
{
	check_leases(HEADER_6 "2001:db8::,00:03:00:01:" WEB
			      ",3600,1756000000,1,1800,2,1,64,0,0,,,0,,,,0\n",
		"");
}
END_TEST

START_TEST(a_bad_line_spoils_no_other)
{
	check_leases(HEADER_4 "192.168.1.50," WEB ",,3600,1756000000,1,0,0,web,0,,0\n"
			      "192.168.1.50," WEB ",,x,1756000001,1,0,0,web,0,,0\n"
			      "192.168.1.50," WEB ",,3600,1756000\n"
			      "192.168.1.50," WEB ",,3600,17192.168.1.51," DB
			      ",,3600,2,1,0,0,,0,,0\n"
			      "192.168.1.5x," WEB ",,3600,1756000001,1,0,0,web,0,,0\n"
			      ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"
			      "\n" HEADER_4 "192.168.1.52," DB ",,3600,1756000000,1,0,0,web,0,,0\n",
		"192.168.1.50 " WEB " 1756000000\n192.168.1.52 " DB " 1756000000\n");
}
END_TEST

START_TEST(lines_may_end_as_those_of_other_systems)
{
	check_leases("address,hwaddr,state\r\n192.168.1.50," WEB ",0\r\n",
		"192.168.1.50 " WEB " unknown\n");
}
END_TEST

START_TEST(a_line_without_its_end_is_none)
{
	check_cuts(HEADER_4 "192.168.1.50," WEB ",,3600,1756000000,1,0,0,web,0,,0\n"
			    "192.168.1.51," DB ",,3600,1756000001,1,0,0,web,0,,0\n",
		2);
}
END_TEST

int main(void)
{
	UNIT_RUN("lease_kea", lines_of_ipv4_are_read, columns_are_found_by_their_names,
		a_lifetime_of_all_ones_is_infinite, the_last_line_of_an_address_counts,
		an_address_that_went_to_another_client_is_lost,
		what_is_declined_expired_released_or_deleted_is_lost,
		a_lease_after_its_end_is_one_again,
		ipv6_leases_have_their_mac_in_a_column_or_in_the_duid,
		a_delegated_prefix_is_no_address, a_bad_line_spoils_no_other,
		lines_may_end_as_those_of_other_systems, a_line_without_its_end_is_none);
}
