/* SPDX-License-Identifier: MIT */
#include "lease/lease_duid.h"

#include <errno.h>
#include <string.h>

/* RFC 8415, section 11: types, the hardware type of IANA, and what precedes the MAC. */
#define DUID_LLT          1
#define DUID_LL           3
#define HARDWARE_ETHERNET 1
#define LLT_PREFIX_LEN    8 /* type, hardware type, time */
#define LL_PREFIX_LEN     4 /* type, hardware type */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -EINVAL;
}

static int parse_octet(struct lease_text text, uint8_t *ret_octet)
{
	int high, low;

	if (lease_text_len(text) != 2)
		return -EINVAL;
	high = hex_digit(text.at[0]);
	low = hex_digit(text.at[1]);
	if (high < 0 || low < 0)
		return -EINVAL;
	*ret_octet = (uint8_t)(high << 4 | low);
	return 0;
}

int lease_duid_parse(struct lease_text text, uint8_t ret_duid[static LEASE_DUID_MAX])
{
	struct lease_text octet;
	uint8_t duid[LEASE_DUID_MAX];
	int len = 0;

	while (lease_text_take_field(&text, ':', &octet))
		if (len == LEASE_DUID_MAX || parse_octet(octet, &duid[len++]) < 0)
			return -EINVAL;
	memcpy(ret_duid, duid, (size_t)len);
	return len;
}

static unsigned int get_16(const uint8_t *octets)
{
	return (unsigned int)octets[0] << 8 | octets[1];
}

int lease_duid_mac(const uint8_t *duid, size_t len, struct mac *ret_mac)
{
	size_t prefix_len;

	if (len < LL_PREFIX_LEN || get_16(duid + 2) != HARDWARE_ETHERNET)
		return -EINVAL;
	switch (get_16(duid)) {
	case DUID_LLT:
		prefix_len = LLT_PREFIX_LEN;
		break;
	case DUID_LL:
		prefix_len = LL_PREFIX_LEN;
		break;
	default:
		return -EINVAL;
	}
	if (len != prefix_len + sizeof(ret_mac->byte))
		return -EINVAL;
	memcpy(ret_mac->byte, duid + prefix_len, sizeof(ret_mac->byte));
	return 0;
}
