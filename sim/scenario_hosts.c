/* The parts "disk", "clock" and "clients": what is around the nodes. */
#include <stdio.h>
#include <string.h>

#include "sim/scenario_read.h"

/* A clock may run up to 100 times as fast, or nearly stand still; never backwards. */
enum { DRIFT_LEAST_PPM = 999999, DRIFT_MOST_PPM = 99000000 };

#define PART(key, how, definition, text)                                                           \
    .name = key, .kind = FIELD_SPECIAL, .read = how, .schema = definition, .help = text

/* ---- disk ---- */

static bool read_blocks(struct reader *reader, const cJSON *value, void *member)
{
    static const char *const choices[] = {"writes", "node", NULL};
    static const struct field field = {.kind = FIELD_CHOICE, .choices = choices};
    uint32_t choice = 0;
    bool ok = bind_value(reader, &field, value, &choice);
    *(bool *)member = choice;
    return ok;
}

const struct field disk_fields[] = {
    {.name = "fsync",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct scenario, fsync),
     .help = "how long a write takes; default: 0s"},
    {PART("blocks", read_blocks, "blocks",
          "what waits for a write: what depends on it (writes, the default), or the whole node"),
     .offset = offsetof(struct scenario, fsync_blocks_node)},
    {0},
};

bool read_disk(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    return bind_fields(reader, value, disk_fields, reader->scenario);
}

/* ---- clocks ---- */

const struct field clock_fields[] = {
    {.name = "drift_ppm",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct node_plan, drift_ppm),
     .low = DRIFT_LEAST_PPM,
     .high = DRIFT_MOST_PPM,
     .help = "parts per million that it runs fast, or slow if negative; default: 0"},
    {.name = "offset",
     .kind = FIELD_SIGNED_DURATION,
     .offset = offsetof(struct node_plan, clock_offset_ns),
     .help = "how far it is ahead at the start, or behind; default: 0s"},
    {0},
};

bool read_clock(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct raft_set nodes;
    if (!cJSON_IsObject(value))
        return refuse_got(reader, value, "an object {node: drift_ppm and offset}");
    for (const cJSON *clock = value->child; clock; clock = clock->next) {
        if (!bind_name(reader, clock, clock->string, &nodes))
            return false;
        for (uint32_t id = raft_set_next(&nodes, 0); id; id = raft_set_next(&nodes, id))
            if (!bind_fields(reader, clock, clock_fields, &reader->scenario->nodes[id]))
                return false;
    }
    return true;
}

/* ---- clients ---- */

static bool read_propose(struct reader *reader, const cJSON *value, void *member);
static bool read_acks(struct reader *reader, const cJSON *value, void *member);

static bool read_produce(struct reader *reader, const cJSON *value, void *member);
static bool read_read(struct reader *reader, const cJSON *value, void *member);

static bool read_at(struct reader *reader, const cJSON *value, void *member)
{
    if (!cJSON_IsString(value))
        return refuse_got(reader, value, "a node or \"zone:NAME\"");
    return bind_name(reader, value, value->valuestring, member);
}

const struct field client_fields[] = {
    {PART("propose", read_propose, "propose", "a command every so often")},
    {PART("read", read_read, "read", "a read every so often, of what has been applied")},
    {PART("produce", read_produce, "produce", "instead: a record to a topic every so often")},
    {.name = "timeout",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct client_plan, timeout_ns),
     .given = offsetof(struct client_plan, timeout_given),
     .help = "of a plan with reads: what is not answered by then may have happened or not; "
             "default: 1s"},
    {.name = "keys",
     .kind = FIELD_COUNT,
     .offset = offsetof(struct client_plan, keys),
     .given = offsetof(struct client_plan, keys_given),
     .low = 1,
     .high = KEYS_MAX,
     .help = "of a plan with reads: commands write, and reads read, one of so many registers; "
             "default: 1"},
    {PART("at", read_at, "node",
          "where the client is: a zone or a node; default: beside every node"),
     .offset = offsetof(struct client_plan, near)},
    {0},
};

