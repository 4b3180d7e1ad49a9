/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <time.h>

#include "lease_list.h"

#define WEB "52:54:00:12:34:56"

#define DNSMASQ_LINE "1756000000 52:54:00:%02x:%02x:%02x 192.0.2.1 vm *\n"
#define STATUS_LINE                                                                                \
	"{\"ip-address\": \"192.0.2.1\", \"mac-address\": \"52:54:00:%02x:%02x:%02x\", "           \
	"\"hostname\": \"vm\", \"client-id\": \"01:52:54:00:12:34:56\", "                          \
	"\"expiry-time\": 1756000000},\n"
#define KEA_HEADER "address,hwaddr,expire,state\n"
#define KEA_LINE   "10.%d.%d.%d," WEB ",1756000000,0\n"
#define DHCPD_LINE "lease 10.%d.%d.%d { hardware ethernet " WEB "; }\n"

static struct lease_list list;

static int parse(const char *text, bool *ret_is_cut)
{
	return lease_list_parse(&list, NULL, text, strlen(text), ret_is_cut);
}

START_TEST(the_first_lines_tell_the_format)
{
	static const char *const texts[] = {
		"garbage\n\n1756000000 " WEB " 192.0.2.1 * *\n",
		"duid 00:01\n1756000000 1 192.0.2.9 * *\n1756000000 " WEB " 192.0.2.1 * *\n",
		"\n [{\"ip-address\": \"192.0.2.1\", \"mac-address\": \"" WEB "\"}]",
		"{\"Leases\":[{\"AddressString\":\"192.0.2.1\","
		"\"HardwareAddress\":[82,84,0,18,52,86]}]}",
		"# a comment\nlease 192.0.2.1 { hardware ethernet " WEB "; }",
		"address,hwaddr\n192.0.2.1," WEB "\n",
	};
	bool is_cut;

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		ck_assert_msg(parse(texts[i], &is_cut) == 1, "%s", texts[i]);
}
END_TEST

START_TEST(a_text_of_no_known_format_is_refused)
{
	static const char *const texts[] = {"garbage", "\xff\xff", "1756000000", "a b c d e\n",
		"name=web\nip_address=192.168.64.2\n", "127.0.0.1 localhost\n", "<xml/>\n"};
	bool is_cut = true;

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		ck_assert_msg(parse(texts[i], &is_cut) == -EINVAL, "%s", texts[i]);
	ck_assert_int_eq(lease_list_parse(&list, NULL, "\0\0\0", 3, &is_cut), -EINVAL);
	ck_assert(is_cut);
}
END_TEST

START_TEST(an_empty_text_has_no_leases_yet)
{
	static const char *const texts[] = {"", "\n", " \r\n\n"};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		bool is_cut = false;

		ck_assert_int_eq(parse(texts[i], &is_cut), 0);
		ck_assert(is_cut);
	}
}
END_TEST

/* How many leases of WEB. */
static int count_leases(const char *text, size_t len)
{
	struct lease_table *table = NULL;
	unsigned int at = 0;
	struct lease lease;
	struct mac web;
	bool is_cut;
	int r, count = 0;

	ck_assert_int_eq(mac_from_text(text_of(WEB), &web), 0);
	r = lease_parse(NULL, text, len, (struct lease_wanted){&web, 1}, &table, &is_cut);
	while (r >= 0 && lease_table_next(table, &at, &lease))
		count++;
	ck_assert_int_eq(r, count);
	lease_table_free(table);
	return r;
}

/* The same of a text that is read within that time. */
static int parse_repeated(
	const char *head, const char *format, int count, const char *tail, double limit_s)
{
	size_t len;
	char *text = repeat_numbered(head, format, count, tail, &len);
	clock_t begin = clock();
	int r = count_leases(text, len);

	ck_assert_msg(
		(double)(clock() - begin) < limit_s * CLOCKS_PER_SEC, "%d of %s", count, format);
	free(text);
	return r;
}

