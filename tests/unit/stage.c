#include "tests/unit/stage.h"

#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

static void set_up(struct stage *stage)
{
    struct error error = {0};
    ck_assert_msg(expectations_check(&stage->scenario, &error), "%s", error.text);
    stage->run = run_new();
}

void stage_open(struct stage *stage, const char *plan)
{
    lab_read(&stage->scenario, plan);
    set_up(stage);
}

void stage_open_led(struct stage *stage, const char *more, const char *timeline)
{
    lab_read_led(&stage->scenario, more, timeline);
    set_up(stage);
}

void stage_run(struct stage *stage)
{
    run_execute(stage->run, &stage->scenario, stage->scenario.seed, NULL);
}

const char *stage_rule(const struct stage *stage)
{
    const struct judge *judge = &stage->run->world->judge;
    if (judge->broken)
        return judge->rule;
    return stage->run->liveness_absent ? "liveness" : "holds";
}

void stage_close(struct stage *stage)
{
    run_free(stage->run);
    scenario_close(&stage->scenario);
}
