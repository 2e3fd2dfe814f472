/* The parts "timeline", "chaos" and "until": what is done, and when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/scenario_read.h"

static bool read_record(struct reader *reader, const cJSON *value, void *member);
static bool read_node(struct reader *reader, const cJSON *value, void *member);
static bool read_do(struct reader *reader, const cJSON *value, void *member);

#define PART(key, how, definition, text)                                                           \
    .name = key, .kind = FIELD_SPECIAL, .read = how, .schema = definition, .help = text
#define AT(member) .offset = offsetof(struct item, member)

#define DO_ROW                                                                                     \
    {                                                                                              \
        PART("do", read_do, "do", "what is done"), AT(action), .required = true                    \
    }
#define ID_ROW                                                                                     \
    {                                                                                              \
        .name = "id", .kind = FIELD_TEXT, AT(id),                                                  \
        .help = "names the item and its chance; default: its position"                             \
    }
#define FOR_ROW                                                                                    \
    {                                                                                              \
        .name = "for", .kind = FIELD_DISTRIBUTION, AT(length),                                     \
        .given = offsetof(struct item, for_given), .help = "ends after that; default: it lasts"    \
    }

const struct field timeline_fields[] = {
    DO_ROW,
    ID_ROW,
    {.name = "at",
     .kind = FIELD_DISTRIBUTION,
     AT(at),
     .given = offsetof(struct item, at_given),
     .help = "when it begins"},
    {PART("when", read_condition, "condition", "begins with this record, instead of at"), AT(when)},
    {.name = "after",
     .kind = FIELD_DISTRIBUTION,
     AT(after),
     .help = "so long after the record of when; default: 0s"},
    FOR_ROW,
    {.name = "optional",
     .kind = FIELD_BOOL,
     AT(optional),
     .help = "may hit nothing; default: then the run is undecided"},
    {0},
};

const struct field chaos_fields[] = {
    DO_ROW,
    ID_ROW,
    {.name = "every",
     .kind = FIELD_DISTRIBUTION,
     AT(every),
     .required = true,
     .help = "time from one turn to the next"},
    FOR_ROW,
    {.name = "from", .kind = FIELD_DURATION, AT(from_ns), .help = "not before; default: 0s"},
    {.name = "until",
     .kind = FIELD_DURATION,
     AT(until_ns),
     .help = "begins before that; default: to the end"},
    {PART("max_down", bind_positive, "positive",
          "a turn is skipped if more nodes would be down or cut off; default: no limit"),
     AT(max_down)},
    {0},
};

const struct field condition_fields[] = {
    {PART("record", read_record, "record", "kind of record (see raftsim list records)"),
     .offset = offsetof(struct condition, kind), .required = true},
    {PART("count", bind_positive, "positive", "the how many-th such record; default: 1"),
     .offset = offsetof(struct condition, count)},
    {PART("node", read_node, "node", "only of this node"),
     .offset = offsetof(struct condition, node)},
    {0},
};

/* ---- conditions ---- */

static bool read_record(struct reader *reader, const cJSON *value, void *member)
{
    struct suggestion suggestion = {.word = cJSON_IsString(value) ? value->valuestring : ""};
    enum record_kind kind = record_find(suggestion.word);
    /* The record of the end comes when nothing can follow. */
    if (kind != RECORD_KINDS && kind != RECORD_END) {
        *(enum record_kind *)member = kind;
        return true;
    }
    for (uint32_t i = 0; i < RECORD_KINDS; i++)
        if (i != RECORD_END)
            suggest_try(&suggestion, record_info((enum record_kind)i)->name);
    return refuse_value(reader, value, "expected a record (see raftsim list records), got %s%s",
                        json_shown(value).text, suggest_hint(&suggestion).text);
}

static bool read_node(struct reader *reader, const cJSON *value, void *member)
{
    struct raft_set nodes;
    if (!cJSON_IsString(value))
        return refuse_got(reader, value, "the name of a node");
    if (!bind_name(reader, value, value->valuestring, &nodes))
        return false;
    if (raft_set_count(&nodes) != 1)
        return refuse_got(reader, value, "the name of one node");
    *(uint32_t *)member = raft_set_next(&nodes, 0);
    return true;
}

bool read_condition(struct reader *reader, const cJSON *value, void *member)
{
    struct condition *condition = member;
    condition->count = 1;
    condition->given = true;
    return bind_fields(reader, value, condition_fields, condition);
}

/* ---- actions ---- */

static bool read_do(struct reader *reader, const cJSON *value, void *member)
{
    struct suggestion suggestion = {.word = cJSON_IsString(value) ? value->valuestring : ""};
    const struct action *action = action_find(suggestion.word);
    for (size_t i = 0; i < action_count() && !action; i++)
        suggest_try(&suggestion, action_at(i)->name);
    if (!action)
        return refuse_value(reader, value,
                            "expected an action (see raftsim list actions), got %s%s",
                            json_shown(value).text, suggest_hint(&suggestion).text);
    if (action->unbuilt)
        return refuse_value(reader, value, "%s is not built yet: %s", text_shown(action->name).text,
                            action->unbuilt);
    *(const struct action **)member = action;
    return true;
}

