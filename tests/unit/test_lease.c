/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lease.h"
#include "unit.h"

/* Leases of 52:54:00:12:34:5X as "ADDRESS/X@EXPIRY ", one after the other. */
static char seen[8192];

static bool wants(void *context, const struct mac *mac)
{
	static const uint8_t ours[] = {0x52, 0x54, 0x00, 0x12, 0x34};

	(void)context;
	return memcmp(mac->byte, ours, sizeof(ours)) == 0;
}

static void visit(void *context, const struct lease *lease)
{
	char text[ADDRESS_TEXT_MAX], expiry[32];
	size_t len = strlen(seen);

	(void)context;
	snprintf(expiry, sizeof(expiry), "%lld", (long long)lease->expires);
	snprintf(seen + len, sizeof(seen) - len, "%s/%x@%s ", address_format(&lease->address, text),
		lease->mac.byte[5], lease->expires == LEASE_INFINITE ? "never" : expiry);
}

static const struct lease_query query = {wants, visit, NULL};

static const char *leases_of(const char *text)
{
	seen[0] = '\0';
	lease_parse(text, strlen(text), &query);
	return seen;
}

#define CHECK(text, wanted) ck_assert_str_eq(leases_of(text), wanted)

static const char dnsmasq[] =
	"1756000000 52:54:00:12:34:56 192.168.122.50 web 01:52:54:00:12:34:56\n"
	"0 52:54:00:12:34:57 192.168.122.51 * *\n"
	"3600 52:54:00:12:34:58 192.168.122.52 * *\n"
	"1756000000 20-52:54:00:12:34:59 10.0.0.9 ib *\n"
	"1756000000 52:54:00:ff:ff:ff 10.0.0.10 other *\n"
	"agent-info 192.168.122.50 01:02\n"
	"duid 00:01:00:01:2a:bb:cc:dd:52:54:00:aa:bb:cc\n"
	"1756000000 3127926 fd00::6c web6 00:01:00:01:2a:bb:cc:dd:52:54:00:12:34:56\n"
	"1756000000 T5 fd00::6d web6 00:03:00:01:52:54:00:12:34:57\n"
	"1756000000 1 fd00::6e uuid 00:04:76:00:cf:ae:b3:0b:fc:cd:0e:22:2e:97:76:65:74:ec\n"
	"vendorclass fd00::6c 61:62\n";

START_TEST(dnsmasq_v4_and_v6)
{
	CHECK(dnsmasq, "192.168.122.50/56@1756000000 192.168.122.51/57@never "
		       "192.168.122.52/58@0 fd00::6c/56@1756000000 fd00::6d/57@1756000000 ");
	CHECK("1756000000 52:54:00:12:34:56 192.168.122.50 web *\r\n",
		"192.168.122.50/56@1756000000 ");
}
END_TEST

START_TEST(dnsmasq_bad_lines_spoil_nothing_else)
{
	CHECK("garbage\n99999999999999999999 52:54:00:12:34:56 10.0.0.1 a *\n"
	      "1 52:54:00:12:34 10.0.0.2 a *\n1756000000 52:54:00:12:34:56 10.0.0.300 a *\n"
	      "1756000000 52:54:00:12:34:56 10.0.0.4\n\n"
	      "1756000000 52:54:00:12:34:56 10.0.0.5 a *\n",
		"");
	CHECK("1 x y z *\n99999999999999999999 52:54:00:12:34:56 10.0.0.1 a *\n"
	      "1756000000 52:54:00:12:34:56 10.0.0.300 a *\n"
	      "1756000000 52:54:00:12:34:56 fd00::1 a *\n"
	      "1756000000 52:54:00:12:34:56 10.0.0.5 a *\n",
		"10.0.0.5/56@1756000000 ");
}
END_TEST

