/* SPDX-License-Identifier: MIT */
#include "lease_format.h"

#include <stddef.h>
#include <string.h>

/*
 * ISC dhcpd's files (dhcpd.leases(5)), v4 and v6, in the grammar of its configuration:
 *
 *   lease 192.0.2.50 { ends 4 2026/08/20 22:00:00; binding state active;
 *                      hardware ethernet 52:54:00:12:34:56; }
 *   ia-na "IAID and DUID, in octal escapes" { iaaddr 2001:db8::50 { ... } }
 *
 * Later blocks for an address stand for earlier ones. Times are UTC.
 */

/* RFC 8415, 11.1; before it stand four octets of the IAID. */
#define IAID_LEN 4
#define DUID_MAX 130
/* Words of one statement that are looked at: "ends 4 2026/08/20 22:00:00". */
#define WORDS_MAX     5
#define SECONDS_A_DAY INT64_C(86400)

/* A walk over words, quoted strings, and the marks '{' '}' ';'. */
struct reader {
	const char *at, *end;
	unsigned int lines_left;
	/* What the blocks around tell of the leases in them. */
	struct mac client;
	bool has_client;
	struct lease_kept *kept;
	const struct lease_query *query;
};

static void skip_blanks(struct reader *reader)
{
	bool is_comment = false;

	for (; reader->at < reader->end && reader->lines_left > 0; reader->at++) {
		char c = *reader->at;

		if (c == '\n') {
			is_comment = false;
			reader->lines_left--;
		} else if (c == '#') {
			is_comment = true;
		} else if (!is_comment && c != ' ' && c != '\t' && c != '\r') {
			return;
		}
	}
	reader->at = reader->end;
}

static bool is_mark(char c)
{
	return c == '{' || c == '}' || c == ';';
}

/* Behind the closing quote, or the end. */
static const char *end_of_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at < end ? at + 1 : end;
}

static const char *end_of_word(const char *at, const char *end)
{
	while (at < end && !is_mark(*at) && *at != '"' && *at != ' ' && *at != '\t' &&
		*at != '\n' && *at != '\r')
		at++;
	return at;
}

/* The next token, quotes and all; false at the end. */
static bool next_token(struct reader *reader, struct lease_field *ret_token)
{
	const char *begin;

	skip_blanks(reader);
	begin = reader->at;
	if (begin >= reader->end)
		return false;
	if (*begin == '"')
		reader->at = end_of_string(begin, reader->end);
	else
		reader->at = is_mark(*begin) ? begin + 1 : end_of_word(begin, reader->end);
	*ret_token = (struct lease_field){begin, (size_t)(reader->at - begin)};
	return true;
}

/* A statement: its first words, and the mark that ends them. */
struct statement {
	struct lease_field words[WORDS_MAX];
	unsigned int count;
	char mark;
};

/* False where the text ends before the mark. */
static bool next_statement(struct reader *reader, struct statement *ret_statement)
{
	struct lease_field token;

	ret_statement->count = 0;
	while (next_token(reader, &token)) {
		if (token.len == 1 && is_mark(*token.text)) {
			ret_statement->mark = *token.text;
			return true;
		}
		if (ret_statement->count < WORDS_MAX)
			ret_statement->words[ret_statement->count++] = token;
	}
	return false;
}

static bool begins_with(const struct statement *statement, const char *first, const char *second)
{
	if (statement->count < 1 || !lease_field_equals(statement->words[0], first))
		return false;
	return second == NULL ||
	       (statement->count > 1 && lease_field_equals(statement->words[1], second));
}

/* Days from 1970-01-01 to a day of the Gregorian calendar, counted from March so that the leap day
 * is the last of its year. */
static int64_t days_to(int64_t year, int64_t month, int64_t day)
{
	int64_t from_march = (month + 9) % 12;

	year -= month <= 2;
	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day -
	       1 - 719468;
}

/* Three numbers with a separator between: "2026/08/20", "22:00:00". */
static bool three_numbers(struct lease_field field, char separator, int64_t ret_numbers[static 3])
{
	struct lease_field parts[3];

	if (lease_split(field, separator, parts, 3) != 3)
		return false;
	for (int i = 0; i < 3; i++)
		if (lease_field_number(parts[i], &ret_numbers[i]) < 0 || ret_numbers[i] > 9999)
			return false;
	return true;
}

/* "never", "epoch SECONDS", or "WEEKDAY YYYY/MM/DD HH:MM:SS"; 0 where it is neither. */
static int64_t time_in(const struct statement *statement)
{
	int64_t date[3], time[3], number;

	if (begins_with(statement, "ends", "never"))
		return LEASE_INFINITE;
	if (begins_with(statement, "ends", "epoch") && statement->count > 2)
		return lease_field_number(statement->words[2], &number) == 0 ? number : 0;
	if (statement->count < 4 || !three_numbers(statement->words[2], '/', date) ||
		!three_numbers(statement->words[3], ':', time) || date[1] < 1 || date[1] > 12)
		return 0;
	return days_to(date[0], date[1], date[2]) * SECONDS_A_DAY + time[0] * 3600 + time[1] * 60 +
	       time[2];
}

