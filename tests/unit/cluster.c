#include "tests/unit/cluster.h"

#include "raft/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct raft_options etcd_options(void)
{
    return (struct raft_options){.flavor = RAFT_ETCD,
                                 .tick_ns = 100000000,
                                 .election_min = 10,
                                 .election_max = 19,
                                 .election_base = 10,
                                 .heartbeat = 1,
                                 .self_vote_durable = true};
}

struct cluster *cluster_new(uint32_t count, struct raft_options options)
{
    struct cluster *cluster = calloc(1, sizeof *cluster);
    must(cluster != NULL && count <= CLUSTER_NODES);
    cluster->count = count;
    cluster->config.options = options;
    cluster->config.tick_phase_ns = options.tick_ns;
    for (uint32_t id = 1; id <= count; id++) {
        cluster->node[id].disk = (struct raft_durable){.first = 1};
        raft_set_add(&cluster->members.voters, id);
    }
    return cluster;
}

struct cluster *cluster_of(uint32_t count, struct raft_options options)
{
    struct cluster *cluster = cluster_new(count, options);
    cluster_start(cluster);
    return cluster;
}

void cluster_free(struct cluster *cluster)
{
    for (uint32_t id = 1; id <= cluster->count; id++) {
        raft_core.close(cluster->node[id].raft);
        raft_output_close(&cluster->node[id].output);
    }
    free(cluster);
}

void cluster_load(struct cluster *cluster, uint32_t id, struct raft_durable durable,
                  const char *terms)
{
    struct member *node = &cluster->node[id];
    node->disk = durable;
    node->disk.first = durable.first ? durable.first : 1;
    for (char *end; *terms; terms = end) {
        uint64_t term = strtoull(terms, &end, 10);
        if (end == terms)
            break;
        node->log[node->disk.count++] = (struct raft_entry){.term = term, .id = 100 + term};
    }
}

static void boot(struct cluster *cluster, uint32_t id)
{
    struct member *node = &cluster->node[id];
    struct raft_config config = cluster->config;
    config.id = id;
    config.members = &cluster->members;
    node->disk.entries = node->log;
    node->raft = raft_core.open(node->raft, &config, &node->disk);
    node->view = raft_core.view(node->raft);
    tell(cluster, id, (struct raft_input){.kind = RAFT_START});
}

void cluster_start(struct cluster *cluster)
{
    for (uint32_t id = 1; id <= cluster->count; id++)
        boot(cluster, id);
}

void cluster_restart(struct cluster *cluster, uint32_t id)
{
    struct member *node = &cluster->node[id];
    node->unsent.count = node->write_count = 0;
    boot(cluster, id);
}

static void put(struct packets *packets, const struct packet *packet)
{
    must(packets->count < sizeof packets->at / sizeof *packets->at);
    packets->at[packets->count++] = *packet;
}

static void hold(struct unsent *unsent, const struct packet *packet)
{
    must(unsent->count < sizeof unsent->at / sizeof *unsent->at);
    unsent->at[unsent->count++] = *packet;
}

static void release(struct cluster *cluster, struct member *node, uint64_t ticket)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < node->unsent.count; i++) {
        struct packet packet = node->unsent.at[i];
        if (packet.message.wait > ticket)
            node->unsent.at[kept++] = packet;
        else
            put(&cluster->network, &packet);
    }
    node->unsent.count = kept;
}

static void remember(struct member *node)
{
    must(node->write_count < sizeof node->writes / sizeof *node->writes);
    struct write *held = &node->writes[node->write_count++];
    held->write = node->output.write;
    must(held->write.entry_count <= CLUSTER_ENTRIES);
    if (held->write.entry_count)
        memcpy(held->entries, held->write.entries, held->write.entry_count * sizeof *held->entries);
}

