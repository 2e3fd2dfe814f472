#include "sim/explore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore_steps.h"
#include "sim/json.h"
#include "sim/quantity.h"

/* A round: its schedules are made from what was kept before it, and what they reach is taken in
 * their order after it. So neither jobs nor time decide what is kept. */
enum { ROUND_FIRST = 128, ROUND_MAX = 4096, DEATHS_MAX = 10 };

struct round {
    struct explore *explore;
    uint64_t first; /* seed of its first schedule */
    uint64_t size;
    struct ended {
        bool known;
        struct bytes result;
        char died[48]; /* how its worker ended, or "" */
    } * ends;          /* [size] */
};

struct explore *explore_new(void)
{
    return allocate(1, sizeof(struct explore));
}

void explore_free(struct explore *explore)
{
    for (size_t i = 0; i < explore->corpus_count; i++) {
        free(explore->corpus[i].name);
        cJSON_Delete(explore->corpus[i].schedule);
    }
    for (size_t i = 0; i < explore->found_count; i++) {
        free(explore->found[i].name);
        free(explore->found[i].text);
    }
    free(explore->corpus);
    free(explore->found);
    free(explore);
}

/* ---- which schedule ---- */

/* Half of them, once something was kept: the other half sees to it that nothing is overlooked. */
static const struct kept *parent_of(const struct explore *explore, uint64_t seed)
{
    uint64_t bits = chance_draw(seed, 0);
    if (explore->parent_count == 0 || explore->mode != EXPLORE_DRAWN || bits & 1)
        return NULL;
    return &explore->corpus[chance_between(bits, 0, explore->parent_count - 1)];
}

static char *name_of(const struct explore *explore, uint64_t seed)
{
    const struct kept *parent = parent_of(explore, seed);
    struct text text = {0};
    if (parent)
        text_add(&text, "%s+", parent->name);
    text_add(&text, "%" PRIu64, seed);
    return text.data;
}

static cJSON *fresh(const struct explore *explore, uint64_t seed)
{
    return explore->mode == EXPLORE_DRAWN ? swarm_draw(&explore->swarm, seed)
                                          : steps_schedule(explore->steps, seed);
}

static cJSON *schedule_of(const struct explore *explore, uint64_t seed)
{
    const struct kept *parent = parent_of(explore, seed);
    return parent ? swarm_change(&explore->swarm, parent->schedule, seed) : fresh(explore, seed);
}

static cJSON *named_schedule(const struct explore *explore, const char *name)
{
    cJSON *schedule = NULL;
    while (*name) {
        char digits[24];
        uint64_t seed, last;
        size_t size = strcspn(name, "+");
        snprintf(digits, sizeof digits, "%.*s", (int)(size < 23 ? size : 23), name);
        bool known =
            seeds_parse(digits, &seed, &last) && seed == last &&
            (!schedule || explore->mode == EXPLORE_DRAWN) &&
            (explore->mode == EXPLORE_DRAWN || (seed > 0 && seed <= steps_count(explore->steps)));
        cJSON *next = !known     ? NULL
                      : schedule ? swarm_change(&explore->swarm, schedule, seed)
                                 : fresh(explore, seed);
        cJSON_Delete(schedule);
        schedule = next;
        if (!schedule)
            return NULL;
        name += size + (name[size] == '+');
    }
    return schedule;
}

/* ---- what was found ---- */

static bool is_same_rule(const struct discovery *one, const struct trial *trial)
{
    return one->end == trial->end && strcmp(one->rule, trial->rule) == 0;
}

static bool is_within(uint64_t some, uint64_t all)
{
    return (some & ~all) == 0;
}

/* Shows this trial as what was found. Takes the name. */
static void show(struct discovery *one, const struct trial *trial, const char *text, char *name)
{
    free(one->name);
    free(one->text);
    one->name = name;
    one->text = copy_text(text);
    one->faults = trial->faults;
    one->needs = trial->needs;
    memcpy(one->cause, trial->cause, sizeof one->cause);
    memcpy(one->detail, trial->detail, sizeof one->detail);
}