START_TEST(libvirt_status)
{
	CHECK("[\n  {\n    \"ip-address\": \"192.168.122.133\",\n"
	      "    \"mac-address\": \"52:54:00:12:34:56\",\n    \"hostname\": \"ubuntu\",\n"
	      "    \"client-id\": \"01:52\",\n    \"expiry-time\": 1424258362\n  },\n"
	      "  {\"mac-address\":\"52:54:00:ff:ff:ff\",\"ip-address\":\"10.0.0.1\"},\n"
	      "  {\"mac-address\":\"52:54:00:12:34:57\",\"ip-address\":\"fd00::1\"}\n]\n",
		"192.168.122.133/56@1424258362 fd00::1/57@never ");
	CHECK("[\n]\n", "");
	CHECK("[{\"ip-address\":\"mac-address\",\"mac-address\" : \"52:54:00:12:34:57\"},"
	      "{\"hostname\":\"a}{\\\"\",\"mac-address\" :\t\"52:54:00:12:34:57\","
	      "\"ip-address\":\"10.0.0.2\"},{nonsense},{\"mac-address\":[]}]",
		"10.0.0.2/57@never ");
}
END_TEST

START_TEST(networkd)
{
	CHECK("{\"BootID\":\"b\",\"Address\":[10,0,0,1],\"PrefixLength\":24,\"Leases\":["
	      "{\"ClientId\":[1,82],\"Address\":[10,0,0,50],\"AddressString\":\"10.0.0.50\","
	      "\"Hostname\":\"web\",\"HardwareAddressType\":1,\"HardwareAddressLength\":6,"
	      "\"HardwareAddress\":[82,84,0,18,52,86],\"ExpirationUSec\":1,"
	      "\"ExpirationRealtimeUSec\":1756000000000000},"
	      "{\"Address\":[10,0,0,51],\"HardwareAddress\":[82,84,0,18,52,87],"
	      "\"ExpirationRealtimeUSec\":18446744073709551615},"
	      "{\"Address\":[10,0,0],\"HardwareAddress\":[82,84,0,18,52,87]},"
	      "{\"Address\":[10,0,0,52],\"HardwareAddress\":[82,84,0,18,52,88]},"
	      "{\"Address\":[10,0,0,999],\"HardwareAddress\":[82,84,0,18,52,88]}]}",
		"10.0.0.50/56@1756000000 10.0.0.51/57@never 10.0.0.52/58@0 ");
}
END_TEST

START_TEST(dhcpd_v4)
{
	CHECK("# The format of this file is documented in the dhcpd.leases(5) manual page.\n"
	      "authoring-byte-order little-endian;\n\n"
	      "lease 192.168.1.50 {\n  starts 4 2026/08/20 10:00:00;\n"
	      "  ends 4 2026/08/20 22:00:00;\n  cltt 4 2026/08/20 10:00:00;\n"
	      "  binding state active;\n  next binding state free;\n"
	      "  hardware ethernet 52:54:00:12:34:56;\n  uid \"\\001RT\\000\\0224};{\";\n"
	      "  client-hostname \"web\";\n  on expiry { set x = \"}\"; }\n}\n"
	      "lease 192.168.1.51 { ends never; hardware ethernet 52:54:00:12:34:57; }\n"
	      "lease 192.168.1.52 { ends epoch 1756000000; # Sunday\n"
	      "  binding state active; hardware ethernet 52:54:00:12:34:58; }\n",
		"192.168.1.50/56@1787263200 192.168.1.51/57@never 192.168.1.52/58@1756000000 ");
}
END_TEST

START_TEST(dhcpd_the_last_block_of_an_address_counts)
{
	CHECK("lease 10.0.0.1 { ends never; binding state active; hardware ethernet "
	      "52:54:00:12:34:56; }\n"
	      "lease 10.0.0.2 { ends never; binding state active; hardware ethernet "
	      "52:54:00:12:34:57; }\n"
	      "lease 10.0.0.3 { ends never; binding state active; hardware ethernet "
	      "52:54:00:12:34:58; }\n"
	      "lease 10.0.0.1 { ends never; binding state free; hardware ethernet "
	      "52:54:00:12:34:56; }\n"
	      "lease 10.0.0.2 { ends never; binding state active; hardware ethernet "
	      "52:54:00:ff:ff:ff; }\n"
	      "lease 10.0.0.3 { ends epoch 7000000000; binding state active; hardware ethernet "
	      "52:54:00:12:34:58; }\n",
		"10.0.0.3/58@7000000000 ");
}
END_TEST