static void store(struct member *node, const struct write *held)
{
    const struct raft_write *write = &held->write;
    node->disk.term = write->term;
    node->disk.vote = write->vote;
    node->disk.commit = write->commit;
    if (!write->from)
        return;
    uint64_t kept = write->from - node->disk.first;
    must(kept + write->entry_count <= CLUSTER_LOG);
    memcpy(node->log + kept, held->entries, write->entry_count * sizeof *node->log);
    node->disk.count = kept + write->entry_count;
}

static void post(struct cluster *cluster, struct member *node)
{
    for (uint32_t i = 0; i < node->output.message_count; i++) {
        struct packet packet = {.message = node->output.messages[i]};
        must(packet.message.body_size <= sizeof packet.body);
        if (packet.message.body_size)
            memcpy(packet.body, node->output.bodies + packet.message.body,
                   packet.message.body_size);
        if (packet.message.wait)
            hold(&node->unsent, &packet);
        else
            put(&cluster->network, &packet);
    }
}

static uint64_t clock_ns(const struct cluster *cluster, const struct member *node)
{
    return node->stands ? node->stands_ns : cluster->now_ns - node->behind_ns;
}

void tell(struct cluster *cluster, uint32_t id, struct raft_input input)
{
    struct member *node = &cluster->node[id];
    input.now_ns = clock_ns(cluster, node);
    input.chance_key = 1000 + id;
    raft_output_clear(&node->output);
    raft_core.step(node->raft, &input, &node->output);
    node->deadline_ns = node->output.deadline_ns;
    for (uint32_t i = 0; i < node->output.note_count; i++) {
        must(cluster->note_count < CLUSTER_NOTES);
        cluster->notes[cluster->note_count++] = node->output.notes[i];
    }
    for (uint32_t i = 0; i < node->output.read_count; i++) {
        must(cluster->read_count < CLUSTER_READS);
        cluster->reads[cluster->read_count++] = node->output.reads[i];
    }
    if (node->output.has_write)
        remember(node);
    post(cluster, node);
    uint64_t apply_to = node->output.apply_to;
    if (!node->slow)
        persist(cluster, id, node->write_count);
    if (apply_to > node->view->applied)
        tell(cluster, id, (struct raft_input){.kind = RAFT_APPLIED, .value = apply_to});
}

void persist(struct cluster *cluster, uint32_t id, uint32_t count)
{
    struct member *node = &cluster->node[id];
    must(count <= node->write_count);
    for (; count && node->write_count; count--) {
        struct write held = node->writes[0];
        memmove(node->writes, node->writes + 1, --node->write_count * sizeof held);
        store(node, &held);
        release(cluster, node, held.write.ticket);
        tell(cluster, id, (struct raft_input){.kind = RAFT_PERSISTED, .write = &held.write});
    }
}

void campaign(struct cluster *cluster, uint32_t id)
{
    tell(cluster, id, (struct raft_input){.kind = RAFT_CAMPAIGN});
}

void propose(struct cluster *cluster, uint32_t id, uint64_t command)
{
    tell(cluster, id, (struct raft_input){.kind = RAFT_PROPOSE, .value = command});
}

void read_at(struct cluster *cluster, uint32_t id, uint64_t read)
{
    tell(cluster, id, (struct raft_input){.kind = RAFT_READ, .value = read});
}

void transfer(struct cluster *cluster, uint32_t from, uint32_t to)
{
    tell(cluster, from, (struct raft_input){.kind = RAFT_TRANSFER, .node = to});
}

void receive(struct cluster *cluster, struct raft_message message, const struct raft_entry *entries)
{
    message.body_size = message.entry_count * (uint32_t)sizeof *entries;
    tell(cluster, message.to,
         (struct raft_input){.kind = RAFT_RECEIVE, .message = &message, .body = entries});
}

void settle(struct cluster *cluster)
{
    while (cluster->network.count) {
        struct packet packet = cluster->network.at[0];
        struct raft_message *message = &packet.message;
        memmove(cluster->network.at, cluster->network.at + 1,
                --cluster->network.count * sizeof packet);
        if (!cluster->cut[message->from][message->to] && message->to <= cluster->count)
            tell(
                cluster, message->to,
                (struct raft_input){.kind = RAFT_RECEIVE, .message = message, .body = packet.body});
    }
}

