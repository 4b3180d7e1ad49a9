/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>

#include "base/text.h"
#include "unit.h"

#define ck_assert_text_eq(text, string)                                                            \
	ck_assert_msg(text_equals(text, string), "\"%.*s\"", (int)text_len(text), (text).at)

START_TEST(each_line_comes_without_its_end_also_the_last_one_that_has_none)
{
	struct text rest = text_of("one\r\n\ntwo"), line;

	ck_assert(text_take_line(&rest, &line));
	ck_assert_text_eq(line, "one");
	ck_assert(text_take_line(&rest, &line));
	ck_assert_text_eq(line, "");
	ck_assert(text_take_line(&rest, &line));
	ck_assert_text_eq(line, "two");
	ck_assert(!text_take_line(&rest, &line));
}
END_TEST

START_TEST(fields_may_be_empty_and_a_separator_at_the_end_begins_none)
{
	struct text rest = text_of("a,,b,"), field;

	ck_assert(text_take_field(&rest, ',', &field));
	ck_assert_text_eq(field, "a");
	ck_assert(text_take_field(&rest, ',', &field));
	ck_assert_text_eq(field, "");
	ck_assert(text_take_field(&rest, ',', &field));
	ck_assert_text_eq(field, "b");
	ck_assert(!text_take_field(&rest, ',', &field));
}
END_TEST

START_TEST(words_are_separated_by_any_number_of_blanks)
{
	struct text rest = text_of(" \tone  two\n "), word;

	ck_assert(text_take_word(&rest, &word));
	ck_assert_text_eq(word, "one");
	ck_assert(text_take_word(&rest, &word));
	ck_assert_text_eq(word, "two\n");
	ck_assert(!text_take_word(&rest, &word));
}
END_TEST

START_TEST(a_string_is_taken_only_if_it_is_there_as_a_whole)
{
	struct text rest = text_of("socket:[4711]");

	ck_assert(!text_take(&rest, "socket:[4711]]"));
	ck_assert(!text_take(&rest, "pipe:["));
	ck_assert(text_take(&rest, "socket:["));
	ck_assert_text_eq(rest, "4711]");
	ck_assert(!text_take_char(&rest, '5'));
	ck_assert(text_take_char(&rest, '4'));
	ck_assert(text_begins_with(rest, "71"));
	ck_assert(text_ends_with(rest, "1]"));
	ck_assert(!text_ends_with(rest, "4711]"));
	ck_assert_ptr_eq(text_find(rest, "1"), rest.at + 1);
	ck_assert_ptr_null(text_find(rest, "["));
	ck_assert(!text_equals(rest, "711"));
}
END_TEST

START_TEST(white_space_at_both_ends_is_trimmed_and_nothing_within)
{
	ck_assert_text_eq(text_trim(text_of(" \t a b\r\n")), "a b");
	ck_assert_text_eq(text_trim(text_of(" \n")), "");
}
END_TEST

START_TEST(a_copy_fits_with_its_nul_or_is_refused)
{
	const char with_nul[] = "a\0b";
	char copy[4] = "xxx";

	ck_assert_int_eq(text_copy(text_of("abcd"), copy, sizeof(copy)), -ENOSPC);
	ck_assert_int_eq(
		text_copy((struct text){with_nul, with_nul + 3}, copy, sizeof(copy)), -EINVAL);
	ck_assert_str_eq(copy, "xxx");
	ck_assert_int_eq(text_copy(text_of("abc"), copy, sizeof(copy)), 3);
	ck_assert_str_eq(copy, "abc");
	ck_assert_int_eq(text_copy(text_of(""), copy, sizeof(copy)), 0);
	ck_assert_str_eq(copy, "");
}
END_TEST

START_TEST(a_number_is_digits_of_its_base_up_to_its_maximum)
{
	static const struct {
		const char *text;
		int base;
		uint64_t max;
		int r;
		uint64_t number;
	} cases[] = {
		{"0", 10, 0, 0, 0},
		{"00022", 10, 65535, 0, 22},
		{"65535", 10, 65535, 0, 65535},
		{"65536", 10, 65535, -ERANGE, 0},
		{"1", 10, 0, -ERANGE, 0},
		{"18446744073709551615", 10, UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", 10, UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999", 10, UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999x", 10, UINT64_MAX, -EINVAL, 0},
		{"ffFF", 16, UINT64_MAX, 0, 0xffff},
		{"177", 8, 0377, 0, 0177},
		{"178", 8, 0377, -EINVAL, 0},
		{"fg", 16, UINT64_MAX, -EINVAL, 0},
		{"", 10, 9, -EINVAL, 0},
		{"-1", 10, 9, -EINVAL, 0},
		{"+1", 10, 9, -EINVAL, 0},
		{" 1", 10, 9, -EINVAL, 0},
		{"1 ", 10, 9, -EINVAL, 0},
		{"0x1", 16, 9, -EINVAL, 0},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t number = 0;
		int r = text_number(text_of(cases[i].text), cases[i].base, cases[i].max, &number);

		ck_assert_msg(r == cases[i].r && number == cases[i].number, "\"%s\": %d",
			cases[i].text, r);
	}
}
END_TEST

START_TEST(a_number_that_is_taken_leaves_what_is_behind_it)
{
	struct text rest = text_of("22/tcp");
	uint64_t number = 7;

	ck_assert_int_eq(text_take_number(&rest, 10, 22, &number), 0);
	ck_assert_uint_eq(number, 22);
	ck_assert_text_eq(rest, "/tcp");
	ck_assert_int_eq(text_take_number(&rest, 10, 22, &number), -EINVAL);
	ck_assert_text_eq(rest, "/tcp");
	rest = text_of("23/tcp");
	ck_assert_int_eq(text_take_number(&rest, 10, 22, &number), -ERANGE);
	ck_assert_uint_eq(number, 22);
	ck_assert_text_eq(rest, "/tcp");
}
END_TEST

START_TEST(texts_that_differ_in_a_byte_have_different_hashes)
{
	/* The test vectors of FNV's authors. */
	ck_assert_uint_eq(text_hash(text_of("")), 0xcbf29ce484222325);
	ck_assert_uint_eq(text_hash(text_of("a")), 0xaf63dc4c8601ec8c);
	ck_assert_uint_eq(text_hash(text_of("foobar")), 0x85944171f73967e8);
}
END_TEST

int main(void)
{
	UNIT_RUN("text", each_line_comes_without_its_end_also_the_last_one_that_has_none,
		fields_may_be_empty_and_a_separator_at_the_end_begins_none,
		words_are_separated_by_any_number_of_blanks,
		a_string_is_taken_only_if_it_is_there_as_a_whole,
		white_space_at_both_ends_is_trimmed_and_nothing_within,
		a_copy_fits_with_its_nul_or_is_refused,
		a_number_is_digits_of_its_base_up_to_its_maximum,
		a_number_that_is_taken_leaves_what_is_behind_it,
		texts_that_differ_in_a_byte_have_different_hashes);
}
