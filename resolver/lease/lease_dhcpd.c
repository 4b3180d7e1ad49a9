/* SPDX-License-Identifier: MIT */
/*
 * ISC dhcpd's dhcpd.leases and dhcpd6.leases (dhcpd.leases(5), server/db.c):
 *
 *	lease 192.168.1.50 {
 *	  ends 4 2026/08/20 22:00:00;
 *	  binding state active;
 *	  hardware ethernet 52:54:00:12:34:56;
 *	}
 *	ia-na "\001\000\000\000\000\003\000\001RT\000\0224V" {
 *	  iaaddr 2001:db8::50 {
 *	    binding state active;
 *	    ends 4 2026/08/20 22:00:00;
 *	  }
 *	}
 *
 * What changes is appended, so the last entry for an address is valid. An ia-na is called by the
 *four octets of its IAID and the client's DUID. Where dhcpd was stopped in the middle of an entry,
 *the next one begins within it.
 */
#include <errno.h>
#include <string.h>

#include "lease/lease_duid.h"
#include "lease/lease_format.h"

#define IAID_LEN 4
/* "ends 4 2026/08/20 22:00:00" has four words; nothing of use has more. */
#define WORDS_MAX 4

/* Statements come one after another (common/conflex.c), whatever is in them. */
struct statement {
	struct text words[WORDS_MAX]; /* the first of them; a string has its quotes */
	/* The last two, empty if there are fewer. They show what a brace opens, even if what
	 * precedes them was left half-written. */
	struct text last[2];
	int word_count; /* of all */
	char end;       /* ';', '{', '}', or '\0': the text ends */
};

static bool is_end_of_statement(char c)
{
	return c == ';' || c == '{' || c == '}';
}

/* One that was left open ends with its line. */
static void dhcpd_skip_string(struct text *rest)
{
	for (rest->at++; rest->at < rest->end && *rest->at != '\n'; rest->at++) {
		if (*rest->at == '"') {
			rest->at++;
			return;
		}
		if (*rest->at == '\\' && rest->end - rest->at > 1 && rest->at[1] != '\n')
			rest->at++;
	}
}

/* Takes everything up to the next end of a statement. */
static struct statement dhcpd_take_statement(struct text *rest)
{
	struct statement statement = {.word_count = 0};
	struct text word;

	while (rest->at < rest->end) {
		char c = *rest->at;

		if (text_is_space(c)) {
			rest->at++;
			continue;
		}
		if (is_end_of_statement(c)) {
			rest->at++;
			statement.end = c;
			break;
		}
		if (c == '#') { /* a comment */
			(void)text_take_field(rest, '\n', &word);
			continue;
		}
		word.at = rest->at;
		if (c == '"')
			dhcpd_skip_string(rest);
		else
			while (rest->at < rest->end && !text_is_space(*rest->at) &&
				!is_end_of_statement(*rest->at) && *rest->at != '"' &&
				*rest->at != '#')
				rest->at++;
		word.end = rest->at;
		if (statement.word_count < WORDS_MAX)
			statement.words[statement.word_count] = word;
		statement.last[0] = statement.last[1];
		statement.last[1] = word;
		statement.word_count++;
	}
	return statement;
}

/* False, too, if there are fewer. */
static bool statement_word_is(const struct statement *statement, int index, const char *word)
{
	return index < statement->word_count && text_equals(statement->words[index], word);
}

/*
 * The octets of a string with its quotes, which may hold \" and \\ and octal escapes (quotify_buf()
 * in common/print.c). Their number, or -EINVAL (no such string, or longer than size).
 */
static int dhcpd_unquote(struct text string, uint8_t *ret_octets, size_t size)
{
	size_t len = 0;

	if (text_len(string) < 2 || *string.at != '"' || string.end[-1] != '"')
		return -EINVAL;
	string.at++;
	string.end--;
	while (string.at < string.end) {
		uint8_t octet = (uint8_t)*string.at++;

		if (octet == '\\' && string.at < string.end) {
			struct text three = {string.at, string.at + 3};
			uint64_t number;

			if (text_len(string) >= 3 && text_number(three, 8, 0777, &number) == 0) {
				octet = (uint8_t)number;
				string.at += 3;
			} else {
				octet = (uint8_t)*string.at++;
			}
		}
		if (len == size)
			return -EINVAL;
		ret_octets[len++] = octet;
	}
	return (int)len;
}

/* Three numbers between separators. */
static bool read_three_numbers(struct text text, char separator, int64_t ret_numbers[static 3])
{
	struct text field;

	for (int i = 0; i < 3; i++)
		if (!text_take_field(&text, separator, &field) ||
			lease_number(field, &ret_numbers[i]) < 0)
			return false;
	return text.at == text.end;
}

/* Seconds since 1970 of "YYYY/MM/DD" and "HH:MM:SS", in UTC. By the calendar, since timegm(3)
 * reads the time zone's file. */
