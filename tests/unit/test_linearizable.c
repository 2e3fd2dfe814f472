/* The search for one order of all calls: known histories, and random ones on which it and the rules
 * that judge each answer in linear time must agree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raft/chance.h"
#include "sim/history.h"
#include "sim/linearizable.h"
#include "tests/unit/unit.h"

/* "w1:1-4" writes 1, sent at 1 and answered at 4; "w1:1-?" was never answered; "r2:3-6" reads 2;
 * "r0" reads nothing yet. After "/" another register begins. */
static const struct {
    const char *history;
    enum linear_verdict verdict;
} table[] = {
    {"", LINEAR_HOLDS},
    {"w1:1-2 r1:3-4", LINEAR_HOLDS},
    {"w1:1-2 r0:3-4", LINEAR_BROKEN},
    {"w1:1-4 r0:2-3", LINEAR_HOLDS},
    {"w1:1-4 r1:2-3", LINEAR_HOLDS},
    {"w1:1-6 r1:2-3 r0:4-5", LINEAR_BROKEN},
    {"w1:1-6 r0:2-3 r1:4-5", LINEAR_HOLDS},
    {"w1:1-2 w2:3-4 r1:5-6", LINEAR_BROKEN},
    {"w1:1-4 w2:2-3 r1:5-6", LINEAR_HOLDS},
    {"w1:1-4 w2:2-3 r1:5-6 r2:7-8", LINEAR_BROKEN},
    {"w1:1-12 w2:2-11 r1:3-4 r2:5-6 r1:7-8", LINEAR_BROKEN},
    {"w1:1-? r0:2-3 r1:4-5", LINEAR_HOLDS},
    {"w1:1-? r0:2-3", LINEAR_HOLDS},
    {"w1:1-? r1:2-3 r0:4-5", LINEAR_BROKEN},
    {"w1:1-? w2:2-3 r2:4-5 r1:6-7", LINEAR_HOLDS},
    {"w1:1-? w2:2-3 r1:4-5 r2:6-7", LINEAR_BROKEN},
    {"r1:1-2 w1:3-4", LINEAR_BROKEN},
    {"r9:1-2", LINEAR_BROKEN},
    {"w1:1-2 / r0:3-4", LINEAR_HOLDS},
    {"w1:1-2 r1:7-8 / w2:3-4 r0:5-6", LINEAR_BROKEN},
};

static size_t parse(const char *text, struct linear_call *calls)
{
    size_t count = 0;
    uint64_t key = 0;
    for (char word[16]; sscanf(text, " %15s", word) == 1;
         text = strstr(text, word) + strlen(word)) {
        if (*word == '/') {
            key++;
            continue;
        }
        char *end;
        bool writes = *word == 'w';
        uint64_t value = strtoull(word + 1, &end, 10), called = strtoull(end + 1, &end, 10);
        calls[count] = (struct linear_call){
            .id = count + 1,
            .key = key,
            .called = 2 * called,
            .answered = end[1] == '?' ? UINT64_MAX : 2 * strtoull(end + 1, NULL, 10),
            .value = writes ? value : 0,
            .seen = writes ? 0 : value,
            .writes = writes};
        count++;
    }
    return count;
}

START_TEST(a_known_history_has_an_order_or_none)
{
    struct linear_call calls[16];
    size_t count = parse(table[_i].history, calls);
    struct linear_result plain = linear_check(calls, count, &linear_register, 1000);
    ck_assert_msg(plain.verdict == table[_i].verdict, "%s: %d", table[_i].history, plain.verdict);
    count = linear_settle(calls, parse(table[_i].history, calls));
    ck_assert_int_eq(linear_check(calls, count, &linear_register, 1000).verdict, table[_i].verdict);
}
END_TEST

START_TEST(what_takes_more_steps_than_it_may_is_unknown)
{
    struct linear_call calls[16];
    size_t count = parse("w1:1-8 w2:2-7 w3:3-6 w4:4-5 r1:9-10", calls);
    uint64_t steps = linear_check(calls, count, &linear_register, 1000).steps;
    ck_assert_uint_gt(steps, 5);
    ck_assert_int_eq(linear_check(calls, count, &linear_register, steps).verdict, LINEAR_HOLDS);
    ck_assert_int_eq(linear_check(calls, count, &linear_register, steps - 1).verdict,
                     LINEAR_UNKNOWN);
}
END_TEST

/* ---- random histories of a log ---- */

enum { CALLS = 9 };

struct play {
    uint64_t key, draws, instant;
    struct prefixes prefixes;
    struct history history;
    struct linear_call calls[CALLS];
    bool open[CALLS], applied[CALLS];
    size_t count;
    uint32_t log; /* as it truly is */
    bool fault;
};

