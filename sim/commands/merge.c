#include <stdio.h>
#include <string.h>

#include "sim/command.h"
#include "sim/flags.h"
#include "sim/sweep_page.h"

struct merge_flags {
    const char *store;
    bool json;
};

static const struct flag flags[] = {
    {"store", "F.db", "keeps the whole in this SQLite file", take_text,
     offsetof(struct merge_flags, store)},
    {"format", "NAME", "text (the default) or json", take_json, offsetof(struct merge_flags, json)},
    {0},
};

static const struct usage usage = {
    .command = "merge",
    .operands = "PART.db...",
    .help = "Joins the stores of a sweep's shards, wherever they were made, and reports on the "
            "whole: byte for byte what one big sweep would have said, but for the time taken.",
    .examples = "example: raftsim sweep FILE --shard 1/2 --store 1.db\n"
                "         raftsim sweep FILE --shard 2/2 --store 2.db\n"
                "         raftsim merge 1.db 2.db --store all.db\n",
    .flags = flags,
    .least = 1,
    .most = 100000,
};

/* What is being joined. */
struct merge {
    const char *program;
    const struct merge_flags *given;
    char **parts;
    int count;
    struct store_plan plan; /* of the first part; the others must have the same */
    struct scenario scenario;
    struct columns columns;
    struct seed_range range;
};

static bool widen(struct merge *merge, struct error *error)
{
    merge->range = (struct seed_range){merge->plan.first, merge->plan.last, 0, 1};
    for (int i = 1; i < merge->count; i++) {
        struct store_plan other;
        bool ok = store_plan_read(&other, merge->parts[i], error);
        if (ok && other.first < merge->range.first)
            merge->range.first = other.first;
        if (ok && other.last > merge->range.last)
            merge->range.last = other.last;
        store_plan_close(&other);
        if (!ok)
            return false;
    }
    return true;
}

static int absorb_all(struct merge *merge, struct store *store, struct error *error)
{
    bool two_runs = false;
    for (int i = 0; i < merge->count; i++)
        if (!store_absorb(store, merge->parts[i], &two_runs, error))
            return two_runs ? verdict_status(VERDICT_NONDETERMINISTIC) : STATUS_USAGE;
    if (store_ask(store, merge->range.first, merge->range.last))
        return STATUS_HELD;
    refuse(error, "%s", store_error(store));
    return STATUS_OUTPUT;
}

/* A hole is no failure, but nobody should take the part for the whole. */
static void tell_missing(const struct merge *merge, uint64_t runs)
{
    uint64_t all = merge->range.last - merge->range.first + 1;
    if (runs < all)
        fprintf(stderr, "raftsim merge: %s of the %s seeds have no result in these parts\n",
                short_count(all - runs).text, short_count(all).text);
}

static int tell(struct merge *merge, struct store *store)
{
    struct sweep_telling telling = {.columns = &merge->columns,
                                    .store = store,
                                    .range = merge->range,
                                    .json = merge->given->json,
                                    .report = {.program = merge->program,
                                               .file = merge->plan.file,
                                               .settings = &merge->plan.settings}};
    int status = sweep_tell(&telling);
    tell_missing(merge, telling.runs);
    return status < 0 ? STATUS_OUTPUT : status;
}

static int join(struct merge *merge, struct error *error)
{
    struct store *store;
    columns_open(&merge->columns, &merge->scenario);
    enum store_end end =
        store_open(&store, merge->given->store, &merge->columns, &merge->plan.settings, error);
    int status = end == STORE_FAILED ? STATUS_OUTPUT : STATUS_USAGE;
    if (end == STORE_OPEN) {
        status = absorb_all(merge, store, error);
        if (status == STATUS_HELD)
            status = tell(merge, store);
        if (!store_close(store, error))
            status = STATUS_OUTPUT;
    }
    columns_close(&merge->columns);
    return status;
}

static int command(int argc, char **argv)
{
    struct merge_flags given = {.store = NULL};
    struct merge merge = {.program = argv[0], .given = &given};
    struct error error = {""};
    int operands, status = STATUS_USAGE;
    enum flags_end end = flags_read(&usage, argc, argv, &given, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    merge.parts = argv + operands;
    merge.count = argc - operands;
    if (store_plan_read(&merge.plan, merge.parts[0], &error) &&
        scenario_parse(&merge.scenario, merge.plan.file, merge.plan.plan, strlen(merge.plan.plan),
                       &error) &&
        expectations_check(&merge.scenario, &error) && widen(&merge, &error))
        status = join(&merge, &error);
    if (error.text[0])
        fprintf(stderr, "%s\n", error.text);
    scenario_close(&merge.scenario);
    store_plan_close(&merge.plan);
    return status;
}

const struct command command_merge = {
    .name = "merge",
    .help = "the stores of a sweep's shards as one",
    .run = command,
};
