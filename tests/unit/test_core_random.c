/* Any schedule of losses, crashes, slow disks, time and orders keeps Raft's promises (paper
 * figure 3); when all is well again, a leader is elected and the logs become equal. */
#include "raft/chance.h"
#include "tests/unit/cluster.h"
#include "tests/unit/unit.h"

#include <string.h>

enum { NODES = 5, TERMS = 400 };

struct history {
    uint32_t leader[TERMS];                   /* by term */
    struct raft_entry committed[CLUSTER_LOG]; /* by index */
};

static struct raft_options any_options(uint64_t key)
{
    struct raft_options options = etcd_options();
    uint64_t bits = chance_draw(key, 0);
    options.flavor = (enum raft_flavor)(bits % 3);
    options.pre_vote = bits >> 8 & 1;
    options.check_quorum = bits >> 9 & 1;
    options.async_storage = bits >> 10 & 1;
    options.self_vote_durable = bits >> 11 & 1;
    options.sticky = bits >> 12 & 1;
    options.inflight_max = bits >> 13 & 3;
    options.entries_max = bits >> 16 & 3;
    if (bits >> 20 & 1) { /* timers without ticks */
        uint64_t tick_ns = options.tick_ns;
        options.tick_ns = 0;
        options.heartbeat = tick_ns;
        options.election_min = options.election_base = 10 * tick_ns;
        options.election_max = 20 * tick_ns;
    }
    return options;
}

static void check_promises(const struct cluster *c, struct history *history)
{
    for (uint32_t id = 1; id <= NODES; id++) {
        const struct raft_view *view = c->node[id].view;
        ck_assert_uint_lt(view->term, TERMS);
        ck_assert_uint_le(view->commit, view->last);
        ck_assert_uint_le(view->applied, view->commit);
        if (view->role == RAFT_LEADER) {
            uint32_t *leader = &history->leader[view->term];
            ck_assert(*leader == 0 || *leader == id);
            *leader = id;
        }
        for (uint64_t index = 1; index <= view->commit; index++) {
            struct raft_entry entry = raft_core.entry(c->node[id].raft, index);
            struct raft_entry *committed = &history->committed[index];
            if (!committed->term)
                *committed = entry;
            ck_assert_uint_eq(committed->term, entry.term);
            ck_assert_uint_eq(committed->id, entry.id);
        }
    }
}

/* One message, any of those on their way, arrives, arrives twice, or is lost. */
static void move_message(struct cluster *c, uint64_t bits)
{
    if (!c->network.count)
        return;
    uint32_t at = (uint32_t)(bits % c->network.count);
    struct packet packet = c->network.at[at];
    if (bits >> 32 & 15)
        c->network.at[at] = c->network.at[--c->network.count];
    if ((bits >> 40 & 15) == 0)
        return;
    tell(
        c, packet.message.to,
        (struct raft_input){.kind = RAFT_RECEIVE, .message = &packet.message, .body = packet.body});
}

static void disturb(struct cluster *c, uint64_t bits, uint64_t n)
{
    uint32_t id = 1 + (uint32_t)(bits >> 8) % NODES;
    struct member *node = &c->node[id];
    switch (bits % 16) {
    case 0:
        cluster_restart(c, id);
        break;
    case 1:
        campaign(c, id);
        break;
    case 2:
        if (c->node[id].view->last < CLUSTER_ENTRIES - 2)
            propose(c, id, n);
        break;
    case 3:
        node->slow = !node->slow;
        persist(c, id, node->slow ? 0 : node->write_count);
        break;
    case 4:
        transfer(c, id, 1 + (id + 1) % NODES);
        break;
    case 5:
        tell(c, id, (struct raft_input){.kind = RAFT_UNREACHABLE, .node = 1 + id % NODES});
        break;
    case 6:
        c->now_ns += bits >> 34;
        tell(c, id, (struct raft_input){.kind = RAFT_TIMEOUT});
        break;
    case 7:
    case 8:
        persist(c, id, node->write_count ? 1 : 0);
        break;
    default:
        move_message(c, bits >> 8);
    }
}

START_TEST(raft_keeps_its_promises_whatever_happens_and_recovers)
{
    uint64_t key = chance_draw(4711, (uint64_t)_i);
    struct cluster *c = cluster_of(NODES, any_options(key));
    struct history history;
    memset(&history, 0, sizeof history);
    for (uint64_t n = 1; n < 1500; n++) {
        c->note_count = 0;
        disturb(c, chance_draw(key, n), n);
        check_promises(c, &history);
        if (c->network.count > 400)
            lose_all(c);
    }
    lose_all(c);
    for (uint32_t id = 1; id <= NODES; id++) {
        c->node[id].slow = false;
        persist(c, id, c->node[id].write_count);
    }
    for (int tenths = 0; tenths < 1000; tenths++) {
        c->note_count = 0;
        pass(c, 100000000);
        check_promises(c, &history);
    }
    uint32_t leader = leader_of(c);
    ck_assert_uint_ne(leader, 0);
    for (uint32_t id = 1; id <= NODES; id++) {
        ck_assert_uint_eq(c->node[id].view->lead, leader);
        ck_assert_uint_eq(c->node[id].view->commit, c->node[leader].view->last);
    }
    cluster_free(c);
}
END_TEST

Suite *suite_core_random(void)
{
    Suite *suite = suite_create("core_random");
    TCase *tests = tcase_create("core");
    tcase_add_loop_test(tests, raft_keeps_its_promises_whatever_happens_and_recovers, 0, 60);
    suite_add_tcase(suite, tests);
    return suite;
}