/* Those that need more than the trial are the same trouble: they go, and are counted with it. */
static uint64_t absorb(struct explore *explore, const struct trial *trial)
{
    uint64_t schedules = 0;
    size_t kept = 0;
    for (size_t i = 0; i < explore->found_count; i++) {
        struct discovery *one = &explore->found[i];
        if (!is_same_rule(one, trial) || !is_within(trial->needs, one->needs)) {
            explore->found[kept++] = *one;
            continue;
        }
        schedules += one->schedules;
        free(one->name);
        free(one->text);
    }
    explore->found_count = kept;
    return schedules;
}

static void add_discovery(struct explore *explore, const struct trial *trial, const char *text,
                          char *name)
{
    uint64_t schedules = 1 + absorb(explore, trial);
    explore->found = make_room(explore->found, &explore->found_room, explore->found_count + 1,
                               sizeof *explore->found);
    struct discovery *one = &explore->found[explore->found_count++];
    *one = (struct discovery){.end = trial->end, .schedules = schedules};
    memcpy(one->rule, trial->rule, sizeof one->rule);
    show(one, trial, text, name);
}

/* Of several with one cause the one with the fewest faults is shown, of these the first. Takes the
 * name. */
static void take_discovery(struct explore *explore, const struct trial *trial, const char *text,
                           char *name)
{
    for (size_t i = 0; i < explore->found_count; i++) {
        struct discovery *one = &explore->found[i];
        if (!is_same_rule(one, trial) || !is_within(one->needs, trial->needs))
            continue;
        one->schedules++;
        if (one->needs == trial->needs && trial->faults < one->faults)
            show(one, trial, text, name);
        else
            free(name);
        return;
    }
    add_discovery(explore, trial, text, name);
}

static void count(struct explore *explore, const struct trial *trial, const char *name)
{
    struct explore_counts *counts = &explore->counts;
    counts->schedules++;
    counts->changed += strchr(name, '+') != NULL;
    counts->events += trial->events;
    counts->simulated_ns += trial->simulated_ns;
    counts->by_end[trial->end]++;
}

/* ---- what was reached ---- */

/* What it reached first is its own: in the order of seeds, whoever ran it. */
static bool take_states(struct explore *explore, const struct trial *trial,
                        const unsigned char *data)
{
    bool any = false;
    for (uint32_t i = 0; i < trial->fresh_count; i++) {
        uint32_t state;
        memcpy(&state, data + i * sizeof state, sizeof state);
        any |= coverage_add(&explore->coverage, state);
    }
    return any;
}

static void keep(struct explore *explore, uint64_t seed)
{
    explore->corpus = make_room(explore->corpus, &explore->corpus_room, explore->corpus_count + 1,
                                sizeof *explore->corpus);
    explore->corpus[explore->corpus_count++] =
        (struct kept){name_of(explore, seed), schedule_of(explore, seed)};
}

/* ---- results ---- */

static void take_trial(struct explore *explore, uint64_t seed, const struct bytes *result)
{
    struct trial trial;
    must(result->size >= sizeof trial);
    memcpy(&trial, result->data, sizeof trial);
    const unsigned char *states = result->data + sizeof trial;
    const unsigned char *text = states + trial.fresh_count * sizeof(uint32_t);
    char *name = name_of(explore, seed);
    count(explore, &trial, name);
    if (take_states(explore, &trial, states) && explore->mode == EXPLORE_DRAWN)
        keep(explore, seed);
    if (trial.text_size)
        take_discovery(explore, &trial, (const char *)text, name);
    else
        free(name);
}

/* Its plan is told as it is: what ends raftsim cannot be made smaller within it. */
static void take_death(struct explore *explore, uint64_t seed, const char *how)
{
    struct trial trial = {.end = EXPLORE_DIED};
    cJSON *schedule = schedule_of(explore, seed);
    char *text = json_text(schedule), *name = name_of(explore, seed);
    snprintf(trial.rule, sizeof trial.rule, "%s", how);
    snprintf(trial.cause, sizeof trial.cause, "this schedule");
    snprintf(trial.detail, sizeof trial.detail, "raftsim itself ended: %s", how);
    count(explore, &trial, name);
    take_discovery(explore, &trial, text, name);
    free(text);
    cJSON_Delete(schedule);
}

/* ---- a round ---- */

/* More is a storm of messages, as a wiped disk may cause: the run is undecided. A drawn cluster is
 * small and most of its runs take a thousand events; a user's own may do more. */
