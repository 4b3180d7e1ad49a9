/* SPDX-License-Identifier: MIT */
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

size_t address_len(sa_family_t family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

static bool has_prefix(const struct address *address, const uint8_t *prefix, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(address->bytes, prefix, whole) != 0)
		return false;
	return rest == 0 || (address->bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

static bool is_link_local(const struct address *address)
{
	static const uint8_t fe80[] = {0xfe, 0x80};

	return address->family == AF_INET6 && has_prefix(address, fe80, 10);
}

int address_from_text(struct text text, struct address *ret_address)
{
	struct address address = {0};
	char copy[INET6_ADDRSTRLEN];
	struct text plain;

	/* Without its zone. */
	if (!text_take_field(&text, '%', &plain) || text_copy(plain, copy, sizeof(copy)) < 0)
		return -EINVAL;
	address.family = strchr(copy, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(address.family, copy, address.bytes) != 1)
		return -EINVAL;
	if (plain.end < text.end && (text.at == text.end || !is_link_local(&address)))
		return -EINVAL;
	*ret_address = address;
	return 0;
}

const char *address_format(const struct address *address, char buf[static ADDRESS_TEXT_MAX])
{
	size_t len;

	if (inet_ntop(address->family, address->bytes, buf, INET6_ADDRSTRLEN) == NULL)
		buf[0] = '\0';
	len = strlen(buf);
	if (address->scope_id != 0)
		snprintf(buf + len, ADDRESS_TEXT_MAX - len, "%%%u", address->scope_id);
	return buf;
}

bool address_equals(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

struct range {
	uint8_t prefix[16];
	unsigned int bits;
};

static const struct range refused_ipv4[] = {
	{{0}, 8},         /* "this network", unspecified (RFC 6890) */
	{{127}, 8},       /* loopback */
	{{169, 254}, 16}, /* link-local, cloud metadata services */
	{{224}, 4},       /* multicast */
	{{240}, 4},       /* reserved, broadcast */
};

static const struct range refused_ipv6[] = {
	{{0}, 96},                                  /* ::, ::1, IPv4-compatible */
	{{[10] = 0xff, [11] = 0xff}, 96},           /* IPv4-mapped */
	{{[8] = 0xff, [9] = 0xff}, 96},             /* IPv4-translated (RFC 2765) */
	{{0x00, 0x64, 0xff, 0x9b}, 96},             /* NAT64 (RFC 6052) */
	{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48}, /* local NAT64 (RFC 8215) */
	{{0x20, 0x01, 0x00, 0x00}, 32},             /* Teredo (RFC 4380) */
	{{0x20, 0x02}, 16},                         /* 6to4 (RFC 3056) */
	{{0xff}, 8},                                /* multicast */
};

enum address_class address_classify(const struct address *address)
{
	bool is_ipv4 = address->family == AF_INET;
	const struct range *ranges = is_ipv4 ? refused_ipv4 : refused_ipv6;
	size_t count = is_ipv4 ? sizeof(refused_ipv4) / sizeof(refused_ipv4[0])
			       : sizeof(refused_ipv6) / sizeof(refused_ipv6[0]);
	const uint8_t *id = address->bytes + 8;

	if (!is_ipv4 && address->family != AF_INET6)
		return ADDRESS_REFUSED;
	for (size_t i = 0; i < count; i++)
		if (has_prefix(address, ranges[i].prefix, ranges[i].bits))
			return ADDRESS_REFUSED;
	/* ISATAP: an interface identifier ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d, below any prefix
	 * (RFC 5214, 6.1). */
	if (!is_ipv4 && (id[0] & ~0x02) == 0 && id[1] == 0 && id[2] == 0x5e && id[3] == 0xfe)
		return ADDRESS_REFUSED;
	return is_link_local(address) ? ADDRESS_LINK_LOCAL : ADDRESS_UNICAST;
}

socklen_t address_to_sockaddr(
	const struct address *address, uint16_t port, struct sockaddr_storage *ret_sockaddr)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(ret_sockaddr, 0, sizeof(*ret_sockaddr));
	if (address->family == AF_INET) {
		memcpy(&ipv4.sin_addr, address->bytes, sizeof(ipv4.sin_addr));
		memcpy(ret_sockaddr, &ipv4, sizeof(ipv4));
		return sizeof(ipv4);
	}
	memcpy(&ipv6.sin6_addr, address->bytes, sizeof(ipv6.sin6_addr));
	ipv6.sin6_scope_id = address->scope_id;
	memcpy(ret_sockaddr, &ipv6, sizeof(ipv6));
	return sizeof(ipv6);
}

int mac_from_text(struct text text, struct mac *ret_mac)
{
	size_t len = text_len(text);
	bool is_plain =
		len == 12 && memchr(text.at, ':', len) == NULL && memchr(text.at, '-', len) == NULL;
	char separator = '\0';
	struct mac mac;

	for (size_t i = 0; i < sizeof(mac.byte); i++) {
		int high, low;

		if (i == 1 && !is_plain)
			separator = text_peek(&text) == '-' ? '-' : ':';
		if (separator != '\0' && !text_take_char(&text, separator))
			return -EINVAL;
		high = text_digit(text_peek(&text), 16);
		if (high < 0)
			return -EINVAL;
		text.at++;
		low = text_digit(text_peek(&text), 16);
		mac.byte[i] = (uint8_t)(low < 0 ? high : high << 4 | low);
		text.at += low >= 0;
	}
	if (text.at < text.end)
		return -EINVAL;
	*ret_mac = mac;
	return 0;
}

const char *mac_format(const struct mac *mac, char buf[static MAC_TEXT_MAX])
{
	const uint8_t *b = mac->byte;

	snprintf(buf, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		b[5]);
	return buf;
}

bool mac_equals(const struct mac *a, const struct mac *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}

bool mac_is_void(const struct mac *mac)
{
	static const struct mac none;

	return mac_equals(mac, &none) || (mac->byte[0] & 1) != 0;
}
