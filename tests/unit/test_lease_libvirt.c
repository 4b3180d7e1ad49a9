/* SPDX-License-Identifier: MIT */
#include "lease_list.h"

#define WEB "52:54:00:12:34:56"
#define DB  "52:54:00:12:34:57"

/* As libvirt writes it. */
#define LEASE(address, mac, expiry)                                                                \
	"  {\n    \"ip-address\": \"" address "\",\n    \"mac-address\": \"" mac                   \
	"\",\n    \"hostname\": \"web\",\n    \"client-id\": \"01:52:54:00:12:34:56\"" expiry      \
	"\n  }"
#define EXPIRY ",\n    \"expiry-time\": 1756000000"

START_TEST(leases_are_read)
{
	check_leases("[\n" LEASE("192.168.122.50", WEB, EXPIRY) ",\n" LEASE(
			     "fd00::50", DB, EXPIRY) "\n]\n",
		"192.168.122.50 " WEB " 1756000000\nfd00::50 " DB " 1756000000\n");
	check_leases("[{\"ip-address\":\"192.168.122.50\",\"mac-address\":\"" WEB
		     "\",\"expiry-time\":1756000000}]",
		"192.168.122.50 " WEB " 1756000000\n");
	check_leases("[]", "");
	check_leases("[\n]\n", "");
}
END_TEST

START_TEST(a_lease_without_an_expiry_is_infinite)
{
	check_leases("[" LEASE("192.0.2.1", WEB, "") "]", "192.0.2.1 " WEB " never\n");
	check_leases("[" LEASE("192.0.2.1", WEB, ",\"expiry-time\": 0") "]",
		"192.0.2.1 " WEB " never\n");
	check_leases("[" LEASE("192.0.2.1", WEB, ",\"expiry-time\": 99999999999999999999") "]",
		"192.0.2.1 " WEB " never\n");
}
END_TEST

START_TEST(a_bad_object_spoils_no_other)
{
	check_leases("[{\"ip-address\": \"192.0.2.1\"}, {\"mac-address\": \"" WEB
		     "\"}, {}, 1, \"{\",\n"
		     "{\"ip-address\": 1, \"mac-address\": \"" WEB "\"},\n"
		     "{\"ip-address\": \"192.0.2.2\", \"mac-address\": [\"" WEB "\"]},\n"
		     "{\"ip-address\": \"192.0.2.3\", \"mac-address\": \"20-" WEB "\"},\n"
		     "{\"ip-address\": \"192.0.2.4 \", \"mac-address\": \"" WEB "\"},\n"
		     "{\"ip-address\": \"192.0.2.5\", \"mac-address\": \"" WEB "\",},\n"
		     "{\"ip-address\": \"192.0.2.6\\u0000\", \"mac-address\": \"" WEB "\"},\n"
		     "{\"ip-address\": \"192.0.2.7\", \"ip-address\": \"192.0.2.8\", "
		     "\"mac-address\": \"" WEB "\"},\n" LEASE("192.0.2.9", WEB, EXPIRY) "]",
		"192.0.2.9 " WEB " 1756000000\n");
}
END_TEST

START_TEST(a_string_left_open_ends_with_its_line)
{
	check_leases("[{\"ip-address\": \"192.0.2.1\n}," LEASE("192.0.2.2", WEB, EXPIRY) "]",
		"192.0.2.2 " WEB " 1756000000\n");
}
END_TEST

START_TEST(a_host_name_is_no_place_for_another_lease)
{
	check_leases("[{\"hostname\": "
		     "\"\\\"},{\\\"ip-address\\\":\\\"192.0.2.66\\\",\\\"mac-address\\\":"
		     "\\\"" DB "\\\"}\", \"ip-address\": \"192.0.2.1\", \"mac-address\": \"" WEB
		     "\"}]",
		"192.0.2.1 " WEB " never\n");
}
END_TEST