START_TEST(dhcpd_times)
{
	static const struct {
		const char *text;
		const char *wanted;
	} times[] = {
		{"4 1970/01/01 00:00:00", "1.2.3.4/56@0 "},
		{"6 2000/02/29 23:59:59", "1.2.3.4/56@951868799 "},
		{"3 2000/03/01 00:00:00", "1.2.3.4/56@951868800 "},
		{"2 2100/03/01 00:00:00", "1.2.3.4/56@4107542400 "},
		{"4 2026/13/01 00:00:00", "1.2.3.4/56@0 "},
		{"nonsense", "1.2.3.4/56@0 "},
	};
	char text[256];

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		snprintf(text, sizeof(text),
			"lease 1.2.3.4 { hardware ethernet 52:54:00:12:34:56; ends %s; }\n",
			times[i].text);
		CHECK(text, times[i].wanted);
	}
}
END_TEST

START_TEST(dhcpd_v6)
{
	CHECK("server-duid \"\\000\\001\\000\\001*\\273\\314\\335RT\\000\\252\\273\\314\";\n\n"
	      "ia-na \"\\001\\000\\000\\000\\000\\001\\000\\001*\\273\\314\\335RT\\000\\0224V\" {\n"
	      "  cltt 4 2026/08/20 10:00:00;\n  iaaddr 2001:db8::50 {\n"
	      "    binding state active;\n    preferred-life 375;\n    max-life 600;\n"
	      "    ends 4 2026/08/20 22:00:00;\n  }\n}\n"
	      "ia-na \"\\001\\000\\000\\000\\000\\003\\000\\001RT\\000\\0224W\" {\n"
	      "  iaaddr 2001:db8::51 { binding state expired; ends never; }\n"
	      "  iaaddr 2001:db8::52 { binding state active; ends never; }\n}\n"
	      "ia-na \"short\" { iaaddr 2001:db8::53 { binding state active; ends never; } }\n",
		"2001:db8::50/56@1787263200 2001:db8::52/57@never ");
}
END_TEST

START_TEST(kea_v4_and_v6)
{
	CHECK("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,"
	      "state,user_context,pool_id\n"
	      "192.168.1.50,52:54:00:12:34:56,01:52,3600,1756000000,1,0,0,web,0,,0\n"
	      "192.168.1.51,52:54:00:12:34:57,,4294967295,1756000000,1,0,0,,0,{&#x2c},0\n"
	      "192.168.1.52,52:54:00:12:34:58,,3600,1756000000,1,0,0,,1,,0\n"
	      "192.168.1.53,52:54:00:12:34:59,,3600,1756000000,1,0,0,,0,,0\n"
	      "192.168.1.53,52:54:00:ff:ff:ff,,3600,1756000000,1,0,0,,0,,0\n"
	      "192.168.1.50,52:54:00:12:34:56,01:52,3600,1756003600,1,0,0,web,0,,0\n",
		"192.168.1.51/57@never 192.168.1.50/56@1756003600 ");
	CHECK("address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,"
	      "prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,"
	      "hwaddr_source,pool_id\n"
	      "2001:db8::1,00:03:00:01:52:54:00:12:34:56,600,1756000000,1,300,0,1,128,0,0,,,0,,,,"
	      "0\n"
	      "2001:db8::2,00:04:01,600,1756000000,1,300,0,1,128,0,0,,52:54:00:12:34:57,0,,1,2,0\n",
		"2001:db8::1/56@1756000000 2001:db8::2/57@1756000000 ");
}
END_TEST

/* However much of a file is written yet: what is read of it is the beginning of the whole. */
static void check_every_beginning(const char *text)
{
	static char whole[sizeof(seen)];
	size_t len = strlen(text);
	char *part = malloc(len + 1);

	strcpy(whole, leases_of(text));
	ck_assert_str_ne(whole, "");
	for (size_t i = 0; i <= len; i++) {
		memcpy(part, text, i);
		part[i] = '\0';
		leases_of(part);
		ck_assert_msg(strncmp(whole, seen, strlen(seen)) == 0, "%zu bytes: %s", i, seen);
	}
	free(part);
}

