/* The same plan and seed twice, side by side: every record must be the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run.h"
#include "sim/text.h"

/* What one event emitted. */
struct stream {
    struct record *items;
    size_t count, room;
    const struct run_options *options; /* of the run that is kept, with its own observers */
};

static void keep(void *state, struct world *world, const struct record *record)
{
    struct stream *stream = state;
    (void)world;
    stream->items =
        make_room(stream->items, &stream->room, stream->count + 1, sizeof *stream->items);
    stream->items[stream->count++] = *record;
}

static void subscribe(void *context, struct world *world)
{
    struct stream *stream = context;
    if (stream->options && stream->options->subscribe)
        stream->options->subscribe(stream->options->context, world);
    world_subscribe(world, (UINT64_C(1) << RECORD_KINDS) - 1,
                    (struct subscription){.observe = keep, .state = stream});
}

static bool same(const struct record *a, const struct record *b)
{
    return a->at_ns == b->at_ns && a->kind == b->kind && a->node == b->node && a->peer == b->peer &&
           a->term == b->term && a->index == b->index && a->value == b->value &&
           a->message == b->message && a->detail == b->detail && a->reject == b->reject &&
           a->prevote == b->prevote;
}

static const char *describe(char *text, size_t size, const struct stream *stream, size_t at)
{
    if (at >= stream->count) {
        snprintf(text, size, "nothing");
        return text;
    }
    const struct record *record = &stream->items[at];
    snprintf(text, size, "%s of node %u in term %llu at %s",
             record_info((enum record_kind)record->kind)->name, record->node,
             (unsigned long long)record->term, short_instant(record->at_ns).text);
    return text;
}

/* Compares what the last event emitted; false: `why` says where they part. */
static bool agree(struct stream *a, struct stream *b, uint64_t *passed, char *why, size_t size)
{
    size_t at = 0;
    while (at < a->count && at < b->count && same(&a->items[at], &b->items[at]))
        at++;
    *passed += at;
    if (at == a->count && at == b->count) {
        a->count = b->count = 0;
        return true;
    }
    char first[96], second[96];
    struct text text = {0};
    text_add(&text, "record %s differs: first %s, then %s", short_count(*passed + 1).text,
             describe(first, sizeof first, a, at), describe(second, sizeof second, b, at));
    snprintf(why, size, "%s", text_of(&text));
    text_close(&text);
    return false;
}

/* Derived options: the second run must watch the world only as the first does. */
static struct run_options watched(const struct run_options *options, struct stream *stream)
{
    struct run_options watching = options ? *options : (struct run_options){0};
    watching.subscribe = subscribe;
    watching.context = stream;
    return watching;
}

void run_verify(struct run *run, const struct scenario *scenario, uint64_t seed,
                const struct run_options *options)
{
    struct run *again = run_new();
    struct stream first = {.options = options}, second = {0};
    struct run_options watch_first = watched(options, &first);
    struct run_options watch_second = watched(options, &second);
    char why[sizeof run->why] = "";
    uint64_t passed = 0;
    run_prepare(run, scenario, seed, &watch_first);
    run_prepare(again, scenario, seed, &watch_second);
    bool same_so_far = true, goes_on = true;
    while (goes_on && same_so_far) {
        goes_on = run_step(run);
        bool both = run_step(again) == goes_on;
        same_so_far = agree(&first, &second, &passed, why, sizeof why);
        if (same_so_far && !both) {
            snprintf(why, sizeof why, "one run ended at %s, the other did not",
                     short_instant(run->world->now_ns).text);
            same_so_far = false;
        }
    }
    while (goes_on)
        goes_on = run_step(run);
    run_judge(run);
    if (!same_so_far) {
        run->verdict = VERDICT_NONDETERMINISTIC;
        memcpy(run->why, why, sizeof why);
    }
    run_free(again);
    free(first.items);
    free(second.items);
}
