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

static bool read_produce(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    return refuse_key(reader, value, "\"produce\" is not built yet: there are no partitions");
}

static bool read_at(struct reader *reader, const cJSON *value, void *member)
{
    if (!cJSON_IsString(value))
        return refuse_got(reader, value, "a node or \"zone:NAME\"");
    return bind_name(reader, value, value->valuestring, member);
}

const struct field client_fields[] = {
    {PART("propose", read_propose, "propose", "a command every so often")},
    {PART("produce", read_produce, "unbuilt", "not built yet")},
    {PART("at", read_at, "node",
          "where the client is: a zone or a node; default: beside every node"),
     .offset = offsetof(struct client_plan, near)},
    {0},
};

const struct field propose_fields[] = {
    {.name = "every",
     .kind = FIELD_DISTRIBUTION,
     .offset = offsetof(struct client_plan, every),
     .required = true,
     .help = "time between commands"},
    {.name = "from",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct client_plan, from_ns),
     .help = "the first no earlier; default: 0s"},
    {.name = "until",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct client_plan, until_ns),
     .help = "the last before that; default: to the end"},
    {0},
};

static bool read_propose(struct reader *reader, const cJSON *value, void *member)
{
    struct client_plan *client = member;
    const struct scenario *scenario = reader->scenario;
    if (!bind_fields(reader, value, propose_fields, client))
        return false;
    if (client->from_ns >= client->until_ns)
        return refuse_value(reader, value, "expected \"from\" before \"until\"");
    if (scenario->duration_given && client->from_ns >= scenario->duration_ns)
        return refuse_value(reader, json_member(value, "from"),
                            "expected a time before the duration's end");
    return distribution_high(&client->every) > 0 ||
           refuse_value(reader, json_member(value, "every"), "expected a time above 0");
}

bool read_clients(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    uint32_t count;
    if (!bind_any_list(reader, value, CLIENTS_MAX, &count))
        return false;
    scenario->clients = allocate(count, sizeof *scenario->clients);
    for (const cJSON *item = value->child; item; item = item->next) {
        struct client_plan *client = &scenario->clients[scenario->client_count++];
        client->until_ns = NS_MAX;
        if (!bind_fields(reader, item, client_fields, client))
            return false;
        if (!json_member(item, "propose"))
            return refuse_value(reader, item, "expected \"propose\", which is missing");
    }
    return true;
}
