/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_ADDRESS_H
#define QEMUVM_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/text.h"

/* An Ethernet address. */
struct mac {
	uint8_t byte[6];
};

/* "52:54:00:12:34:56" and its NUL. */
#define MAC_TEXT_MAX 18

/* An IPv4 or IPv6 address; bytes in network order, those past the family's length are 0. */
struct address {
	sa_family_t family; /* AF_INET or AF_INET6 */
	uint8_t bytes[16];
	uint32_t scope_id; /* host interface index of a link-local address, else 0 */
};

/* INET6_ADDRSTRLEN, '%', and a scope id of ten digits. */
#define ADDRESS_TEXT_MAX (INET6_ADDRSTRLEN + 11)

/* Addresses of one answer: with any legal name they fit glibc's first buffer of 1,024 bytes. */
#define ANSWER_ADDRESSES_MAX 16

enum address_class {
	ADDRESS_UNICAST,    /* may lead to a VM */
	ADDRESS_LINK_LOCAL, /* fe80::/10: may, together with a scope id of the host's */
	ADDRESS_REFUSED,    /* never: see address_classify() */
};

/* 4 or 16. */
size_t address_len(sa_family_t family);

/*
 * Plain text as inet_pton() takes it: no prefix length, no octal, no spaces. A zone (RFC 4007,
 * "%eth0") is taken off a link-local address, since it is the guest's own, and refused behind any
 * other. 0 or -EINVAL. The scope id of the result is 0.
 */
int address_from_text(struct text text, struct address *ret_address);

/* The text of an address, with "%N" behind it if it has a scope id. Returns buf. */
const char *address_format(const struct address *address, char buf[static ADDRESS_TEXT_MAX]);

/* Same family and bytes, whatever the scope ids. */
bool address_equals(const struct address *a, const struct address *b);

/*
 * What the address is by its bytes alone. Refused are: unspecified and 0/8, loopback, multicast,
 * broadcast and 240/4, 169.254/16, and the IPv6 forms that embed an IPv4 address (mapped,
 * compatible, translated, 6to4, Teredo, NAT64, ISATAP): they would lead around every check of the
 * IPv4 one.
 */
enum address_class address_classify(const struct address *address);

/* The socket address of address and port; returns its length. */
socklen_t address_to_sockaddr(
	const struct address *address, uint16_t port, struct sockaddr_storage *ret_sockaddr);

/*
 * Six octets of one or two hexadecimal digits, separated by ':' or by '-', or twelve digits, as
 * QEMU's net_parse_macaddr() (net/net.c) takes them. 0 or -EINVAL.
 */
int mac_from_text(struct text text, struct mac *ret_mac);
/* Lower case, separated by ':'. Returns buf. */
const char *mac_format(const struct mac *mac, char buf[static MAC_TEXT_MAX]);
bool mac_equals(const struct mac *a, const struct mac *b);
/* All octets zero, or a group address: no NIC has it. */
bool mac_is_void(const struct mac *mac);

#endif
