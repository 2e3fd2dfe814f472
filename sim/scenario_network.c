/* The part "network". */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario_read.h"

#define LATENCY_DEFAULT_NS NS_PER_MS

/* What the network says of all links, or one entry of `links` of some. */
struct rule {
    struct raft_set from, to; /* empty: all */
    bool both;
    bool latency_given, rtt_given, loss_given, duplicate_given, order_given;
    struct link_class class;
};

static bool read_links(struct reader *reader, const cJSON *value, void *member);

#define AT(member) .offset = offsetof(struct rule, member)
#define GIVEN(member) .given = offsetof(struct rule, member)
#define PART(key, how, definition, text)                                                           \
    .name = key, .kind = FIELD_SPECIAL, .read = how, .schema = definition, .help = text

static const char *const orders[] = {"unordered", "fifo", NULL};

const struct field rule_fields[] = {
    {.name = "latency",
     .kind = FIELD_DISTRIBUTION,
     AT(class.latency),
     GIVEN(latency_given),
     .help = "one way; default: 1ms"},
    {.name = "rtt",
     .kind = FIELD_RTT,
     AT(class.latency),
     GIVEN(rtt_given),
     .help = "there and back, instead of latency: half of it each way"},
    {.name = "loss",
     .kind = FIELD_PROBABILITY,
     AT(class.loss),
     GIVEN(loss_given),
     .help = "probability that a message is lost; default: 0"},
    {.name = "duplicate",
     .kind = FIELD_PROBABILITY,
     AT(class.duplicate),
     GIVEN(duplicate_given),
     .help = "probability that a message arrives twice; default: 0"},
    {.name = "order",
     .kind = FIELD_CHOICE,
     AT(class.fifo),
     GIVEN(order_given),
     .choices = orders,
     .help = "fifo: messages of a link arrive in the order of sending; default: unordered"},
    {0},
};

const struct field link_fields[] = {
    {.name = "from", .kind = FIELD_NODES, AT(from), .help = "senders; default: all"},
    {.name = "to", .kind = FIELD_NODES, AT(to), .help = "receivers; default: all"},
    {.name = "both", .kind = FIELD_BOOL, AT(both), .help = "the way back too; default: false"},
    {0},
};

const struct field network_fields[] = {
    {PART("links", read_links, "links", "exceptions for some links; later ones override earlier")},
    {0},
};

/* ---- network ---- */

static struct distribution copy_law(const struct distribution *law)
{
    struct distribution copy = *law;
    if (law->samples) {
        copy.samples = allocate(law->count, sizeof *copy.samples);
        memcpy(copy.samples, law->samples, law->count * sizeof *copy.samples);
    }
    if (law->parts) {
        copy.parts = allocate(law->count, sizeof *copy.parts);
        copy.upto = allocate(law->count, sizeof *copy.upto);
        memcpy(copy.upto, law->upto, law->count * sizeof *copy.upto);
        for (size_t i = 0; i < law->count; i++)
            copy.parts[i] = copy_law(&law->parts[i]);
    }
    return copy;
}

static bool read_rule(struct reader *reader, const cJSON *value, const struct field *others,
                      struct rule *rule)
{
    struct binding bindings[] = {{others, rule}, {rule_fields, rule}};
    if (!bind_object(reader, value, bindings, countof(bindings)))
        return false;
    return !(rule->latency_given && rule->rtt_given) ||
           refuse_key(reader, json_member(value, "rtt"), "expected latency or rtt, got both");
}

enum { CLASSES_MAX = 20000 };

/* Classes that one rule makes of earlier ones: made[i] of class i, 0: not yet. */
struct making {
    struct scenario *scenario;
    const struct rule *rule;
    uint32_t first; /* those from here on are its own */
    uint16_t *made;
    size_t room, made_room;
};