START_TEST(lines_behind_the_limit_are_not_looked_at)
{
	static const char last[] = "1756000000 " WEB " 192.0.2.2 * *\n";

	ck_assert_int_eq(parse_repeated("", DNSMASQ_LINE, LEASE_LINES_MAX - 1, last, 5), 1);
	ck_assert_int_eq(parse_repeated("", DNSMASQ_LINE, LEASE_LINES_MAX, last, 5), 0);
}
END_TEST

/* Every line is of the wanted MAC, and of another address: the worst that there is. */
START_TEST(a_million_leases_of_one_mac_take_bounded_time)
{
	ck_assert_int_eq(
		parse_repeated(KEA_HEADER, KEA_LINE, LEASE_LINES_MAX, "", 10), LEASE_KEPT_MAX);
	ck_assert_int_eq(parse_repeated("", DHCPD_LINE, LEASE_LINES_MAX, "", 10), LEASE_KEPT_MAX);
}
END_TEST

START_TEST(an_address_that_comes_a_million_times_is_one)
{
	ck_assert_int_eq(parse_repeated(KEA_HEADER, "10.0.0.1," WEB ",1756000000,0,%d%d%d\n",
				 LEASE_LINES_MAX, "", 10),
		1);
}
END_TEST

START_TEST(hostile_texts_take_bounded_time)
{
	ck_assert_int_eq(parse_repeated("[", "{[%d%d%d", 100000, "", 5), 0);
	ck_assert_int_eq(parse_repeated("{", "{\"%d%d%d\\", 100000, "", 5), 0);
	ck_assert_int_eq(parse_repeated("[", "{},{},{},{}, %d%d%d", 1000000, "", 10), 0);
	ck_assert_int_eq(parse_repeated("lease ", "{%d%d%d\"", 100000, "", 5), 0);
	ck_assert_int_eq(parse_repeated(KEA_HEADER, ",%d%d%d", 100000, "\n", 5), 0);
	ck_assert_int_eq(parse_repeated("duid 0\n", " %d%d%d", 100000, "\n", 5), 0);
}
END_TEST

/* The best of some runs, in microseconds, of a file with 1,000 leases. */
static double measure(const char *head, const char *format, const char *tail)
{
	double best_us = 1e9;
	size_t len;
	char *text = repeat_numbered(head, format, 1000, tail, &len);

	for (int i = 0; i < 50; i++) {
		struct timespec from, to;
		double us;

		clock_gettime(CLOCK_MONOTONIC, &from);
		(void)count_leases(text, len);
		clock_gettime(CLOCK_MONOTONIC, &to);
		us = (double)(to.tv_sec - from.tv_sec) * 1e6 +
		     (double)(to.tv_nsec - from.tv_nsec) / 1e3;
		if (us < best_us)
			best_us = us;
	}
	free(text);
	return best_us;
}

/* A look-up has a millisecond. The bounds are loose: machines and sanitizers are slow. */
START_TEST(a_thousand_leases_are_read_in_no_time)
{
	double dnsmasq_us = measure("", DNSMASQ_LINE, "");
	double status_us = measure("[", STATUS_LINE, "{}]");
	double kea_us = measure(KEA_HEADER, "10.0.0.1,52:54:00:%02x:%02x:%02x,1756000000,0\n", "");
	double dhcpd_us = measure("", DHCPD_LINE, "");

	printf("1,000 leases: dnsmasq %.0f us, libvirt %.0f us, Kea %.0f us, dhcpd %.0f us\n",
		dnsmasq_us, status_us, kea_us, dhcpd_us);
	ck_assert_double_lt(dnsmasq_us, 20000);
	ck_assert_double_lt(status_us, 20000);
	ck_assert_double_lt(kea_us, 20000);
	ck_assert_double_lt(dhcpd_us, 20000);
}
END_TEST

int main(void)
{
	UNIT_RUN("lease", the_first_lines_tell_the_format, a_text_of_no_known_format_is_refused,
		an_empty_text_has_no_leases_yet, lines_behind_the_limit_are_not_looked_at,
		a_million_leases_of_one_mac_take_bounded_time,
		an_address_that_comes_a_million_times_is_one, hostile_texts_take_bounded_time,
		a_thousand_leases_are_read_in_no_time);
}
