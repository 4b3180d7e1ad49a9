/* SPDX-License-Identifier: MIT */
#include "lease_list.h"

#define WEB "52:54:00:12:34:56"
#define DB  "52:54:00:12:34:57"

#define HEAD                                                                                       \
	"# The format of this file is documented in the dhcpd.leases(5) manual page.\n"            \
	"# This lease file was written by isc-dhcp-4.4.3-P1\n\n"                                   \
	"# authoring-byte-order entry is generated, DO NOT DELETE\n"                               \
	"authoring-byte-order little-endian;\n\n"                                                  \
	"server-duid \"\\000\\001\\000\\001{;}RT\\000\\022\\\"4V\";\n\n"

/* A lease as dhcpd writes it. */
#define LEASE(address, mac, ends, state)                                                           \
	"lease " address " {\n"                                                                    \
	"  starts 4 2026/08/20 10:00:00;\n"                                                        \
	"  ends " ends ";\n"                                                                       \
	"  cltt 4 2026/08/20 10:00:00;\n"                                                          \
	"  binding state " state ";\n"                                                             \
	"  next binding state free;\n"                                                             \
	"  rewind binding state free;\n"                                                           \
	"  hardware ethernet " mac ";\n"                                                           \
	"  uid \"\\001RT\\000\\0224V\";\n"                                                         \
	"  set vendor-class-identifier = \"a{b;c}\";\n"                                            \
	"  client-hostname \"web\";\n"                                                             \
	"}\n"
#define EVENING      "4 2026/08/20 22:00:00"
#define EVENING_TEXT "1787263200"

#define IA(id, inner) "ia-na " id " {\n  cltt 4 2026/08/20 10:00:00;\n" inner "}\n\n"
#define IAADDR(address, state)                                                                     \
	"  iaaddr " address " {\n    binding state " state ";\n    preferred-life 375;\n"          \
	"    max-life 600;\n    ends " EVENING ";\n  }\n"
#define WEB_IA "\"\\006\\000\\000\\000\\000\\003\\000\\001RT\\000\\0224V\""

START_TEST(leases_of_ipv4_are_read)
{
	check_leases(HEAD LEASE("192.168.1.50", WEB, EVENING, "active")
			     LEASE("192.168.1.51", DB, "never", "active"),
		"192.168.1.50 " WEB " " EVENING_TEXT "\n192.168.1.51 " DB " never\n");
}
END_TEST

START_TEST(times_are_read_without_a_time_zone)
{
	static const char *const times[][2] = {
		{"4 1970/01/01 00:00:01", "1"},
		{"2 2000/02/29 23:59:59", "951868799"},
		{"3 2000/03/01 00:00:00", "951868800"},
		{"0 2023/12/31 12:00:00", "1704024000"},
		{"4 2024/02/29 12:00:00", "1709208000"},
		{"1 2100/03/01 00:00:00", "4107542400"},
		{"2 2038/01/19 03:14:08", "2147483648"},
		{"epoch 1756000000", "1756000000"},
		{"epoch 1756000000; # Sun Aug 24 01:46:40 2025", "1756000000"},
	};
	char text[128], expected[128];

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		snprintf(text, sizeof(text),
			"lease 192.0.2.1 {\nends %s;\nhardware ethernet %s;\n}\n", times[i][0],
			WEB);
		snprintf(expected, sizeof(expected), "192.0.2.1 %s %s\n", WEB, times[i][1]);
		check_leases(text, expected);
	}
}
END_TEST

START_TEST(a_time_that_is_none_ends_the_lease)
{
	static const char *const times[] = {"", "4", "2026/08/20 22:00:00", "4 2026/08/20",
		"4 2026/13/20 22:00:00", "4 2026/00/20 22:00:00", "4 2026/08/32 22:00:00",
		"4 2026/08/20 24:00:00", "4 2026/08/20 22:60:00", "4 2026/08 22:00:00",
		"4 1969/08/20 22:00:00", "4 99999999999999999999/08/20 22:00:00",
		"4 2026/08/20/21 22:00:00", "4 2026/08/20 22:00:00 x", "epoch", "epoch x", "soon"};
	char text[256];

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		snprintf(text, sizeof(text),
			"lease 192.0.2.1 { ends never; hardware ethernet %s; }\n"
			"lease 192.0.2.1 { ends %s; hardware ethernet %s; }\n",
			WEB, times[i], WEB);
		check_leases(text, "");
	}
}
END_TEST

