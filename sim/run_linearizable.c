/* What a plan's clients were told of their registers, looked at once more, by a search that shares
 * nothing with the rules that judge each answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/linearizable.h"
#include "sim/verdict.h"
#include "sim/witness.h"

/* A second or so; the registers of a minute are done in a few thousand. */
#define STEPS_MAX UINT64_C(2000000)

static const struct expectation *asked(const struct run *run)
{
    const struct expectations *expect = &run->scenario->expect;
    for (uint32_t i = 0; i < expect->count; i++)
        if (strcmp(expect->items[i].text, "linearizable") == 0)
            return &expect->items[i];
    return NULL;
}

/* Instants are twice the order of calls and answers: there is room between them. */
static size_t collect(const struct world *world, struct linear_call *calls)
{
    const struct history *history = &witness_of(world)->history;
    size_t count = 0;
    for (uint64_t id = 1; id <= history->call_count; id++) {
        const struct history_call *known = &history->calls[id - 1];
        const struct call *call = call_at(world, id);
        bool ended = known->answered > 0;
        if (known->refused || (known->reads && !ended))
            continue;
        calls[count++] = (struct linear_call){
            .id = id,
            .key = call->key,
            .called = 2 * known->called,
            .answered = ended ? 2 * known->answered : UINT64_MAX,
            .value = known->reads ? 0 : id,
            .seen = known->reads ? call_value(world, call) : 0,
            .writes = !known->reads,
        };
    }
    return count;
}

static void say(struct run *run, const struct linear_result *result)
{
    struct world *world = run->world;
    if (result->verdict == LINEAR_UNKNOWN)
        snprintf(run->why, sizeof run->why,
                 "whether register %llu is linearizable is unknown after %llu steps",
                 (unsigned long long)result->key, (unsigned long long)STEPS_MAX);
    if (result->verdict == LINEAR_BROKEN && strcmp(asked(run)->word, "holds") == 0)
        world_break(world, "linearizable", 0, 0,
                    "no order of the calls on register %llu explains what client %u was told by "
                    "call %llu and before",
                    (unsigned long long)result->key, call_at(world, result->id)->client,
                    (unsigned long long)result->id);
}

void run_check_linearizable(struct run *run)
{
    const struct world *world = run->world;
    run->linearizable = "holds";
    if (!asked(run) || !world->calls)
        return;
    static const char *const words[] = {
        [LINEAR_HOLDS] = "holds", [LINEAR_BROKEN] = "broken", [LINEAR_UNKNOWN] = "unknown"};
    struct linear_call *calls =
        allocate((size_t)witness_of(world)->history.call_count, sizeof *calls);
    size_t count = linear_settle(calls, collect(world, calls));
    struct linear_result result = linear_check(calls, count, &linear_register, STEPS_MAX);
    free(calls);
    run->linearizable = words[result.verdict];
    say(run, &result);
}
