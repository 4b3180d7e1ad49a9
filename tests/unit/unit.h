/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_UNIT_H
#define QEMUVM_UNIT_H

#include <check.h>

/* Runs a file's tests: the body of its main(). */
#define UNIT_RUN(name, ...)                                                                        \
	do {                                                                                       \
		const TTest *const tests[] = {__VA_ARGS__, NULL};                                  \
		return unit_run(name, tests);                                                      \
	} while (0)

static inline int unit_run(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	for (; *tests != NULL; tests++)
		tcase_add_test(tcase, *tests);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
