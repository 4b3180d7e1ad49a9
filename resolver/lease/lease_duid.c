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

int lease_duid_text_mac(struct text text, struct mac *ret_mac)
{
	uint8_t duid[LEASE_DUID_MAX];
	struct text octet;
	uint64_t number;
	size_t len = 0;

	while (text_take_field(&text, ':', &octet)) {
		if (len == LEASE_DUID_MAX || text_len(octet) != 2 ||
			text_number(octet, 16, UINT8_MAX, &number) < 0)
			return -EINVAL;
		duid[len++] = (uint8_t)number;
	}
	return lease_duid_mac(duid, len, ret_mac);
}