#define TIMES(type, what)                                                                          \
    {.name = "every",                                                                              \
     .kind = FIELD_DISTRIBUTION,                                                                   \
     .offset = offsetof(struct type, every),                                                       \
     .required = true,                                                                             \
     .help = "time between " what},                                                                \
        {.name = "from",                                                                           \
         .kind = FIELD_DURATION,                                                                   \
         .offset = offsetof(struct type, from_ns),                                                 \
         .help = "the first no earlier; default: 0s"},                                             \
    {                                                                                              \
        .name = "until", .kind = FIELD_DURATION, .offset = offsetof(struct type, until_ns),        \
        .help = "the last before that; default: to the end"                                        \
    }

const struct field propose_fields[] = {TIMES(client_plan, "commands"), {0}};

static const char *const asks[] = {[ASK_LEADER] = "leader", [ASK_ANY] = "any", NULL};
static const char *const consistencies[] = {[CONSISTENCY_LINEARIZABLE] = "linearizable",
                                            [CONSISTENCY_SESSION] = "session",
                                            [CONSISTENCY_EVENTUAL] = "eventual",
                                            NULL};

const struct field read_fields[] = {
    TIMES(read_plan, "reads"),
    {.name = "ask",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct read_plan, ask),
     .choices = asks,
     .help = "whom: the leader, as far as it knows, or any node, each in turn; default: leader"},
    {.name = "consistency",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct read_plan, consistency),
     .choices = consistencies,
     .help = "what a read is owed: \"linearizable\", all that anybody was told before it; "
             "\"session\", all that its own client was; \"eventual\", some beginning of it; "
             "default: linearizable"},
    {0},
};

const struct field produce_fields[] = {
    {PART("topic", bind_topic, "topic", "to whose partitions, in turn"),
     .offset = offsetof(struct client_plan, topic), .required = true},
    TIMES(client_plan, "records"),
    {PART("acks", read_acks, "acks",
          "who must hold a record before it counts: all in sync, 1 the leader, 0 nobody; "
          "default: all"),
     .offset = offsetof(struct client_plan, acks)},
    {.name = "timeout",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct client_plan, timeout_ns),
     .help = "no answer for so long: it asks again; default: 30s, or give_up if that is less"},
    {.name = "give_up",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct client_plan, give_up_ns),
     .help = "after so long it asks no more, and what became of it is unknown; default: 120s"},
    {0},
};

static bool check_times(const struct reader *reader, const cJSON *value,
                        const struct distribution *every, uint64_t from_ns, uint64_t until_ns)
{
    const struct scenario *scenario = reader->scenario;
    if (from_ns >= until_ns)
        return refuse_value(reader, value, "expected \"from\" before \"until\"");
    if (scenario->duration_given && from_ns >= scenario->duration_ns)
        return refuse_value(reader, json_member(value, "from"),
                            "expected a time before the duration's end");
    return distribution_high(every) > 0 ||
           refuse_value(reader, json_member(value, "every"), "expected a time above 0");
}

static bool check_commands(const struct reader *reader, const cJSON *value,
                           const struct client_plan *client)
{
    return check_times(reader, value, &client->every, client->from_ns, client->until_ns);
}

static bool read_propose(struct reader *reader, const cJSON *value, void *member)
{
    struct client_plan *client = member;
    client->kind = CLIENT_PROPOSES;
    return bind_fields(reader, value, propose_fields, client) &&
           check_commands(reader, value, client);
}

static bool read_read(struct reader *reader, const cJSON *value, void *member)
{
    struct read_plan *read = &((struct client_plan *)member)->read;
    read->given = reader->scenario->any_reads = true;
    return bind_fields(reader, value, read_fields, read) &&
           check_times(reader, value, &read->every, read->from_ns, read->until_ns);
}