static void find_subject(struct item *item)
{
    for (const struct field *field = item->action->fields; field && field->name; field++)
        if (field->kind == FIELD_TARGETS && !item->subject)
            item->subject = (struct targets *)(void *)((char *)item->params + field->offset);
}

/* The item's fields and its action's stand in one object. */
static bool bind_item(struct reader *reader, const cJSON *value, const struct field *fields,
                      struct item *item)
{
    const cJSON *what = json_member(value, "do");
    if (!cJSON_IsObject(value))
        return refuse_got(reader, value, "an object");
    if (!what)
        return refuse_value(reader, value, "expected \"do\" (what is done), which is missing");
    if (!read_do(reader, what, &item->action))
        return false;
    item->params = allocate(1, item->action->params_size);
    find_subject(item);
    struct binding bindings[] = {{fields, item}, {item->action->fields, item->params}};
    return bind_object(reader, value, bindings, countof(bindings));
}

/* ---- what an item's parameters say together ---- */

static bool is_one_named(const struct targets *targets, uint32_t *id)
{
    if (!targets || targets->count != 1 || targets->items[0].kind != TARGET_NODES ||
        raft_set_count(&targets->items[0].nodes) != 1)
        return false;
    *id = raft_set_next(&targets->items[0].nodes, 0);
    return true;
}

static const struct targets *targets_of(const struct item *item, const char *name)
{
    const struct field *field = field_find(item->action->fields, name);
    if (!field || field->kind != FIELD_TARGETS)
        return NULL;
    return (const struct targets *)(const void *)((const char *)item->params + field->offset);
}

static bool has_targets(const struct item *item, const char *name)
{
    const struct targets *targets = targets_of(item, name);
    return targets && targets->count;
}

static bool check_link(const struct reader *reader, const cJSON *value, const struct item *item)
{
    uint32_t from, to;
    bool link = has_targets(item, "from") || has_targets(item, "to");
    if (has_targets(item, "node") && link)
        return refuse_value(reader, value, "expected \"node\", or \"from\" and \"to\", got both");
    if (!is_one_named(targets_of(item, "from"), &from) ||
        !is_one_named(targets_of(item, "to"), &to))
        return true;
    return from != to ||
           refuse_value(reader, value, "expected a link between two nodes, got one of %s to itself",
                        reader->scenario->nodes[from].name);
}

static bool is_others(const struct targets *targets)
{
    return targets->count == 1 && targets->items[0].kind == TARGET_OTHERS;
}

/* "others" are all that somebody else leaves out. */
static bool check_others(const struct reader *reader, const cJSON *value, const struct item *item)
{
    uint32_t others = 0, rest = 0;
    for (const struct field *field = item->action->fields; field && field->name; field++) {
        const void *member = (const char *)item->params + field->offset;
        if (field->kind == FIELD_TARGETS && ((const struct targets *)member)->count)
            *(is_others(member) ? &others : &rest) += 1;
        const struct sides *sides = member;
        for (uint32_t i = 0; field->kind == FIELD_SIDES && i < sides->count; i++)
            *(is_others(&sides->items[i]) ? &others : &rest) += 1;
    }
    if (others > 1 || (others == 1 && rest == 0))
        return refuse_value(reader, value, "expected somebody beside \"others\"");
    return true;
}

/* What takes a "factor" or something to "add" and is given neither would change nothing. */
static bool check_change(const struct reader *reader, const cJSON *value, const struct item *item)
{
    if (!field_find(item->action->fields, "factor") || json_member(value, "factor") ||
        json_member(value, "add"))
        return true;
    return refuse_value(reader, value, "expected \"factor\" or \"add\", got neither");
}

static bool check_params(const struct reader *reader, const cJSON *value, const struct item *item)
{
    const struct action *action = item->action;
    return check_link(reader, value, item) && check_others(reader, value, item) &&
           check_change(reader, value, item) &&
           (!action->check || action->check(reader, value, item->params));
}

/* Options that a node comes back with must make sense for every node that it may be. */
static bool check_changes(struct reader *reader, const cJSON *value, const struct item *item)
{
    const struct scenario *scenario = reader->scenario;
    for (const struct field *field = item->action->fields; field && field->name; field++) {
        const cJSON *set = json_member(value, field->name);
        if (field->kind != FIELD_OPTIONS || !set)
            continue;
        const void *member = (const char *)item->params + field->offset;
        const struct option_changes *changes = *(struct option_changes *const *)member;
        if (json_member(set, "tick_phase"))
            return refuse_key(reader, json_member(set, "tick_phase"),
                              "expected it in the cluster: a restart does not change it");
        for (uint32_t id = 1; id <= scenario->node_count; id++) {
            struct node_options options = {.raft = scenario->nodes[id].options,
                                           .burst = scenario->nodes[id].burst,
                                           .host = scenario->nodes[id].host};
            if (!bind_applied(reader, set, changes, &options))
                return false;
        }
    }
    return true;
}

