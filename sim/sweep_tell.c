#include <stdlib.h>

#include "sim/sweep_page.h"
#include "sim/tree.h"

static void print_json(const struct sweep_report *report)
{
    cJSON *tree = sweep_tree(report);
    tree_print(tree, stdout);
    cJSON_Delete(tree);
}

int sweep_tell(struct sweep_telling *telling)
{
    struct sweep_report *report = &telling->report;
    const struct expectations *expect = &telling->columns->scenario->sweep_expect;
    struct sweep sweep;
    struct finding *findings = allocate(expect->count * 4 + 1, sizeof *findings);
    int status = -1;
    if (sweep_read(&sweep, telling->columns, telling->store, &telling->range)) {
        report->sweep = &sweep;
        telling->runs = sweep.runs;
        report->findings = findings;
        report->finding_count = sweep_findings(&sweep, findings);
        if (telling->json)
            print_json(report);
        else
            sweep_page(report, stdout);
        status = sweep_status(&sweep, findings, report->finding_count);
    } else {
        fprintf(stderr, "%s\n", store_error(telling->store));
    }
    free(findings);
    sweep_close(&sweep);
    return status;
}