START_TEST(a_lease_without_a_time_or_a_state_counts)
{
	check_leases(
		"lease 192.0.2.1 { hardware ethernet " WEB "; }", "192.0.2.1 " WEB " unknown\n");
}
END_TEST

START_TEST(the_last_entry_of_an_address_counts)
{
	check_leases(LEASE("192.168.1.50", WEB, "never", "active") LEASE("192.168.1.51", DB,
			     EVENING, "active") LEASE("192.168.1.50", WEB, EVENING, "active"),
		"192.168.1.50 " WEB " " EVENING_TEXT "\n192.168.1.51 " DB " " EVENING_TEXT "\n");
}
END_TEST

START_TEST(an_address_that_went_to_another_client_is_lost)
{
	check_leases_of(WEB,
		LEASE("192.168.1.50", WEB, EVENING, "active")
			LEASE("192.168.1.50", DB, EVENING, "active"),
		"");
	check_leases_of(WEB,
		LEASE("192.168.1.50", WEB, EVENING,
			"active") "lease 192.168.1.50 { binding state active; uid \"x\"; }",
		"");
	check_leases_of(WEB,
		LEASE("192.168.1.50", WEB, EVENING,
			"active") "lease 192.168.1.50 { hardware token-ring " WEB "; }",
		"");
}
END_TEST

START_TEST(states_other_than_active_end_a_lease)
{
	static const char *const states[] = {
		"free", "abandoned", "expired", "released", "backup", "reset", "", "Active"};
	char text[1024];

	for (size_t i = 0; i < COUNT_OF(states); i++) {
		snprintf(text, sizeof(text), "%slease 192.168.1.50 {\n binding state %s;\n}\n",
			LEASE("192.168.1.50", WEB, EVENING, "active"), states[i]);
		check_leases(text, "");
	}
}
END_TEST

START_TEST(leases_of_ipv6_have_their_mac_in_the_duid)
{
	check_leases(
		HEAD IA(WEB_IA, IAADDR("2001:db8::50", "active") IAADDR("2001:db8::51", "active"))
			IA("01:00:00:00:00:01:00:01:76:00:cf:ae:52:54:00:12:34:57",
				IAADDR("2001:db8::52", "active")) "ia-ta " WEB_IA
								  " {\n" IAADDR("2001:db8::53",
									  "active") "}\n",
		"2001:db8::50 " WEB " " EVENING_TEXT "\n2001:db8::51 " WEB " " EVENING_TEXT "\n"
		"2001:db8::52 " DB " " EVENING_TEXT "\n2001:db8::53 " WEB " " EVENING_TEXT "\n");
}
END_TEST

START_TEST(quotes_and_backslashes_in_a_duid_are_octets)
{
	check_leases(IA("\"\\006\\000\\000\\000\\000\\003\\000\\001RT\\000{\\\\\\\"\"",
			     IAADDR("2001:db8::50", "active")),
		"2001:db8::50 52:54:00:7b:5c:22 " EVENING_TEXT "\n");
}
END_TEST

START_TEST(other_clients_and_states_end_a_lease_of_ipv6)
{
	static const char web[] = IA(WEB_IA, IAADDR("2001:db8::50", "active"));
	static const char *const ends[] = {
		IA(WEB_IA, IAADDR("2001:db8::50", "released")),
		IA(WEB_IA, IAADDR("2001:db8::50", "expired")),
		IA("\"\\006\\000\\000\\000\\000\\004abcdefghijklmnop\"",
			IAADDR("2001:db8::50", "active")),
		IA("\"\"", IAADDR("2001:db8::50", "active")),
		IA("x", IAADDR("2001:db8::50", "active")),
	};
	char text[1024];

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(text, sizeof(text), "%s%s", web, ends[i]);
		check_leases(text, "");
	}
}
END_TEST