void lose_all(struct cluster *cluster)
{
    cluster->network.count = 0;
}

void isolate(struct cluster *cluster, uint32_t id)
{
    for (uint32_t other = 1; other <= cluster->count; other++)
        cluster->cut[id][other] = cluster->cut[other][id] = true;
}

void heal(struct cluster *cluster)
{
    memset(cluster->cut, 0, sizeof cluster->cut);
}

/* When the node's timer is due, by the cluster's clock. */
static uint64_t due_ns(const struct member *node)
{
    if (node->stands || node->deadline_ns == UINT64_MAX)
        return UINT64_MAX;
    return node->deadline_ns + node->behind_ns;
}

void pass(struct cluster *cluster, uint64_t ns)
{
    uint64_t end_ns = cluster->now_ns + ns;
    for (;;) {
        uint32_t next = 1;
        for (uint32_t id = 2; id <= cluster->count; id++)
            if (due_ns(&cluster->node[id]) < due_ns(&cluster->node[next]))
                next = id;
        if (due_ns(&cluster->node[next]) > end_ns)
            break;
        cluster->now_ns = due_ns(&cluster->node[next]);
        tell(cluster, next, (struct raft_input){.kind = RAFT_TIMEOUT});
        settle(cluster);
    }
    cluster->now_ns = end_ns;
}

void pass_for(struct cluster *cluster, uint32_t only, uint64_t ns)
{
    for (uint32_t id = 1; id <= cluster->count; id++) {
        struct member *node = &cluster->node[id];
        node->stands_ns = clock_ns(cluster, node);
        node->stands = id != only;
    }
    pass(cluster, ns);
    for (uint32_t id = 1; id <= cluster->count; id++) {
        struct member *node = &cluster->node[id];
        node->behind_ns += node->stands ? ns : 0;
        node->stands = false;
    }
}

void elect(struct cluster *cluster, uint32_t id)
{
    campaign(cluster, id);
    settle(cluster);
    must(cluster->node[id].view->role == RAFT_LEADER);
}

uint32_t leader_of(const struct cluster *cluster)
{
    uint32_t leader = 0;
    uint64_t term = 0;
    for (uint32_t id = 1; id <= cluster->count; id++) {
        const struct raft_view *view = cluster->node[id].view;
        if (view->role != RAFT_LEADER || view->term < term)
            continue;
        leader = id;
        term = view->term;
    }
    return leader;
}

bool said(const struct cluster *cluster, enum raft_note_kind kind)
{
    for (uint32_t i = 0; i < cluster->note_count; i++)
        if (cluster->notes[i].kind == kind)
            return true;
    return false;
}

const char *reads_text(struct cluster *cluster, char *text, size_t room)
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < cluster->read_count; i++) {
        const struct raft_read *read = &cluster->reads[i];
        used += (size_t)snprintf(text + used, room - used, "%s%llu", used ? " " : "",
                                 (unsigned long long)read->id);
        used += (size_t)(read->dropped ? snprintf(text + used, room - used, " dropped")
                                       : snprintf(text + used, room - used, "@%llu",
                                                  (unsigned long long)read->index));
    }
    cluster->read_count = 0;
    return text;
}

uint32_t flying(const struct cluster *cluster, enum raft_message_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < cluster->network.count; i++)
        count += cluster->network.at[i].message.kind == kind;
    return count;
}

const char *log_text(const struct cluster *cluster, uint32_t id, char *text, size_t room)
{
    const struct member *node = &cluster->node[id];
    size_t used = 0;
    text[0] = 0;
    for (uint64_t index = node->view->first; index <= node->view->last; index++)
        used += (size_t)snprintf(text + used, room - used, "%s%llu", used ? " " : "",
                                 (unsigned long long)raft_core.entry(node->raft, index).term);
    return text;
}