START_TEST(an_object_longer_than_any_lease_is_passed_over)
{
	static const char head[] = "[{\"hostname\": \"";
	static const char tail[] = "\", \"ip-address\": \"192.0.2.1\", \"mac-address\": \"" WEB
				   "\"}," LEASE("192.0.2.2", WEB, EXPIRY) "]";
	static char text[70000];

	strcpy(text, head);
	memset(text + strlen(head), 'a', 65536);
	strcpy(text + strlen(head) + 65536, tail);
	check_leases(text, "192.0.2.2 " WEB " 1756000000\n");
}
END_TEST

START_TEST(a_file_cut_anywhere_gives_what_is_whole)
{
	check_cuts("[\n" LEASE("192.0.2.1", WEB, EXPIRY) ",\n" LEASE("192.0.2.2", DB, "") "\n]", 0);
}
END_TEST

START_TEST(the_name_tells_the_format_where_the_text_cannot)
{
	static const char text[] =
		"x\n{\"ip-address\": \"192.0.2.1\", \"mac-address\": \"" WEB "\"}";
	static struct lease_list list;
	bool is_cut;

	ck_assert_int_eq(lease_list_parse(&list, "virbr0", text, strlen(text), &is_cut), 0);
	ck_assert_int_eq(lease_list_parse(&list, "virbr0.status", text, strlen(text), &is_cut), 1);
}
END_TEST

/* The domain's MACs in that text, as lease_list's text, and whether it is cut. */
static void check_macs(const char *text, const char *domain, const char *expected)
{
	struct mac macs[LEASE_MACS_MAX];
	char list[512] = "", mac[MAC_TEXT_MAX];
	bool is_cut = true;
	int r = lease_macs_parse(text, strlen(text), domain, macs, &is_cut);

	for (int i = 0; i < r; i++)
		strcat(strcat(list, mac_format(&macs[i], mac)), " ");
	ck_assert_str_eq(list, expected);
	ck_assert(!is_cut);
}

START_TEST(the_macs_of_a_domain_are_told)
{
	static const char text[] =
		"[\n  {\n    \"domain\": \"web\",\n    \"macs\": [\n      \"" WEB "\",\n      \"" DB
		"\"\n    ]\n  },\n"
		"  {\n    \"domain\": \"db\",\n    \"macs\": [\n      \"" DB "\"\n    ]\n  }\n]\n";

	check_macs(text, "web", WEB " " DB " ");
	check_macs(text, "db", DB " ");
	check_macs(text, "we", "");
	check_macs(text, "", "");
	check_macs("[]", "web", "");
}
END_TEST

START_TEST(macs_of_another_shape_are_none)
{
	check_macs("[{\"domain\": \"web\"}, {\"domain\": \"web\", \"macs\": \"" WEB "\"},\n"
		   "{\"macs\": [\"" WEB "\"]}, {\"domain\": [\"web\"], \"macs\": [\"" WEB "\"]},\n"
		   "{\"domain\": \"web\", \"macs\": [1, \"x\", null, \"" DB "\"]}]",
		"web", DB " ");
}
END_TEST

START_TEST(macs_cut_anywhere_are_those_of_whole_domains)
{
	static const char text[] = "[{\"domain\": \"db\", \"macs\": [\"" DB
				   "\"]}, {\"domain\": \"web\", \"macs\": [\"" WEB "\"]}]";

	for (size_t len = 0; len < strlen(text); len++) {
		struct mac macs[LEASE_MACS_MAX];
		bool is_cut = false;
		int r = lease_macs_parse(text, len, "web", macs, &is_cut);

		ck_assert_int_eq(r, len == strlen(text) - 1);
		ck_assert(is_cut);
	}
}
END_TEST

int main(void)
{
	UNIT_RUN("lease_libvirt", leases_are_read, a_lease_without_an_expiry_is_infinite,
		a_bad_object_spoils_no_other, a_string_left_open_ends_with_its_line,
		a_host_name_is_no_place_for_another_lease,
		an_object_longer_than_any_lease_is_passed_over,
		a_file_cut_anywhere_gives_what_is_whole,
		the_name_tells_the_format_where_the_text_cannot, the_macs_of_a_domain_are_told,
		macs_of_another_shape_are_none, macs_cut_anywhere_are_those_of_whole_domains);
}
