#include "sim/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sim/deed.h"
#include "tests/unit/lab.h"
#include "tests/unit/unit.h"

/* All five nodes start at 0; stories begin after that. */
#define STARTS "0 started n1\n0 started n2\n0 started n3\n0 started n4\n0 started n5\n"

/* Nobody campaigns unless told to. */
#define QUIET                                                                                      \
    "'duration': '3500ms', 'cluster': {'nodes': 5, 'raft': {'election_timeout': ['50s', '90s'], "  \
    "'heartbeat': '100ms'}}, "

static const struct story {
    const char *plan, *told;
} stories[] = {
    {"{'at': '1s', 'do': 'crash', 'node': 'n2', 'for': '500ms'}",
     "1000 action_begin n2\n1000 crashed n2\n1500 action_end n2\n1500 started n2\n"},
    {"{'at': '1s', 'do': 'crash', 'node': ['n2', 'n4']}",
     "1000 action_begin n2\n1000 crashed n2\n1000 crashed n4\n"},
    {"{'at': '1s', 'do': 'restart', 'node': 'n3'}",
     "1000 action_begin n3\n1000 crashed n3\n1000 started n3\n"},
    {"{'at': '1s', 'do': 'wipe', 'node': 'n3'}",
     "1000 action_begin n3\n1000 crashed n3\n1000 started n3\n"},
    {"{'at': '1s', 'do': 'pause', 'node': 'n1', 'for': '1s'}",
     "1000 action_begin n1\n1000 paused n1\n2000 action_end n1\n2000 resumed n1\n"},
    {"{'at': '1s', 'do': 'isolate', 'node': 'n1', 'for': '1s'}",
     "1000 action_begin n1\n1000 links\n2000 action_end n1\n2000 links\n"},
    {"{'at': '1s', 'do': 'partition', 'sides': [['n1', 'n2'], ['others']], 'for': '1s'}",
     "1000 action_begin\n1000 links\n2000 action_end\n2000 links\n"},
    {"{'at': '1s', 'do': 'loss', 'probability': 0.5, 'for': '1s'}",
     "1000 action_begin\n2000 action_end\n"},
    {"{'at': '1s', 'do': 'loss', 'probability': 1, 'from': 'n1', 'for': '1s'}",
     "1000 action_begin\n1000 links\n2000 action_end\n2000 links\n"},
    {"{'at': '1s', 'do': 'flap', 'node': 'n1', 'down': '300ms', 'up': '100ms', 'for': '1s'}",
     "1000 action_begin n1\n1000 links\n1300 links\n1400 links\n1700 links\n1800 links\n"
     "2000 action_end n1\n2000 links\n"},
    {"{'at': '1s', 'do': 'crash', 'node': 'n1', 'for': '1s'},"
     "{'at': '1500ms', 'do': 'crash', 'node': 'n1', 'for': '1s'}",
     "1000 action_begin n1\n1000 crashed n1\n1500 action_begin n1\n2000 action_end n1\n"
     "2500 action_end n1\n2500 started n1\n"},
    {"{'at': '1s', 'do': 'pause', 'node': 'n1', 'for': '1s'},"
     "{'at': '1500ms', 'do': 'crash', 'node': 'n1', 'for': '200ms'}",
     "1000 action_begin n1\n1000 paused n1\n1500 action_begin n1\n1500 crashed n1\n"
     "1700 action_end n1\n1700 started n1\n1700 paused n1\n2000 action_end n1\n2000 resumed n1\n"},
    {"{'when': {'record': 'crashed', 'count': 2}, 'after': '100ms', 'do': 'crash', 'node': 'n5'},"
     "{'at': '1s', 'do': 'crash', 'node': 'n1'}, {'at': '2s', 'do': 'crash', 'node': 'n2'}",
     "1000 action_begin n1\n1000 crashed n1\n2000 action_begin n2\n2000 crashed n2\n"
     "2100 action_begin n5\n2100 crashed n5\n"},
    {"{'when': {'record': 'crashed', 'node': 'n2'}, 'do': 'crash', 'node': 'n5'},"
     "{'at': '1s', 'do': 'crash', 'node': 'n1'}, {'at': '2s', 'do': 'crash', 'node': 'n2'}",
     "1000 action_begin n1\n1000 crashed n1\n2000 action_begin n2\n2000 crashed n2\n"
     "2000 action_begin n5\n2000 crashed n5\n"},
    {"{'at': '1s', 'do': 'crash', 'node': ['n1', 'n2']}, {'at': '2s', 'do': 'heal'}",
     "1000 action_begin n1\n1000 crashed n1\n1000 crashed n2\n2000 action_begin n1\n"
     "2000 action_end n1\n2000 started n1\n2000 started n2\n"},
    {"{'at': '1s', 'do': 'crash', 'node': ['n1', 'n2'], 'for': '2s'},"
     "{'at': '2s', 'do': 'heal', 'node': ['n2', 'n3', 'n4']}",
     "1000 action_begin n1\n1000 crashed n1\n1000 crashed n2\n2000 action_begin n2\n"
     "2000 started n2\n3000 action_end n1\n3000 started n1\n"},
    {"{'at': '1s', 'do': 'pause', 'node': 'n1', 'for': '2s'}, {'at': '2s', 'do': 'heal'}",
     "1000 action_begin n1\n1000 paused n1\n2000 action_begin n1\n2000 action_end n1\n"
     "2000 resumed n1\n"},
    {"{'at': '1s', 'do': 'crash', 'node': 'candidate', 'optional': true}",
     "1000 action_skipped 0\n"},
    {"{'at': '10ms', 'do': 'transfer', 'to': 'n2', 'optional': true}", "10 action_skipped 0\n"},
};

START_TEST(an_action_begins_acts_and_ends)
{
    struct lab lab;
    struct text plan = {0}, told = {0};
    text_add(&plan, QUIET "'timeline': [%s]", stories[_i].plan);
    lab_open_whole(&lab, text_of(&plan));
    text_add(&told, STARTS "%s", stories[_i].told);
    ck_assert_str_eq(lab_run(&lab, 1, LAB_DEEDS), text_of(&told));
    text_close(&plan);
    text_close(&told);
    lab_close(&lab);
}
END_TEST

Suite *suite_plan(void)
{
    Suite *suite = suite_create("plan");
    TCase *each = tcase_create("stories");
    tcase_add_loop_test(each, an_action_begins_acts_and_ends, 0, (int)countof(stories));
    suite_add_tcase(suite, each);
    return suite;
}