static struct testbed *open_testbed(const struct explore *explore)
{
    bool own = explore->swarm.base != NULL;
    return testbed_open(explore->swarm.file, &explore->coverage, own ? 3000000 : 300000);
}

static void *open_bed(void *context)
{
    const struct round *round = context;
    return open_testbed(round->explore);
}

static void work(void *context, void *state, uint64_t job, struct bytes *result)
{
    const struct round *round = context;
    cJSON *schedule = schedule_of(round->explore, round->first + job);
    testbed_try(state, schedule, result);
    cJSON_Delete(schedule);
}

static void take(void *context, uint64_t job, const struct bytes *result)
{
    struct round *round = context;
    struct ended *end = &round->ends[job];
    end->known = true;
    bytes_add(&end->result, result->data, result->size);
    round->explore->done++;
}

static void lost(void *context, uint64_t job, const char *why)
{
    struct round *round = context;
    struct ended *end = &round->ends[job];
    end->known = true;
    snprintf(end->died, sizeof end->died, "%s", why);
    round->explore->done++;
}

static enum workers_stop tick(void *context)
{
    const struct round *round = context;
    const struct explore *explore = round->explore;
    return explore->tick ? explore->tick(explore->context) : WORKERS_GO_ON;
}

static void take_all(struct round *round)
{
    struct explore *explore = round->explore;
    for (uint64_t i = 0; i < round->size && round->ends[i].known; i++) {
        struct ended *end = &round->ends[i];
        if (*end->died)
            take_death(explore, round->first + i, end->died);
        else
            take_trial(explore, round->first + i, &end->result);
    }
    for (uint64_t i = 0; i < round->size; i++)
        free(round->ends[i].result.data);
    free(round->ends);
}

/* True: all of it was done. */
static bool run_round(struct explore *explore, uint64_t first, uint64_t size)
{
    struct round round = {.explore = explore, .first = first, .size = size};
    round.ends = allocate(size, sizeof *round.ends);
    struct workers plan = {.count = explore->jobs,
                           .jobs = size,
                           .context = &round,
                           .open = open_bed,
                           .work = work,
                           .take = take,
                           .lost = lost,
                           .tick = tick};
    explore->parent_count = explore->corpus_count;
    bool all = workers_run(&plan) == size;
    take_all(&round);
    return all;
}

/* ---- all of them ---- */

static bool run_named(struct explore *explore, struct error *error)
{
    struct bytes result = {0};
    struct trial trial;
    cJSON *schedule = named_schedule(explore, explore->name);
    if (!schedule)
        return refuse(error, "no schedule is called '%.60s'", explore->name);
    struct testbed *bed = open_testbed(explore);
    testbed_try(bed, schedule, &result);
    memcpy(&trial, result.data, sizeof trial);
    const unsigned char *states = result.data + sizeof trial;
    count(explore, &trial, explore->name);
    take_states(explore, &trial, states);
    if (trial.text_size)
        take_discovery(explore, &trial, (const char *)states + trial.fresh_count * sizeof(uint32_t),
                       copy_text(explore->name));
    free(result.data);
    testbed_close(bed);
    cJSON_Delete(schedule);
    return true;
}

bool explore_run(struct explore *explore, struct error *error)
{
    uint64_t size = ROUND_FIRST;
    if (explore->name)
        return run_named(explore, error);
    for (uint64_t next = explore->first; next <= explore->last;) {
        uint64_t left = explore->last - next + 1;
        uint64_t now = size < left ? size : left;
        if (!run_round(explore, next, now))
            break;
        next += now;
        if (explore->counts.by_end[EXPLORE_DIED] >= DEATHS_MAX)
            break;
        size = size < ROUND_MAX ? 2 * size : ROUND_MAX;
    }
    return true;
}

int explore_status(const struct explore *explore)
{
    const uint64_t *ends = explore->counts.by_end;
    if (ends[EXPLORE_DIED])
        return 70;
    if (ends[EXPLORE_SAFETY])
        return verdict_status(VERDICT_SAFETY);
    if (ends[EXPLORE_LIVENESS])
        return verdict_status(VERDICT_LIVENESS);
    return verdict_status(ends[EXPLORE_UNDECIDED] ? VERDICT_UNDECIDED : VERDICT_PASS);
}
