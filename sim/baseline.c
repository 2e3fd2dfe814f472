#include "sim/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

char *baseline_path(const char *scenario)
{
    struct text path = {0};
    size_t size = strlen(scenario);
    if (size > 5 && strcmp(scenario + size - 5, ".json") == 0)
        size -= 5;
    text_bytes(&path, scenario, size);
    text_add(&path, ".baseline");
    return path.data;
}

void baseline_gates(const struct scenario *plan, uint64_t seed, struct baseline *baseline)
{
    struct text total = {0};
    compare_default_metric(plan, seed, &total);
    size_t stem = (size_t)(strrchr(text_of(&total), '.') - text_of(&total));
    baseline->gated[baseline->gated_count++] = copy_text(text_of(&total));
    for (uint32_t i = 0; i < PHASES_MAX; i++) {
        struct text phase = {0};
        text_bytes(&phase, text_of(&total), stem + 1);
        text_add(&phase, "%s_ms", phase_names[i]);
        baseline->gated[baseline->gated_count++] = phase.data;
    }
    text_close(&total);
}

void baseline_close(struct baseline *baseline)
{
    for (uint32_t i = 0; i < baseline->gated_count; i++)
        free(baseline->gated[i]);
    free(baseline->program);
    *baseline = (struct baseline){0};
}

void baseline_round(struct runs *runs, uint32_t side)
{
    for (uint32_t i = 0; i < runs->metric_count; i++) {
        const struct asked_metric *metric = &runs->metrics[i];
        const struct side_rows *rows = &runs->sides[side].rows[metric->table];
        uint32_t width = runs->tables[metric->table].width;
        for (size_t row = 0; row < rows->count; row++) {
            double *item = &rows->items[row * width + metric->column];
            if (isfinite(*item))
                *item = floor(*item * baseline_steps(metric->ref.metric) + 0.5) /
                        baseline_steps(metric->ref.metric);
        }
    }
}

double baseline_steps(const struct metric *metric)
{
    switch (metric->unit) {
    case UNIT_MS:
        return 1000;
    case UNIT_COUNT:
        return 1;
    case UNIT_FRACTION:
    case UNIT_PER_MINUTE:
    case UNIT_PER_SECOND:
        break;
    }
    return 1000000;
}
