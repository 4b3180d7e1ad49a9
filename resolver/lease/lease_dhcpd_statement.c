/* SPDX-License-Identifier: MIT */
#include "lease/lease_dhcpd_statement.h"

#include <errno.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_end(char c)
{
	return c == ';' || c == '{' || c == '}';
}

static void skip_line(struct lease_text *rest)
{
	while (rest->at < rest->end && *rest->at != '\n')
		rest->at++;
}

static void skip_string(struct lease_text *rest)
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

static void skip_word(struct lease_text *rest)
{
	while (rest->at < rest->end && !is_space(*rest->at) && !is_end(*rest->at) &&
		*rest->at != '"' && *rest->at != '#')
		rest->at++;
}

static void add_word(struct dhcpd_statement *statement, struct lease_text word)
{
	if (statement->word_count < DHCPD_WORDS_MAX)
		statement->words[statement->word_count] = word;
	statement->last[0] = statement->last[1];
	statement->last[1] = word;
	statement->word_count++;
}

void dhcpd_take_statement(struct lease_text *rest, struct dhcpd_statement *ret_statement)
{
	struct dhcpd_statement statement = {.word_count = 0};

	while (rest->at < rest->end) {
		const char *from = rest->at;

		if (is_space(*from)) {
			rest->at++;
		} else if (*from == '#') {
			skip_line(rest);
		} else if (is_end(*from)) {
			rest->at++;
			statement.end = *from;
			break;
		} else {
			if (*from == '"')
				skip_string(rest);
			else
				skip_word(rest);
			add_word(&statement, (struct lease_text){from, rest->at});
		}
	}
	*ret_statement = statement;
}

bool dhcpd_word_is(const struct dhcpd_statement *statement, int index, const char *word)
{
	return index < statement->word_count && lease_text_equals(statement->words[index], word);
}

static bool is_octal(struct lease_text text)
{
	if (lease_text_len(text) < 3)
		return false;
	for (int i = 0; i < 3; i++)
		if (text.at[i] < '0' || text.at[i] > '7')
			return false;
	return true;
}

/* The backslash was read, and something follows. */
static uint8_t take_escaped(struct lease_text *rest)
{
	int octet = (unsigned char)*rest->at;

	if (!is_octal(*rest)) {
		rest->at++;
		return (uint8_t)octet;
	}
	octet = (rest->at[0] - '0') << 6 | (rest->at[1] - '0') << 3 | (rest->at[2] - '0');
	rest->at += 3;
	return (uint8_t)octet;
}

int dhcpd_unquote(struct lease_text string, uint8_t *ret_octets, size_t size)
{
	size_t len = 0;

	if (lease_text_len(string) < 2 || *string.at != '"' || string.end[-1] != '"')
		return -EINVAL;
	string.at++;
	string.end--;
	while (string.at < string.end) {
		uint8_t octet = (uint8_t)*string.at++;

		if (octet == '\\' && string.at < string.end)
			octet = take_escaped(&string);
		if (len == size)
			return -EINVAL;
		ret_octets[len++] = octet;
	}
	return (int)len;
}

/* Three numbers, parted by a separator. */
static int read_three(struct lease_text text, char separator, int64_t ret_numbers[static 3])
{
	struct lease_text field;

	for (int i = 0; i < 3; i++)
		if (!lease_text_take_field(&text, separator, &field) ||
			lease_text_number(field, &ret_numbers[i]) < 0)
			return -EINVAL;
	return text.at == text.end ? 0 : -EINVAL;
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The calendar, since timegm(3) goes by the time zone's file. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
	static const int before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t leap_days = (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400;

	return 365 * (year - 1970) + leap_days + before_month[month - 1] +
	       (month > 2 && is_leap(year)) + day - 1;
}

int dhcpd_read_time(struct lease_text date, struct lease_text clock, int64_t *ret_time)
{
	int64_t ymd[3], hms[3];

	if (read_three(date, '/', ymd) < 0 || read_three(clock, ':', hms) < 0)
		return -EINVAL;
	if (ymd[0] < 1970 || ymd[0] > 9999 || ymd[1] < 1 || ymd[1] > 12 || ymd[2] < 1 ||
		ymd[2] > 31 || hms[0] > 23 || hms[1] > 59 || hms[2] > 60)
		return -EINVAL;
	*ret_time = days_since_1970(ymd[0], ymd[1], ymd[2]) * 86400 + hms[0] * 3600 + hms[1] * 60 +
		    hms[2];
	return 0;
}