/* As numbers or in quotes; what librdkafka calls -1 is "all". */
static bool read_acks(struct reader *reader, const cJSON *value, void *member)
{
    static const char *const choices[] = {
        [ACKS_NONE] = "0", [ACKS_LEADER] = "1", [ACKS_ALL] = "all"};
    const char *text = cJSON_IsString(value) ? value->valuestring : json_number(value);
    for (uint32_t i = 0; text && i < countof(choices); i++)
        if (strcmp(choices[i], text) == 0) {
            *(uint32_t *)member = i;
            return true;
        }
    return refuse_got(reader, value, "\"all\", 1 or 0");
}

static bool check_patience(const struct reader *reader, const cJSON *value,
                           struct client_plan *client)
{
    const cJSON *timeout = json_member(value, "timeout"), *give_up = json_member(value, "give_up");
    if (client->give_up_ns == 0)
        return refuse_value(reader, give_up, "expected a time above 0");
    if (!timeout && client->timeout_ns > client->give_up_ns)
        client->timeout_ns = client->give_up_ns;
    if (client->timeout_ns == 0)
        return refuse_value(reader, timeout, "expected a time above 0");
    return client->timeout_ns <= client->give_up_ns ||
           refuse_value(reader, timeout, "expected at most \"give_up\", which is %s",
                        short_duration(client->give_up_ns).text);
}

static bool read_produce(struct reader *reader, const cJSON *value, void *member)
{
    struct client_plan *client = member;
    if (!reader->scenario->layout.partition_count)
        return refuse_key(reader, value, "expected \"topics\" in the plan: there are none");
    client->kind = CLIENT_PRODUCES;
    client->acks = ACKS_ALL;
    client->timeout_ns = 30 * NS_PER_S;
    client->give_up_ns = 120 * NS_PER_S;
    return bind_fields(reader, value, produce_fields, client) &&
           check_commands(reader, value, client) && check_patience(reader, value, client);
}

static bool check_client(const struct reader *reader, const cJSON *value,
                         const struct client_plan *client)
{
    const char *given = client->keys_given ? "keys" : client->timeout_given ? "timeout" : NULL;
    if (client->kind == CLIENT_PRODUCES && given)
        return refuse_key(reader, json_member(value, given),
                          "expected it of a client that proposes or reads");
    return client->timeout_ns > 0 ||
           refuse_value(reader, json_member(value, "timeout"), "expected a time above 0");
}

static bool read_client(struct reader *reader, const cJSON *value, struct client_plan *client)
{
    bool proposes = json_member(value, "propose"), produces = json_member(value, "produce");
    bool reads = json_member(value, "read");
    client->until_ns = client->read.until_ns = NS_MAX;
    client->timeout_ns = NS_PER_S;
    client->keys = 1;
    client->kind = CLIENT_READS;
    if (cJSON_IsObject(value) && produces && (proposes || reads))
        return refuse_value(reader, value, "expected \"%s\" or \"produce\", got both",
                            proposes ? "propose" : "read");
    if (!bind_fields(reader, value, client_fields, client))
        return false;
    if (!proposes && !produces && !reads)
        return refuse_value(reader, value,
                            "expected \"propose\", \"read\" or \"produce\", got none of them");
    return check_client(reader, value, client);
}

/* Only who reads, or is read from, waits for answers. */
static bool check_waiting(const struct reader *reader, const cJSON *clients)
{
    const struct client_plan *plan = reader->scenario->clients;
    for (const cJSON *client = clients->child; client; client = client->next, plan++) {
        const char *given = plan->keys_given ? "keys" : plan->timeout_given ? "timeout" : NULL;
        if (given && !reader->scenario->any_reads)
            return refuse_key(reader, json_member(client, given),
                              "expected a client that reads in the plan: there is none");
    }
    return true;
}

bool read_clients(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    uint32_t count;
    if (!bind_any_list(reader, value, CLIENTS_MAX, &count))
        return false;
    scenario->clients = allocate(count, sizeof *scenario->clients);
    for (const cJSON *client = value->child; client; client = client->next)
        if (!read_client(reader, client, &scenario->clients[scenario->client_count++]))
            return false;
    return check_waiting(reader, value);
}
