/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <time.h>

#include "base/deadline.h"
#include "unit.h"

START_TEST(what_is_left_is_rounded_up_and_never_negative)
{
	struct deadline now = deadline_after_ms(0), later = deadline_after_ms(1000);

	ck_assert_int_eq(deadline_left_ms(now), 0);
	ck_assert(deadline_is_past(now));
	ck_assert(!deadline_is_past(later));
	ck_assert_int_gt(deadline_left_ms(later), 900);
	ck_assert_int_le(deadline_left_ms(later), 1000);
	later.at_ns = deadline_now_ns() + 200000;
	ck_assert_int_eq(deadline_left_ms(later), 1);
	ck_assert_int_eq(deadline_left_ms((struct deadline){INT64_MAX}), INT_MAX);
}
END_TEST

START_TEST(a_negative_budget_is_past_at_once)
{
	ck_assert(deadline_is_past(deadline_after_ms(-5)));
}
END_TEST

START_TEST(the_earlier_of_two_counts)
{
	struct deadline a = deadline_after_ms(10), b = deadline_after_ms(20);

	ck_assert(deadline_earlier(a, b).at_ns == a.at_ns);
	ck_assert(deadline_earlier(b, a).at_ns == a.at_ns);
}
END_TEST

int main(void)
{
	UNIT_RUN("deadline", what_is_left_is_rounded_up_and_never_negative,
		a_negative_budget_is_past_at_once, the_earlier_of_two_counts);
}
