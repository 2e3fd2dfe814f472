#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    SRunner *runner = srunner_create(NULL);
#define ROW(name) srunner_add_suite(runner, suite_##name());
#include "tests/unit/tests.def"
#undef ROW
    srunner_run_all(runner, CK_ENV);
    int run = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    printf("%d passed, %d failed\n", run - failed, failed);
    return failed || !run ? EXIT_FAILURE : EXIT_SUCCESS;
}
