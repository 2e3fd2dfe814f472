#include "sim/linearizable.h"

#include <stdlib.h>
#include <string.h>

#include "raft/chance.h"
#include "sim/map.h"

static uint64_t last_value(uint64_t state, uint64_t value)
{
    (void)state;
    return value;
}

static uint64_t all_values(uint64_t state, uint64_t value)
{
    return chance_mix(chance_mix(state) + value);
}

const struct linear_object linear_register = {.write = last_value, .forgets = true};
const struct linear_object linear_log = {.write = all_values};

/* The sending or the answer of a call, in a list by time from which calls in the order are taken
 * out. */
struct instant {
    uint64_t at;
    uint32_t call;
    bool answer;
    uint32_t next, before;
};

/* A call that the order now has last, and the state before it. */
struct step {
    uint32_t instant;
    uint32_t holder;
    uint64_t state;
};

/* The calls of one key, by time of sending; those of the order so far are a set of bits. */
struct search {
    const struct linear_call *calls;
    uint32_t count;
    const struct linear_object *object;
    struct instant *instants; /* [0] is the list's head */
    uint32_t *answers;        /* [call]: its instant; 0: none */
    uint32_t *sources;        /* [call]: of a read, the write that it saw; `count`: none */
    uint32_t *readers;        /* [call], [count]: reads of it that are not in the order */
    uint32_t holder;          /* the last write of the order; `count`: none */
    uint64_t *order;          /* bits */
    uint32_t in_order;        /* how many */
    uint32_t left;            /* answered calls that are not in it */
    struct step *steps;
    uint32_t depth;
    uint64_t *seen; /* what was tried, one behind the other */
    size_t seen_count, seen_room;
    size_t *table; /* 1 + where one begins in `seen` */
    size_t table_room, tried;
    uint32_t furthest; /* the last instant of an answer that stopped it */
};

static int by_key_and_time(const void *a, const void *b)
{
    const struct linear_call *one = a, *other = b;
    if (one->key != other->key)
        return one->key < other->key ? -1 : 1;
    return one->called < other->called ? -1 : one->called > other->called;
}

static int by_instant(const void *a, const void *b)
{
    const struct instant *one = a, *other = b;
    return one->at < other->at ? -1 : one->at > other->at;
}

static void make_list(struct search *search)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < search->count; i++) {
        const struct linear_call *call = &search->calls[i];
        search->instants[count++] = (struct instant){.at = call->called, .call = i};
        if (call->answered == UINT64_MAX)
            continue;
        search->instants[count++] =
            (struct instant){.at = call->answered, .call = i, .answer = true};
        search->left++;
    }
    qsort(search->instants + 1, count - 1, sizeof *search->instants, by_instant);
    for (uint32_t i = 0; i < count; i++) {
        struct instant *instant = &search->instants[i];
        instant->before = i ? i - 1 : count - 1;
        instant->next = i + 1 < count ? i + 1 : 0;
        if (instant->answer)
            search->answers[instant->call] = i;
    }
}

static void take_out(struct search *search, uint32_t at)
{
    const struct instant *instant = &search->instants[at];
    search->instants[instant->before].next = instant->next;
    search->instants[instant->next].before = instant->before;
}

static void put_back(struct search *search, uint32_t at)
{
    const struct instant *instant = &search->instants[at];
    search->instants[instant->before].next = at;
    search->instants[instant->next].before = at;
}

/* A read of what nobody wrote stays its own reader: no order holds it. */
static void find_sources(struct search *search)
{
    struct map writes = {0};
    map_clear(&writes);
    for (uint32_t i = 0; i < search->count; i++)
        if (search->calls[i].writes)
            map_put(&writes, search->calls[i].value, 0, i);
    for (uint32_t i = 0; i < search->count; i++) {
        const uint64_t *write = map_find(&writes, search->calls[i].seen, 0);
        search->sources[i] = search->count;
        if (search->calls[i].writes)
            continue;
        if (search->calls[i].seen)
            search->sources[i] = write ? (uint32_t)*write : i;
        search->readers[search->sources[i]]++;
    }
    map_close(&writes);
    search->holder = search->count;
}

/* ---- what was tried ---- */

/* Where the set of calls in the order, and the state that it leaves, stand behind all tried: state,
 * first call that is not in it, and the bits from there on. */
static size_t write_down(struct search *search, uint64_t state)
{
    uint32_t first = 0, found;
    while (first < search->count / 64 && search->order[first] == UINT64_MAX)
        first++;
    found = first * 64;
    size_t at = search->seen_count, words = 0;
    search->seen = make_room(search->seen, &search->seen_room, at + 3 + search->count / 64 + 1,
                             sizeof *search->seen);
    for (; found < search->in_order; words++) {
        uint64_t word = search->order[first + words];
        search->seen[at + 3 + words] = word;
        found += (uint32_t)__builtin_popcountll(word);
    }
    search->seen[at] = state;
    search->seen[at + 1] = first;
    search->seen[at + 2] = words;
    return 3 + words;
}

static uint64_t hash_of(const uint64_t *words, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++)
        hash = chance_mix(hash ^ words[i]) + i;
    return hash;
}

static bool are_same(const uint64_t *one, const uint64_t *other)
{
    return one[2] == other[2] && memcmp(one, other, (3 + (size_t)one[2]) * sizeof *one) == 0;
}

static size_t *place_of(const struct search *search, const uint64_t *words)
{
    size_t mask = search->table_room - 1;
    size_t at = (size_t)hash_of(words, 3 + (size_t)words[2]) & mask;
    while (search->table[at] && !are_same(&search->seen[search->table[at] - 1], words))
        at = (at + 1) & mask;
    return &search->table[at];
}

