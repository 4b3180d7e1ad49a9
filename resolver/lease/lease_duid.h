/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_DUID_H
#define QEMUVM_LEASE_DUID_H

#include "base/address.h"
#include "base/text.h"

/* A client's DHCP Unique Identifier (RFC 8415, section 11): two octets of type, at most 128 more.
 */
#define LEASE_DUID_MAX 130

/* The Ethernet address in a DUID-LLT or DUID-LL, or -EINVAL: the other types have none. */
int lease_duid_mac(const uint8_t *duid, size_t len, struct mac *ret_mac);

/* The same of a DUID as dnsmasq and Kea write it: "00:01:00:01:...", two digits each. */
int lease_duid_text_mac(struct text text, struct mac *ret_mac);

#endif