START_TEST(a_half_written_file_tells_nothing_wrong)
{
	check_every_beginning(dnsmasq);
	check_every_beginning("[{\"ip-address\":\"192.168.122.50\",\"mac-address\":"
			      "\"52:54:00:12:34:56\",\"expiry-time\":1756000000},{\"ip-address\":"
			      "\"192.168.122.51\",\"mac-address\":\"52:54:00:12:34:57\"}]\n");
	check_every_beginning("lease 10.0.0.10 { ends never; hardware ethernet "
			      "52:54:00:12:34:56; }\nlease 10.0.0.20 {\n ends epoch 1756000000;\n "
			      "hardware ethernet 52:54:00:12:34:57;\n}\n");
	check_every_beginning("address,hwaddr,expire,state,pool_id\n"
			      "10.0.0.10,52:54:00:12:34:56,1756000000,0,0\n"
			      "10.0.0.20,52:54:00:12:34:57,1756000000,0,0\n");
}
END_TEST

START_TEST(hostile_text_does_no_harm)
{
	static char text[4096];
	static const char *const beginnings[] = {"[", "{", "address,", "1 ", "lease "};

	for (int seed = 0; seed < 500; seed++) {
		size_t len = (size_t)snprintf(
			text, sizeof(text), "%s", beginnings[(size_t)seed % COUNT_OF(beginnings)]);

		srand((unsigned int)seed);
		for (; len < sizeof(text) - 1; len++)
			text[len] = "{}[]\",:;\\ \n#/0152leasn\0\xff"[rand() % 26];
		lease_parse(text, len, &query);
	}
}
END_TEST

static void check_long(const char *header, const char *line)
{
	size_t len = strlen(header), unit = strlen(line), size = (size_t)8 * 1024 * 1024;
	char *text = malloc(size);

	memcpy(text, header, len);
	for (; len + unit < size; len += unit)
		memcpy(text + len, line, unit);
	seen[0] = '\0';
	lease_parse(text, len, &query);
	free(text);
}

START_TEST(a_long_file_takes_no_time)
{
	check_long("", "1 52:54:00:ff:34:56 10.0.0.1 * *\n");
	check_long("[", "{\"mac-address\":\"52:54:00:ff:34:56\",\"ip-address\":\"1.2.3.4\"},");
	check_long("[", "{\"");
	check_long("[", "{");
	check_long("address,hwaddr,state\n", "10.0.0.1,52:54:00:12:34:56,0\n");
	check_long("", "lease 10.0.0.1 { hardware ethernet 52:54:00:12:34:56; }\n");
	check_long("lease", "{");
	check_long("", "\n");
}
END_TEST

START_TEST(a_file_is_read_whole)
{
	char path[] = "/tmp/test_lease.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	for (int i = 0; i < 2000; i++)
		dprintf(fd, "1756000000 52:54:00:ff:34:%02x 10.0.0.%d * *\n", i % 256, i % 256);
	dprintf(fd, "1756000000 52:54:00:12:34:56 10.1.0.1 * *\n");
	seen[0] = '\0';
	ck_assert_int_eq(lease_read(fd, &query), 0);
	ck_assert_str_eq(seen, "10.1.0.1/56@1756000000 ");
	close(fd);
	unlink(path);
}
END_TEST

static char macs[256];

static bool is_web(void *context, const char *domain)
{
	(void)context;
	return strcmp(domain, "web") == 0;
}

static void add_mac(void *context, const struct mac *mac)
{
	char text[MAC_TEXT_MAX];

	(void)context;
	strcat(strcat(macs, mac_format(mac, text)), " ");
}

START_TEST(macs_of_a_domain)
{
	static const char text[] =
		"[{\"domain\":\"db\",\"macs\":[\"52:54:00:12:34:01\"]},{\"domain\":\"web\","
		"\"macs\":[\"52:54:00:12:34:56\",\"nonsense\",5,\"52:54:00:12:34:57\"]},{\"dom";

	macs[0] = '\0';
	lease_parse_macs(text, strlen(text), &(struct lease_macs_query){is_web, add_mac, NULL});
	ck_assert_str_eq(macs, "52:54:00:12:34:56 52:54:00:12:34:57 ");
}
END_TEST

int main(void)
{
	UNIT_RUN("lease", dnsmasq_v4_and_v6, dnsmasq_bad_lines_spoil_nothing_else, libvirt_status,
		networkd, dhcpd_v4, dhcpd_the_last_block_of_an_address_counts, dhcpd_times,
		dhcpd_v6, kea_v4_and_v6, a_half_written_file_tells_nothing_wrong,
		hostile_text_does_no_harm, a_long_file_takes_no_time, a_file_is_read_whole,
		macs_of_a_domain);
}
