/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_PACK_H
#define QEMUVM_PACK_H

#include <netdb.h>
#include <nss.h>
#include <stddef.h>

#include "resolver.h"

/*
 * An answer in the shapes that glibc asks for, in the caller's buffer: the space needed is summed
 * up first and refused once, then carved without a further check. Nothing is written before that.
 * An answer of ANSWER_ADDRESSES_MAX addresses fits glibc's first buffer of 1,024 bytes.
 */

/*
 * gethostbyname4_r: a chain of tuples, the first of which bears the name. *tuples may hold one
 * tuple of the caller's own, which then becomes the first of the chain, or NULL. 0, or -ERANGE:
 * buflen is too small.
 */
int pack_tuples(const struct resolver_answer *answer, char *buffer, size_t buflen,
	struct gaih_addrtuple **tuples);

/* gethostbyname2_r and its kin: the answer's addresses of one family, without those that need a
 * scope. *ret_host points into the buffer. 0, -ERANGE, or -ENOENT: there is none. */
int pack_hostent(const struct resolver_answer *answer, int family, char *buffer, size_t buflen,
	struct hostent *ret_host);

#endif