START_TEST(a_delegated_prefix_is_no_address)
{
	check_leases("ia-pd " WEB_IA
		     " {\n  iaprefix 2001:db8::/64 {\n    binding state active;\n  }\n"
		     "  iaaddr 2001:db8::1 {\n    binding state active;\n  }\n}\n",
		"");
}
END_TEST

START_TEST(blocks_of_other_kinds_are_passed_over)
{
	check_leases("failover peer \"x\" state {\n  my state normal at 4 2026/08/20 10:00:00;\n}\n"
		     "host a { hardware ethernet " DB "; fixed-address 192.0.2.9; { } }\n"
		     "lease 192.0.2.1 { on expiry or release { binding state free; { } }\n"
		     "  hardware ethernet " WEB "; ends never; }\n"
		     "}\n"
		     "lease 192.0.2.300 { hardware ethernet " DB "; }\n"
		     "lease { hardware ethernet " DB "; }\n"
		     "iaaddr 2001:db8::1 { hardware ethernet " DB "; }\n",
		"192.0.2.1 " WEB " never\n");
}
END_TEST

START_TEST(an_entry_left_half_written_spoils_no_other)
{
	static const char *const halves[] = {
		"lease 192.0.2.1 {\n  ends never;\n  hardware ethernet " WEB ";\n",
		"lease 192.0.2.1 {\n  client-hostname \"we\n",
		"lease 192.0.2.1 {\n  hardware ethernet 52:", "lease 192.0.2.1 {\n  on expiry {\n",
		"ia-na \"\\001\n", "lease 192.0.2.1",
		"ia-na " WEB_IA " {\n  iaaddr 2001:db8::50 {\n"};
	char text[1024];

	for (size_t i = 0; i < COUNT_OF(halves); i++) {
		snprintf(text, sizeof(text), "%s\n%s", halves[i],
			LEASE("192.168.1.51", DB, "never", "active"));
		check_leases(text, "192.168.1.51 " DB " never\n");
	}
}
END_TEST

START_TEST(an_entry_without_its_end_is_none)
{
	static const char ipv4[] = LEASE("192.168.1.50", WEB, EVENING, "active")
		LEASE("192.168.1.51", DB, EVENING, "active");
	static const char ipv6[] =
		IA(WEB_IA, IAADDR("2001:db8::50", "active") IAADDR("2001:db8::51", "active"));

	/* Behind the first lease stands its end of line; what follows is empty. */
	check_cuts(ipv4, 3);
	check_cuts(ipv6, 2);
}
END_TEST

START_TEST(any_byte_may_stand_anywhere)
{
	static const char text[] = "lease 192.0.2.1\0 { hardware ethernet " WEB "; }\n"
				   "lease 192.0.2.2 { hardware ethernet " WEB "\0; }\n"
				   "\xff\0}}}}\n;;;{{{\n"
				   "lease 192.0.2.3 { hardware ethernet " WEB "; }\n";
	static struct lease_list list;
	bool is_cut;

	ck_assert_int_eq(lease_list_parse(&list, NULL, text, sizeof(text) - 1, &is_cut), 1);
	ck_assert_str_eq(list.text, "192.0.2.3 " WEB " unknown\n");
}
END_TEST

int main(void)
{
	UNIT_RUN("lease_dhcpd", leases_of_ipv4_are_read, times_are_read_without_a_time_zone,
		a_time_that_is_none_ends_the_lease, a_lease_without_a_time_or_a_state_counts,
		the_last_entry_of_an_address_counts, an_address_that_went_to_another_client_is_lost,
		states_other_than_active_end_a_lease, leases_of_ipv6_have_their_mac_in_the_duid,
		quotes_and_backslashes_in_a_duid_are_octets,
		other_clients_and_states_end_a_lease_of_ipv6, a_delegated_prefix_is_no_address,
		blocks_of_other_kinds_are_passed_over, an_entry_left_half_written_spoils_no_other,
		an_entry_without_its_end_is_none, any_byte_may_stand_anywhere);
}