static uint64_t upto(struct play *play, uint64_t most)
{
    return chance_between(chance_draw(play->key, play->draws++), 0, most);
}

static uint64_t state_of(const struct play *play, uint32_t prefix)
{
    uint64_t commands[CALLS + 1], state = 0;
    uint32_t length = prefix_length(&play->prefixes, prefix);
    for (uint32_t at = length; at > 0; at--) {
        commands[at - 1] = play->prefixes.items[prefix].command;
        prefix = play->prefixes.items[prefix].parent;
    }
    for (uint32_t at = 0; at < length; at++)
        state = linear_log.write(state, commands[at]);
    return state;
}

static void send(struct play *play)
{
    bool writes = upto(play, 1);
    size_t at = play->count++;
    play->calls[at] = (struct linear_call){.id = at + 1,
                                           .called = ++play->instant,
                                           .answered = UINT64_MAX,
                                           .value = writes ? at + 1 : 0,
                                           .writes = writes};
    play->open[at] = true;
    history_called(&play->history, at + 1, (uint32_t)upto(play, 2), !writes);
}

/* Now and then a log that is too short, or in another order. */
static uint32_t distort(struct play *play, uint32_t log)
{
    uint32_t length = prefix_length(&play->prefixes, log);
    uint64_t how = upto(play, 11);
    if (how == 0 && length > 0)
        return prefix_cut(&play->prefixes, log, length - 1);
    if (how == 1 && length > 1) {
        uint64_t last = play->prefixes.items[log].command;
        uint32_t before = play->prefixes.items[log].parent;
        uint32_t start = prefix_extend(&play->prefixes, play->prefixes.items[before].parent, last);
        return prefix_extend(&play->prefixes, start, play->prefixes.items[before].command);
    }
    return log;
}

static void apply(struct play *play, size_t at)
{
    if (play->calls[at].writes && !play->applied[at])
        play->log = prefix_extend(&play->prefixes, play->log, play->calls[at].value);
    play->applied[at] = true;
}

static void answer(struct play *play, size_t at)
{
    struct linear_call *call = &play->calls[at];
    apply(play, at);
    uint32_t shown = play->log;
    if (call->writes)
        while (play->prefixes.items[shown].command != call->value)
            shown = play->prefixes.items[shown].parent;
    else
        shown = distort(play, shown);
    play->open[at] = false;
    call->answered = ++play->instant;
    call->seen = state_of(play, shown);
    struct history_fault fault = history_answered(&play->history, call->id, shown);
    play->fault |= fault.phantom || fault.lost || fault.disagrees || fault.stale;
}

START_TEST(the_search_and_the_rules_agree_on_random_histories)
{
    struct play play = {.key = 0};
    uint32_t broken = 0;
    for (uint32_t round = 0; round < 5000; round++) {
        struct prefixes prefixes = play.prefixes;
        struct history history = play.history;
        play = (struct play){.key = round + 1, .prefixes = prefixes, .history = history};
        prefixes_clear(&play.prefixes);
        history_open(&play.history, &play.prefixes);
        for (uint32_t turn = 0; turn < 4 * CALLS; turn++) {
            uint64_t what = upto(&play, 3);
            size_t at = play.count ? (size_t)upto(&play, play.count - 1) : 0;
            if (what == 0 && play.count < CALLS)
                send(&play);
            else if (what == 1 && play.count && play.open[at])
                apply(&play, at);
            else if (what > 1 && play.count && play.open[at])
                answer(&play, at);
        }
        size_t kept = 0;
        for (size_t i = 0; i < play.count; i++) /* a read that was told nothing says nothing */
            if (play.calls[i].writes || play.calls[i].answered != UINT64_MAX)
                play.calls[kept++] = play.calls[i];
        struct linear_result result = linear_check(play.calls, kept, &linear_log, 1000000);
        ck_assert_msg((result.verdict == LINEAR_BROKEN) == play.fault, "history %u: %d, %d", round,
                      result.verdict, play.fault);
        broken += play.fault;
    }
    ck_assert_uint_gt(broken, 500);
    ck_assert_uint_lt(broken, 4500);
    history_close(&play.history);
    prefixes_close(&play.prefixes);
}
END_TEST

Suite *suite_linearizable(void)
{
    Suite *suite = suite_create("linearizable");
    TCase *tests = tcase_create("linearizable");
    tcase_add_loop_test(tests, a_known_history_has_an_order_or_none, 0, countof(table));
    tcase_add_test(tests, what_takes_more_steps_than_it_may_is_unknown);
    tcase_add_test(tests, the_search_and_the_rules_agree_on_random_histories);
    suite_add_tcase(suite, tests);
    return suite;
}