static int dhcpd_read_time(struct text date, struct text clock, int64_t *ret_time)
{
	static const int before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t ymd[3], hms[3], year, leap_days, days;
	bool is_leap;

	if (!read_three_numbers(date, '/', ymd) || !read_three_numbers(clock, ':', hms))
		return -EINVAL;
	year = ymd[0];
	if (year < 1970 || year > 9999 || ymd[1] < 1 || ymd[1] > 12 || ymd[2] < 1 || ymd[2] > 31 ||
		hms[0] > 23 || hms[1] > 59 || hms[2] > 60)
		return -EINVAL;
	is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	leap_days = (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400;
	days = 365 * (year - 1970) + leap_days + before_month[ymd[1] - 1] +
	       (ymd[1] > 2 && is_leap) + ymd[2] - 1;
	*ret_time = days * 86400 + hms[0] * 3600 + hms[1] * 60 + hms[2];
	return 0;
}

/* A lease or an iaaddr. */
struct entry {
	struct lease lease;
	bool has_mac;
	bool is_active;
	bool is_bad;
};

struct reader {
	struct lease_table *table;
	struct entry entry;
	bool has_entry;    /* it is open */
	struct mac client; /* of the ia-na that is open */
	bool has_ia, has_client;
	int other_depth; /* braces of other kinds that are open, within all that */
};

/* "\001..." or, with lease-id-format hex, 01:00:...: IAID and DUID. */
static int dhcpd_read_client(struct text id, struct mac *ret_mac)
{
	uint8_t octets[IAID_LEN + LEASE_DUID_MAX];
	int len = dhcpd_unquote(id, octets, sizeof(octets));
	size_t iaid_len = strlen("00:00:00:00:");

	if (len >= IAID_LEN)
		return lease_duid_mac(octets + IAID_LEN, (size_t)(len - IAID_LEN), ret_mac);
	if (text_len(id) <= iaid_len)
		return -EINVAL;
	id.at += iaid_len;
	return lease_duid_text_mac(id, ret_mac);
}

static void dhcpd_open_block(struct reader *reader, const struct statement *statement)
{
	struct text kind = statement->last[0], name = statement->last[1];
	bool is_lease = text_equals(kind, "lease");
	bool is_ia = text_equals(kind, "ia-na") || text_equals(kind, "ia-ta");

	/* These begin within nothing: what is open was left half-written. */
	if (is_lease || is_ia)
		*reader = (struct reader){.table = reader->table};
	if (is_ia) {
		reader->has_ia = true;
		reader->has_client = dhcpd_read_client(name, &reader->client) == 0;
		return;
	}
	if (!is_lease && !(text_equals(kind, "iaaddr") && reader->has_ia)) {
		reader->other_depth++;
		return;
	}
	/* An entry without a state is active: version 2 of dhcpd wrote none. */
	reader->entry = (struct entry){
		.lease.mac = reader->client,
		.has_mac = reader->has_client,
		.is_active = true,
	};
	/* One that is open was left half-written, too, also if the address of this one is none. */
	reader->has_entry = address_from_text(name, &reader->entry.lease.address) == 0;
	if (!reader->has_entry)
		reader->other_depth++;
}

/* A newer entry that cannot be read, or names no MAC, ends the older ones of its address, too. */
static void dhcpd_close_block(struct reader *reader)
{
	const struct entry *entry = &reader->entry;

	if (reader->other_depth > 0) {
		reader->other_depth--;
	} else if (!reader->has_entry) {
		*reader = (struct reader){.table = reader->table};
	} else {
		if (entry->has_mac && entry->is_active && !entry->is_bad)
			lease_table_put(reader->table, &entry->lease);
		else
			lease_table_drop(reader->table, &entry->lease.address);
		reader->has_entry = false;
	}
}

static void dhcpd_read_statement(struct entry *entry, const struct statement *statement)
{
	const struct text *words = statement->words;
	int count = statement->word_count;

	if (statement_word_is(statement, 0, "binding")) {
		entry->is_active = statement_word_is(statement, 2, "active");
	} else if (statement_word_is(statement, 0, "hardware")) {
		entry->has_mac = count == 3 && text_equals(words[1], "ethernet") &&
				 mac_from_text(words[2], &entry->lease.mac) == 0;
	} else if (statement_word_is(statement, 0, "ends")) {
		/* "never", "epoch SECONDS" (db-time-format local), or "WEEKDAY DATE CLOCK" */
		if (statement_word_is(statement, 1, "never"))
			entry->lease.expires = LEASE_INFINITE;
		else if (count == 3 && text_equals(words[1], "epoch"))
			entry->is_bad |= lease_number(words[2], &entry->lease.expires) < 0;
		else
			entry->is_bad |= count != 4 || dhcpd_read_time(words[2], words[3],
							       &entry->lease.expires) < 0;
	}
}

static int dhcpd_parse(struct text text, struct lease_table *table)
{
	struct reader reader = {.table = table};

	for (;;) {
		struct statement statement = dhcpd_take_statement(&text);

		if (statement.end == '\0')
			return statement.word_count > 0 || reader.has_entry || reader.has_ia ||
			       reader.other_depth > 0;
		if (statement.end == '{')
			dhcpd_open_block(&reader, &statement);
		else if (statement.end == '}')
			dhcpd_close_block(&reader);
		else if (reader.has_entry && reader.other_depth == 0)
			dhcpd_read_statement(&reader.entry, &statement);
	}
}

static bool dhcpd_has_line(struct text line)
{
	static const char *const words[] = {"lease", "ia-na", "ia-ta", "ia-pd", "server-duid",
		"authoring-byte-order", "failover", "host", "group", "class", "subclass"};
	struct text word;

	if (!text_take_word(&line, &word))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equals(word, words[i]))
			return true;
	return *word.at == '#';
}

const struct lease_format lease_format_dhcpd = {.has_line = dhcpd_has_line, .parse = dhcpd_parse};
