#include "sim/chain.h"

#include <stdlib.h>
#include <string.h>

#include "raft/chance.h"

enum { FORGOTTEN = 0 }; /* no chain: of an entry that never was, as far as anybody knows */

static uint64_t link_entry(uint64_t chain, const struct raft_entry *entry)
{
    return chance_mix(chance_mix(chain ^ entry->term) + entry->id + 1);
}

uint64_t chain_at(const struct world *world, uint32_t node, uint64_t index)
{
    const struct log_chain *log = &chains_of(world)->logs[node];
    return index <= log->last ? log->chains[index] : 0;
}

/* Chains again what a step cut or wrote. An entry of some index and term has one chain in all
 * logs; the first that has another is where logs fail to match. */
static void extend(struct chains *chains, const struct world *world, uint32_t node, uint64_t from)
{
    struct log_chain *log = &chains->logs[node];
    const struct node *owner = &world->nodes[node];
    uint64_t last = owner->view->last;
    must(from >= 1 && from <= log->last + 1);
    log->chains = make_room(log->chains, &log->room, (size_t)last + 1, sizeof *log->chains);
    log->chains[0] = 0;
    log->conflict = 0;
    if (owner->role == RAFT_LEADER)
        log->led_term = owner->term;
    for (uint64_t index = from; index <= last; index++) {
        struct raft_entry entry = world->backend->entry(owner->raft, index);
        uint64_t chain = link_entry(log->chains[index - 1], &entry);
        log->chains[index] = chain;
        uint64_t *first = map_put(&chains->entries, index, entry.term, chain);
        if (*first == FORGOTTEN)
            *first = chain;
        if (*first != chain && !log->conflict)
            log->conflict = index;
    }
    log->last_before = log->last;
    log->last = last;
}

/* Who commits first says what is committed; the judges compare all others with it. */
static void commit(struct chains *chains, const struct world *world, const struct record *record)
{
    chains->fresh_from = chains->committed_last + 1;
    if (record->index <= chains->committed_last)
        return;
    chains->committed = make_room(chains->committed, &chains->committed_room,
                                  (size_t)record->index + 1, sizeof *chains->committed);
    const struct node *node = &world->nodes[record->node];
    for (uint64_t index = chains->fresh_from; index <= record->index; index++)
        chains->committed[index] = (struct committed){
            .chain = chain_at(world, record->node, index),
            .term = world->backend->entry(node->raft, index).term,
            .by_term = record->term,
        };
    chains->committed_last = record->index;
}

static bool is_elsewhere(const struct world *world, uint32_t node, uint64_t index, uint64_t chain)
{
    for (uint32_t id = 1; id <= world->node_count; id++)
        if (id != node && chain_at(world, id, index) == chain)
            return true;
    return false;
}

/* The only voter leads before its term is on its disk. A crash may undo that, and it leads the same
 * term again with other entries: what nobody else holds of the first is no log that must match. */
static void forget_leadership(struct chains *chains, const struct world *world, uint32_t node)
{
    struct log_chain *log = &chains->logs[node];
    if (world->nodes[node].view->term >= log->led_term || !log->lost_from)
        return;
    for (uint64_t index = log->lost_from; index <= log->last; index++) {
        uint64_t *first = map_find(&chains->entries, index, log->led_term);
        if (first && !is_elsewhere(world, node, index, *first))
            *first = FORGOTTEN;
    }
}

/* What the disk gave back begins as the log ended, but for what the crash lost: only from there on
 * it must be chained again, so that a restart costs no more as the log grows. */
static void restart(struct chains *chains, const struct world *world, uint32_t node)
{
    struct log_chain *log = &chains->logs[node];
    uint64_t last = world->nodes[node].view->last;
    forget_leadership(chains, world, node);
    uint64_t from = log->lost_from ? log->lost_from : log->last + 1;
    if (from > last + 1) /* a wiped disk, or one that lied */
        from = last + 1;
    extend(chains, world, node, from);
    log->lost_from = 0;
}

static void lose(struct chains *chains, const struct record *record)
{
    struct log_chain *log = &chains->logs[record->node];
    if (record->index && (!log->lost_from || record->index < log->lost_from))
        log->lost_from = record->index;
}

static void observe(void *state, struct world *world, const struct record *record)
{
    struct chains *chains = state;
    if (record->kind == RECORD_LOG)
        extend(chains, world, record->node, record->index);
    else if (record->kind == RECORD_COMMITTED)
        commit(chains, world, record);
    else if (record->kind == RECORD_STARTED)
        restart(chains, world, record->node);
    else
        lose(chains, record);
}

static void make_logs(struct chains *chains, uint32_t nodes)
{
    if (nodes >= chains->log_room) {
        struct log_chain *logs = allocate(nodes + 1, sizeof *logs);
        if (chains->logs)
            memcpy(logs, chains->logs, chains->log_room * sizeof *logs);
        free(chains->logs);
        chains->logs = logs;
        chains->log_room = nodes + 1;
    }
    for (uint32_t id = 1; id <= nodes; id++)
        chains->logs[id] =
            (struct log_chain){.chains = chains->logs[id].chains, .room = chains->logs[id].room};
}

void chains_open(struct world *world)
{
    if (!world->chains)
        world->chains = allocate(1, sizeof(struct chains));
    struct chains *chains = world->chains;
    make_logs(chains, world->node_count);
    map_clear(&chains->entries);
    chains->committed_last = 0;
    chains->fresh_from = 1;
    world_subscribe(world,
                    RECORD_BIT(LOG) | RECORD_BIT(COMMITTED) | RECORD_BIT(STARTED) |
                        RECORD_BIT(WRITE_LOST),
                    (struct subscription){.observe = observe, .state = chains});
}

void chains_close(struct world *world)
{
    struct chains *chains = world->chains;
    if (!chains)
        return;
    for (uint32_t id = 1; id < chains->log_room; id++)
        free(chains->logs[id].chains);
    free(chains->logs);
    free(chains->committed);
    map_close(&chains->entries);
    free(chains);
    world->chains = NULL;
}