static void override_class(struct link_class *class, const struct rule *rule)
{
    if (rule->latency_given || rule->rtt_given)
        class->latency = rule->class.latency;
    if (rule->loss_given)
        class->loss = rule->class.loss;
    if (rule->duplicate_given)
        class->duplicate = rule->class.duplicate;
    if (rule->order_given)
        class->fifo = rule->class.fifo;
    class->latency = copy_law(&class->latency);
}

static uint16_t add_class(struct making *making, struct link_class class)
{
    struct scenario *scenario = making->scenario;
    scenario->classes = make_room(scenario->classes, &making->room, scenario->class_count + 1,
                                  sizeof *scenario->classes);
    scenario->classes[scenario->class_count] = class;
    scenario->any_fifo = scenario->any_fifo || class.fifo;
    return (uint16_t)scenario->class_count++;
}

static bool overrule(struct making *making, uint32_t from, uint32_t to)
{
    struct scenario *scenario = making->scenario;
    uint16_t *class = &scenario->link_classes[from * (scenario->node_count + 1) + to];
    if (from == to)
        return false;
    if (*class >= making->first)
        return true;
    if (!making->made[*class]) {
        struct link_class changed = scenario->classes[*class];
        override_class(&changed, making->rule);
        making->made[*class] = add_class(making, changed);
    }
    *class = making->made[*class];
    return true;
}

static uint32_t next_of(const struct scenario *scenario, const struct raft_set *set, uint32_t id)
{
    if (raft_set_count(set))
        return raft_set_next(set, id);
    return id < scenario->node_count ? id + 1 : RAFT_NONE;
}

/* False: the rule is about no link. */
static bool apply_rule(struct making *making)
{
    const struct scenario *scenario = making->scenario;
    const struct rule *rule = making->rule;
    bool any = false;
    for (uint32_t from = 0; (from = next_of(scenario, &rule->from, from));)
        for (uint32_t to = 0; (to = next_of(scenario, &rule->to, to));) {
            any = overrule(making, from, to) || any;
            if (rule->both)
                overrule(making, to, from);
        }
    return any;
}

static bool make_link(struct reader *reader, const cJSON *value, struct making *making)
{
    struct rule rule = {.both = false};
    uint32_t count = making->scenario->class_count;
    bool ok = read_rule(reader, value, link_fields, &rule);
    making->rule = &rule;
    making->first = count;
    making->made = make_room(making->made, &making->made_room, count, sizeof *making->made);
    memset(making->made, 0, count * sizeof *making->made);
    if (ok && !apply_rule(making))
        ok = refuse_value(reader, value,
                          "expected a link between two nodes, got one of a node to itself");
    if (ok && making->scenario->class_count > CLASSES_MAX)
        ok = refuse_value(reader, value,
                          "expected links that overlap less: there are more than %d kinds",
                          CLASSES_MAX);
    distribution_close(&rule.class.latency);
    return ok;
}

static bool make_links(struct reader *reader, const cJSON *links, struct making *making)
{
    bool ok = true;
    for (const cJSON *link = links ? links->child : NULL; link && ok; link = link->next)
        ok = make_link(reader, link, making);
    free(making->made);
    return ok;
}

/* The entries themselves are read when all that the network says of every link is known. */
static bool read_links(struct reader *reader, const cJSON *value, void *member)
{
    uint32_t count;
    (void)member;
    return bind_any_list(reader, value, LINKS_MAX, &count);
}

bool read_network(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct rule rule = {.both = false};
    struct making making = {.scenario = reader->scenario};
    bool ok = read_rule(reader, value, network_fields, &rule);
    if (ok) {
        if (!rule.latency_given && !rule.rtt_given)
            rule.class.latency.a = LATENCY_DEFAULT_NS;
        struct link_class class = rule.class;
        class.latency = copy_law(&rule.class.latency);
        add_class(&making, class);
    }
    distribution_close(&rule.class.latency);
    return ok && make_links(reader, json_member(value, "links"), &making);
}

void network_default(struct scenario *scenario)
{
    struct making making = {.scenario = scenario};
    add_class(&making, (struct link_class){.latency = {.a = LATENCY_DEFAULT_NS}});
}