static void grow_table(struct search *search)
{
    size_t *old = search->table, room = search->table_room;
    search->table_room = room ? room * 2 : 256;
    search->table = allocate(search->table_room, sizeof *search->table);
    for (size_t i = 0; i < room; i++)
        if (old[i])
            *place_of(search, &search->seen[old[i] - 1]) = old[i];
    free(old);
}

/* Notes that the calls in the order can leave this state; false: that was tried before. */
static bool is_new(struct search *search, uint64_t state)
{
    if (search->tried * 2 >= search->table_room)
        grow_table(search);
    size_t size = write_down(search, state);
    size_t *place = place_of(search, &search->seen[search->seen_count]);
    if (*place)
        return false;
    *place = search->seen_count + 1;
    search->seen_count += size;
    search->tried++;
    return true;
}

/* ---- the search ---- */

/* Can the call come next, after this state? A register is not written while somebody is still to
 * read what it holds. */
static bool allows(const struct search *search, const struct linear_call *call, uint64_t *state)
{
    if (call->writes && search->object->forgets && search->readers[search->holder] > 0)
        return false;
    if (call->writes)
        *state = search->object->write(*state, call->value);
    return call->writes && call->seen == 0 ? true : *state == call->seen;
}

static void flip(struct search *search, uint32_t call)
{
    search->order[call / 64] ^= UINT64_C(1) << (call % 64);
    uint32_t one = search->order[call / 64] >> (call % 64) & 1 ? 1 : UINT32_MAX;
    search->in_order += one;
    if (!search->calls[call].writes)
        search->readers[search->sources[call]] -= one;
}

/* False: it cannot, or that leads where the search has been. */
static bool go_on(struct search *search, uint32_t at, uint64_t *state)
{
    uint32_t number = search->instants[at].call, answer = search->answers[number];
    uint64_t next = *state;
    if (!allows(search, &search->calls[number], &next))
        return false;
    flip(search, number);
    if (!is_new(search, next)) {
        flip(search, number);
        return false;
    }
    take_out(search, at);
    if (answer) {
        take_out(search, answer);
        search->left--;
    }
    search->steps[search->depth++] = (struct step){at, search->holder, *state};
    if (search->calls[number].writes)
        search->holder = number;
    *state = next;
    return true;
}

static uint32_t go_back(struct search *search, uint64_t *state)
{
    struct step last = search->steps[--search->depth];
    uint32_t number = search->instants[last.instant].call, answer = search->answers[number];
    if (answer) {
        put_back(search, answer);
        search->left++;
    }
    put_back(search, last.instant);
    flip(search, number);
    search->holder = last.holder;
    *state = last.state;
    return search->instants[last.instant].next;
}

static enum linear_verdict run(struct search *search, uint64_t bound, uint64_t *steps)
{
    uint64_t state = 0;
    uint32_t at = search->instants[0].next;
    while (search->left > 0) {
        if (++*steps > bound)
            return LINEAR_UNKNOWN;
        must(at > 0);
        if (!search->instants[at].answer) {
            at = go_on(search, at, &state) ? search->instants[0].next : search->instants[at].next;
            continue;
        }
        if (at > search->furthest)
            search->furthest = at;
        if (search->depth == 0)
            return LINEAR_BROKEN;
        at = go_back(search, &state);
    }
    return LINEAR_HOLDS;
}

static void check_key(const struct linear_call *calls, uint32_t count,
                      const struct linear_object *object, uint64_t bound,
                      struct linear_result *result)
{
    struct search search = {.calls = calls, .count = count, .object = object};
    search.instants = allocate(2 * (size_t)count + 1, sizeof *search.instants);
    search.answers = allocate(count, sizeof *search.answers);
    search.order = allocate(count / 64 + 1, sizeof *search.order);
    search.steps = allocate(count, sizeof *search.steps);
    search.sources = allocate(count, sizeof *search.sources);
    search.readers = allocate((size_t)count + 1, sizeof *search.readers);
    make_list(&search);
    find_sources(&search);
    result->key = calls->key;
    result->verdict = run(&search, bound, &result->steps);
    if (result->verdict == LINEAR_BROKEN)
        result->id = calls[search.instants[search.furthest].call].id;
    free(search.instants);
    free(search.answers);
    free(search.sources);
    free(search.readers);
    free(search.order);
    free(search.steps);
    free(search.seen);
    free(search.table);
}

struct linear_result linear_check(struct linear_call *calls, size_t count,
                                  const struct linear_object *object, uint64_t bound)
{
    struct linear_result result = {0};
    must(count < UINT32_MAX / 2);
    if (count > 0)
        qsort(calls, count, sizeof *calls, by_key_and_time);
    for (size_t first = 0, next; first < count && result.verdict == LINEAR_HOLDS; first = next) {
        for (next = first + 1; next < count && calls[next].key == calls[first].key; next++)
            ;
        check_key(calls + first, (uint32_t)(next - first), object, bound, &result);
    }
    return result;
}

size_t linear_settle(struct linear_call *calls, size_t count)
{
    struct map reads = {0}; /* value -> answered first */
    size_t kept = 0;
    map_clear(&reads);
    for (size_t i = 0; i < count; i++) {
        if (calls[i].writes || calls[i].seen == 0)
            continue;
        uint64_t *first = map_put(&reads, calls[i].seen, 0, calls[i].answered);
        if (calls[i].answered < *first)
            *first = calls[i].answered;
    }
    for (size_t i = 0; i < count; i++) {
        struct linear_call call = calls[i];
        const uint64_t *read = map_find(&reads, call.value, 0);
        if (call.answered == UINT64_MAX && !(call.writes && read))
            continue;
        if (call.answered == UINT64_MAX)
            call.answered = *read - 1;
        calls[kept++] = call;
    }
    map_close(&reads);
    return kept;
}
