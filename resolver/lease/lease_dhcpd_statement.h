/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_LEASE_DHCPD_STATEMENT_H
#define QEMUVM_LEASE_DHCPD_STATEMENT_H

#include "lease/lease_text.h"

/* The statements of ISC dhcpd's files (common/conflex.c), one after another, whatever is in them.
 */

/* "ends 4 2026/08/20 22:00:00" has four words; nothing that is looked at has more. */
#define DHCPD_WORDS_MAX 4

struct dhcpd_statement {
	struct lease_text words[DHCPD_WORDS_MAX]; /* the first of them; a string has its quotes */
	/* The last two, empty where there are fewer. They tell what a brace opens, even if what
	 * precedes them was left half-written. */
	struct lease_text last[2];
	int word_count; /* of all */
	char end;       /* ';', '{', '}', or '\0': the text ends */
};

/* Takes what stands up to the next end of a statement. Comments are passed over; a string that was
 * left open ends with its line. */
void dhcpd_take_statement(struct lease_text *rest, struct dhcpd_statement *ret_statement);

/* Is it that word? False, too, if there are fewer. */
bool dhcpd_word_is(const struct dhcpd_statement *statement, int index, const char *word);

/*
 * The octets of a string with its quotes, which may hold \" and \\ and octal escapes (quotify_buf()
 * in common/print.c). Their number, or -EINVAL (no such string, or longer than size).
 */
int dhcpd_unquote(struct lease_text string, uint8_t *ret_octets, size_t size);

/* Seconds since 1970 of "YYYY/MM/DD" and "HH:MM:SS", in UTC. 0 or -EINVAL. */
int dhcpd_read_time(struct lease_text date, struct lease_text clock, int64_t *ret_time);

#endif
