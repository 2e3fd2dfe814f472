/* Unit tests: a file tests/unit/test_NAME.c defines `Suite *suite_NAME(void)` and has a row here.
 *
 * CK_RUN_SUITE=NAME runs one suite, CK_FORK=no stays in one process (for a debugger). */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <check.h>

#define ROW(name) Suite *suite_##name(void);
#include "tests/unit/tests.def"
#undef ROW

#endif