/* One block with an address. */
struct block {
	struct lease lease;
	bool has_mac;
	bool is_active;
	bool has_address;
};

static void take_statement(struct block *block, const struct statement *statement)
{
	if (begins_with(statement, "ends", NULL))
		block->lease.expires = time_in(statement);
	else if (begins_with(statement, "binding", "state"))
		block->is_active =
			statement->count > 2 && lease_field_equals(statement->words[2], "active");
	else if (begins_with(statement, "hardware", "ethernet") && statement->count > 2)
		block->has_mac = lease_field_mac(statement->words[2], &block->lease.mac) == 0;
}

static void end_block(struct reader *reader, const struct block *block)
{
	bool is_wanted = block->has_address && block->has_mac && block->is_active &&
			 reader->query->wants(reader->query->context, &block->lease.mac);

	if (block->has_address && reader->kept->count > 0)
		lease_forget(reader->kept, &block->lease.address);
	if (is_wanted)
		lease_keep(reader->kept, &block->lease);
}

/* The statements of a block, from behind its '{' to its '}'; blocks within it are passed over.
 * False where the text ends before. */
static bool read_block(struct reader *reader, struct block *block)
{
	struct statement statement;
	unsigned int depth = 0;

	while (next_statement(reader, &statement)) {
		if (statement.mark == '{') {
			depth++;
		} else if (statement.mark == '}') {
			if (depth-- == 0)
				return true;
		} else if (depth == 0) {
			take_statement(block, &statement);
		}
	}
	return false;
}

/* "lease ADDRESS {" or "iaaddr ADDRESS {", of a client whose MAC may be known already. */
static bool read_lease(struct reader *reader, const struct statement *head)
{
	struct block block = {.is_active = true, .has_mac = reader->has_client};

	block.lease.mac = reader->client;
	block.has_address =
		head->count > 1 && lease_field_address(head->words[1], &block.lease.address) == 0;
	if (!read_block(reader, &block))
		return false;
	end_block(reader, &block);
	return true;
}

/* The octets of a quoted string with its escapes: \ooo, \", \\. Returns their number. */
static size_t unquote(struct lease_field field, uint8_t *ret_octets, size_t size)
{
	size_t len = 0;

	for (size_t i = 1; i + 1 < field.len && len < size; i++) {
		const char *c = field.text + i;

		if (*c != '\\') {
			ret_octets[len++] = (uint8_t)*c;
		} else if (i + 3 < field.len && c[1] >= '0' && c[1] <= '3') {
			ret_octets[len++] =
				(uint8_t)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0'));
			i += 3;
		} else {
			ret_octets[len++] = (uint8_t)c[1];
			i++;
		}
	}
	return len;
}

/* ia-na "IAID and DUID" {: what follows up to its end are the client's leases. */
static void begin_client(struct reader *reader, const struct statement *head)
{
	uint8_t octets[IAID_LEN + DUID_MAX];
	size_t len;

	reader->has_client = false;
	if (head->count < 2)
		return;
	len = unquote(head->words[1], octets, sizeof(octets));
	if (len > IAID_LEN)
		reader->has_client =
			lease_duid_mac(octets + IAID_LEN, len - IAID_LEN, &reader->client) == 0;
}

/* One statement of the top level, or of an ia-na. False where the text ends within it. */
static bool read_statement(struct reader *reader, const struct statement *statement)
{
	struct block ignored = {.has_address = false};

	if (statement->mark == '}')
		reader->has_client = false;
	if (statement->mark != '{')
		return true;
	if (begins_with(statement, "ia-na", NULL) || begins_with(statement, "ia-ta", NULL)) {
		begin_client(reader, statement);
		return true;
	}
	if (begins_with(statement, "lease", NULL)) {
		reader->has_client = false;
		return read_lease(reader, statement);
	}
	if (begins_with(statement, "iaaddr", NULL))
		return read_lease(reader, statement);
	return read_block(reader, &ignored);
}

bool lease_dhcpd_parse(const char *text, size_t len, const struct lease_query *query)
{
	struct lease_kept kept = {.count = 0};
	struct reader reader = {
		.at = text,
		.end = text + len,
		.lines_left = LEASE_LINES_MAX,
		.kept = &kept,
		.query = query,
	};
	struct statement statement;
	bool is_whole = true;

	while (is_whole && next_statement(&reader, &statement))
		is_whole = read_statement(&reader, &statement);
	lease_visit_kept(&kept, query);
	return len == 0 || !is_whole;
}