/* ---- times ---- */

static bool check_begin(const struct reader *reader, const cJSON *value, const struct item *item)
{
    const struct scenario *scenario = reader->scenario;
    const cJSON *after = json_member(value, "after");
    if (item->at_given == item->when.given)
        return refuse_value(reader, value,
                            item->at_given ? "expected \"at\" or \"when\", got both"
                                           : "expected \"at\" or \"when\", got neither");
    if (after && !item->when.given)
        return refuse_key(reader, after, "expected \"after\" beside \"when\" only");
    if (item->at_given && scenario->duration_given &&
        distribution_min(&item->at) >= scenario->duration_ns)
        return refuse_value(reader, json_member(value, "at"),
                            "expected a time before the duration's end");
    return true;
}

static bool check_length(const struct reader *reader, const cJSON *value, const struct item *item)
{
    const struct scenario *scenario = reader->scenario;
    const cJSON *length = json_member(value, "for");
    if (!length)
        return true;
    if (!item->action->ends_by)
        return refuse_key(reader, length, "\"%s\" happens and is over: it takes no \"for\"",
                          item->action->name);
    if (item->at_given && scenario->duration_given &&
        distribution_min(&item->at) + distribution_min(&item->length) > scenario->duration_ns)
        return refuse_value(reader, length,
                            "expected an end within the duration; without \"for\" it lasts");
    return true;
}

static bool check_turns(const struct reader *reader, const cJSON *value, const struct item *item)
{
    const struct scenario *scenario = reader->scenario;
    const cJSON *until = json_member(value, "until");
    if (distribution_high(&item->every) == 0)
        return refuse_value(reader, json_member(value, "every"), "expected a time above 0");
    if (item->from_ns >= item->until_ns)
        return refuse_value(reader, value, "expected \"from\" before \"until\"");
    if (scenario->duration_given && until && item->until_ns > scenario->duration_ns)
        return refuse_value(reader, until, "expected a time within the duration");
    if (scenario->duration_given && item->from_ns >= scenario->duration_ns)
        return refuse_value(reader, json_member(value, "from"),
                            "expected a time before the duration's end");
    return true;
}

/* ---- items ---- */

/* Its id keys its chance, so two items of one id would do the same at random. */
static bool name_item(const struct reader *reader, const cJSON *value, struct item *item,
                      uint32_t position)
{
    const struct scenario *scenario = reader->scenario;
    char text[40];
    snprintf(text, sizeof text, "%s[%u]", item->chaos ? "chaos" : "timeline", position);
    if (!item->id)
        item->id = copy_text(text);
    item->key = name_hash(item->id);
    for (const struct item *other = scenario->items; other < item; other++)
        if (other->key == item->key)
            return refuse_value(reader, json_member(value, "id") ? json_member(value, "id") : value,
                                "two items have the id %s", text_shown(item->id).text);
    return true;
}

static bool read_item(struct reader *reader, const cJSON *value, const struct field *fields,
                      struct item *item)
{
    json_place(reader->json, value, false, &item->place);
    item->until_ns = NS_MAX;
    return bind_item(reader, value, fields, item) &&
           (item->chaos ? check_turns(reader, value, item) : check_begin(reader, value, item)) &&
           check_length(reader, value, item) && check_params(reader, value, item) &&
           check_changes(reader, value, item);
}

static bool read_items(struct reader *reader, const cJSON *value, const struct field *fields,
                       bool chaos)
{
    struct scenario *scenario = reader->scenario;
    uint32_t count, position = 0;
    size_t room = scenario->item_count;
    if (!bind_any_list(reader, value, ITEMS_MAX, &count))
        return false;
    scenario->items =
        make_room(scenario->items, &room, scenario->item_count + count, sizeof *scenario->items);
    for (const cJSON *child = value->child; child; child = child->next, position++) {
        struct item *item = &scenario->items[scenario->item_count++];
        *item = (struct item){.chaos = chaos};
        if (!read_item(reader, child, fields, item) || !name_item(reader, child, item, position))
            return false;
    }
    return true;
}

bool read_timeline(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    return read_items(reader, value, timeline_fields, false);
}

bool read_chaos(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    return read_items(reader, value, chaos_fields, true);
}

void items_close(struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->item_count; i++) {
        struct item *item = &scenario->items[i];
        if (item->params)
            bind_close(item->action->fields, item->params);
        free(item->params);
        bind_close(item->chaos ? chaos_fields : timeline_fields, item);
    }
    free(scenario->items);
}
