#include "sim/scenario_schema.h"

#include <stdio.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/scenario_read.h"

/* Definitions that no table gives, in the schema's own words. */
static const struct {
    const char *name, *json;
} written[] = {
/* clang-format off */
#define DEFINE(name, ...) {name, #__VA_ARGS__},
    DEFINE("text", {"type": "string", "minLength": 1})
    DEFINE("bool", {"type": "boolean"})
    DEFINE("duration", {"type": "string",
                        "pattern": "^(0|[1-9][0-9]*)(\\.[0-9]+)?(ns|us|ms|s|m|h)$"})
    DEFINE("signed_duration", {"type": "string",
                               "pattern": "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?(ns|us|ms|s|m|h)$"})
    DEFINE("probability", {"type": "number", "minimum": 0, "maximum": 1})
    DEFINE("factor", {"type": "number", "exclusiveMinimum": 0})
    DEFINE("positive", {"type": "integer", "minimum": 1, "maximum": 4294967295})
    DEFINE("range", {"type": "array", "minItems": 2, "maxItems": 2,
                     "items": {"$ref": "#/$defs/duration"}})
    DEFINE("time_and_number", {"type": "array", "minItems": 2, "maxItems": 2,
                               "prefixItems": [{"$ref": "#/$defs/duration"},
                                               {"$ref": "#/$defs/factor"}]})
    DEFINE("distribution", {"anyOf": [
        {"$ref": "#/$defs/duration"},
        {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
         "properties": {
             "constant": {"$ref": "#/$defs/duration"},
             "uniform": {"$ref": "#/$defs/range"},
             "normal": {"$ref": "#/$defs/range"},
             "lognormal": {"$ref": "#/$defs/time_and_number"},
             "exponential": {"$ref": "#/$defs/duration"},
             "pareto": {"$ref": "#/$defs/time_and_number"},
             "mixture": {"type": "array", "minItems": 1,
                         "items": {"type": "array", "minItems": 2, "maxItems": 2,
                                   "prefixItems": [{"$ref": "#/$defs/factor"},
                                                   {"$ref": "#/$defs/distribution"}]}},
             "empirical": {"$ref": "#/$defs/text"}}}]})
    DEFINE("nodes", {"anyOf": [{"$ref": "#/$defs/text"},
                               {"type": "array", "minItems": 1, "uniqueItems": true,
                                "items": {"$ref": "#/$defs/text"}}]})
    DEFINE("targets", {"$ref": "#/$defs/nodes"})
    DEFINE("sides", {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/nodes"}})
    DEFINE("seed", {"anyOf": [{"type": "integer", "minimum": 0,
                               "exclusiveMaximum": 9007199254740992},
                              {"type": "string", "pattern": "^([0-9]+|[0-9a-fA-F]{4,64})$"}]})
    DEFINE("seeds", {"type": "string", "pattern": "^[0-9]+(\\.\\.[0-9]+)?$"})
    DEFINE("topics", {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/topic_plan"}})
    DEFINE("topic", {"$ref": "#/$defs/text"})
    DEFINE("acks", {"enum": ["all", 1, 0, "1", "0"]})
    DEFINE("initialise", {"enum": ["with-leader", "at-start"]})
    DEFINE("nodes_plan", {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000},
                                    {"type": "array", "minItems": 1, "maxItems": 1000,
                                     "uniqueItems": true, "items": {"$ref": "#/$defs/text"}}]})
    DEFINE("members", {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 1000},
                                 {"type": "array", "maxItems": 0},
                                 {"$ref": "#/$defs/nodes"}]})
    DEFINE("zones", {"type": "object", "additionalProperties": {"$ref": "#/$defs/nodes"}})
    DEFINE("overrides", {"type": "object", "additionalProperties": {"$ref": "#/$defs/override"}})
    DEFINE("start", {"anyOf": [{"$ref": "#/$defs/duration"}, {"const": "never"},
                               {"$ref": "#/$defs/start_state"}]})
    DEFINE("log", {"type": "array",
                   "items": {"type": "integer", "minimum": 1, "maximum": 4294967295}})
    DEFINE("tick_phase", {"anyOf": [{"$ref": "#/$defs/duration"}, {"const": "random"}]})
    DEFINE("links", {"type": "array", "items": {"$ref": "#/$defs/link"}})
    DEFINE("blocks", {"enum": ["writes", "node"]})
    DEFINE("clocks", {"type": "object", "additionalProperties": {"$ref": "#/$defs/clock"}})
    DEFINE("clients", {"type": "array", "items": {"$ref": "#/$defs/client"}})
    DEFINE("node", {"$ref": "#/$defs/text"})
    DEFINE("timeline", {"type": "array", "items": {"$ref": "#/$defs/item"}})
    DEFINE("chaos", {"type": "array", "items": {"$ref": "#/$defs/chaos_item"}})
    DEFINE("windows", {"type": "object", "additionalProperties": {"$ref": "#/$defs/range"}})
    DEFINE("bound", {"type": "string", "pattern":
                "^(([<>]=?|[!=]=) *-?[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)?|== *null)$"})
    DEFINE("expect", {"type": "object",
                      "properties": {
                          "safety": {"type": "string", "pattern": "^(holds|broken:.+)$"},
                          "liveness": {"enum": ["holds", "absent", "holds:outsiders",
                                                "absent:outsiders"]},
                          "linearizable": {"enum": ["holds", "broken"]}},
                      "additionalProperties": {
                          "anyOf": [{"$ref": "#/$defs/bound"},
                                    {"type": "array", "minItems": 1, "maxItems": 4,
                                     "items": {"$ref": "#/$defs/bound"}}]}})
#undef DEFINE
    /* clang-format on */
};

/* Definitions that tables give: an object of the fields of one or two tables. */
static const struct {
    const char *name;
    const struct field *first, *second;
} tables[] = {
    {"cluster", cluster_fields, NULL},
    {"start_state", start_fields, NULL},
    {"network", rule_fields, network_fields},
    {"link", link_fields, rule_fields},
    {"disk", disk_fields, NULL},
    {"clock", clock_fields, NULL},
    {"client", client_fields, NULL},
    {"propose", propose_fields, NULL},
    {"read", read_fields, NULL},
    {"produce", produce_fields, NULL},
    {"topic_plan", topic_fields, NULL},
    {"elector", elector_fields, NULL},
    {"condition", condition_fields, NULL},
    {"sweep", sweep_fields, NULL},
};

static cJSON *reference(const char *name)
{
    char path[80];
    snprintf(path, sizeof path, "#/$defs/%s", name);
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "$ref", path);
    return schema;
}

/* As text: a tree's own numbers are rounded to 15 digits when they are printed. */
static void add_whole(cJSON *schema, const char *key, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    cJSON_AddRawToObject(schema, key, text);
}

static cJSON *whole(int64_t least, int64_t most)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", "integer");
    add_whole(schema, "minimum", least);
    add_whole(schema, "maximum", most);
    return schema;
}

static cJSON *one_of(const char *const *names)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    for (; *names; names++)
        cJSON_AddItemToArray(list, cJSON_CreateString(*names));
    return schema;
}

static cJSON *schema_of(const struct field *field)
{
    int64_t low = (int64_t)field->low, high = (int64_t)(field->high ? field->high : WHOLE_MAX);
    must(field->kind != FIELD_SPECIAL || field->schema);
    if (field->kind == FIELD_COUNT)
        return whole(low, high);
    if (field->kind == FIELD_INTEGER)
        return whole(low ? -low : -high, high);
    if (field->kind == FIELD_CHOICE)
        return one_of(field->choices);
    if (field->kind == FIELD_SPECIAL)
        return reference(field->schema);
    return reference(field_kind_info(field->kind)->name);
}

/* A key of two tables takes what either takes. */
static void add_property(cJSON *properties, const struct field *field)
{
    cJSON *schema = schema_of(field);
    cJSON *before = cJSON_DetachItemFromObjectCaseSensitive(properties, field->name);
    if (before) {
        cJSON *both = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(both, "anyOf");
        cJSON_AddItemToArray(list, before);
        cJSON_AddItemToArray(list, schema);
        schema = both;
    }
    cJSON_AddStringToObject(schema, "description", field->help);
    cJSON_AddItemToObject(properties, field->name, schema);
}

static void add_fields(cJSON *schema, const struct field *fields)
{
    cJSON *properties = json_member(schema, "properties");
    cJSON *required = json_member(schema, "required");
    for (const struct field *field = fields; field && field->name; field++) {
        add_property(properties, field);
        if (field->required)
            cJSON_AddItemToArray(required, cJSON_CreateString(field->name));
    }
}

static cJSON *object_of(const struct field *first, const struct field *second)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", "object");
    cJSON_AddItemToObject(schema, "properties", cJSON_CreateObject());
    cJSON_AddItemToObject(schema, "required", cJSON_CreateArray());
    cJSON_AddFalseToObject(schema, "additionalProperties");
    add_fields(schema, first);
    add_fields(schema, second);
    return schema;
}

/* ---- items: what else they take depends on what they do ---- */

static cJSON *if_done(const struct action *action, const struct field *fields)
{
    cJSON *schema = cJSON_CreateObject(), *condition = cJSON_AddObjectToObject(schema, "if");
    cJSON *properties = cJSON_AddObjectToObject(condition, "properties");
    cJSON *what = cJSON_AddObjectToObject(properties, "do");
    cJSON_AddStringToObject(what, "const", action->name);
    cJSON *then = object_of(fields, action->fields);
    cJSON_AddStringToObject(then, "description", action->help);
    if (!action->ends_by)
        cJSON_DeleteItemFromObjectCaseSensitive(json_member(then, "properties"), "for");
    cJSON_AddItemToObject(schema, "then", then);
    return schema;
}

static cJSON *item_of(const struct field *fields)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", "object");
    cJSON *required = cJSON_AddArrayToObject(schema, "required");
    cJSON_AddItemToArray(required, cJSON_CreateString("do"));
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    cJSON_AddItemToObject(properties, "do", reference("do"));
    cJSON *all = cJSON_AddArrayToObject(schema, "allOf");
    for (size_t i = 0; i < action_count(); i++)
        if (!action_at(i)->unbuilt)
            cJSON_AddItemToArray(all, if_done(action_at(i), fields));
    if (field_find(fields, "when"))
        cJSON_AddItemToObject(
            schema, "oneOf", cJSON_Parse("[{\"required\": [\"at\"]}, {\"required\": [\"when\"]}]"));
    return schema;
}

static cJSON *actions_built(void)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    for (size_t i = 0; i < action_count(); i++)
        if (!action_at(i)->unbuilt)
            cJSON_AddItemToArray(list, cJSON_CreateString(action_at(i)->name));
    return schema;
}

/* ---- names of other tables ---- */

static cJSON *records(void)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    for (uint32_t i = 0; i < RECORD_KINDS; i++)
        if (i != RECORD_END)
            cJSON_AddItemToArray(list, cJSON_CreateString(record_info((enum record_kind)i)->name));
    return schema;
}

static cJSON *messages(void)
{
    cJSON *schema = cJSON_CreateObject(), *any = cJSON_AddArrayToObject(schema, "anyOf");
    cJSON *one = cJSON_CreateObject(), *names = cJSON_AddArrayToObject(one, "enum");
    for (uint32_t i = 0; i < RAFT_MSG_KINDS; i++)
        cJSON_AddItemToArray(names,
                             cJSON_CreateString(raft_message_name((enum raft_message_kind)i)));
    cJSON *list = cJSON_Parse("{\"type\": \"array\", \"minItems\": 1}");
    cJSON_AddItemToObject(list, "items", cJSON_Duplicate(one, true));
    cJSON_AddItemToArray(any, one);
    cJSON_AddItemToArray(any, list);
    return schema;
}

static cJSON *presets(void)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    for (size_t i = 0; i < preset_count(); i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(preset_at(i)->name));
    for (size_t i = 0; i < preset_alias_count(); i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(preset_alias_at(i)->name));
    return schema;
}

static cJSON *rules(void)
{
    cJSON *schema = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(schema, "enum");
    for (size_t i = 0; i < elector_count(); i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(elector_at(i)->name));
    return schema;
}

/* Raft options, and with them what else an override takes. */
static cJSON *options(const struct field *others)
{
    cJSON *schema = object_of(others, NULL), *properties = json_member(schema, "properties");
    cJSON *preset = presets();
    cJSON_AddStringToObject(preset, "description", "settings of a real system; others override it");
    cJSON_AddItemToObject(properties, "preset", preset);
    for (size_t i = 0; i < option_count(); i++)
        add_property(properties, option_at(i));
    return schema;
}

cJSON *scenario_schema(void)
{
    cJSON *schema = object_of(scenario_fields, NULL);
    cJSON_AddStringToObject(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    cJSON_AddStringToObject(schema, "title", "raftsim scenario, version 1");
    cJSON *definitions = cJSON_AddObjectToObject(schema, "$defs");
    for (size_t i = 0; i < countof(written); i++)
        cJSON_AddItemToObject(definitions, written[i].name, cJSON_Parse(written[i].json));
    for (size_t i = 0; i < countof(tables); i++)
        cJSON_AddItemToObject(definitions, tables[i].name,
                              object_of(tables[i].first, tables[i].second));
    cJSON_AddItemToObject(definitions, "options", options(NULL));
    cJSON_AddItemToObject(definitions, "override", options(override_fields));
    cJSON_AddItemToObject(definitions, "do", actions_built());
    cJSON_AddItemToObject(definitions, "rules", rules());
    cJSON_AddItemToObject(definitions, "record", records());
    cJSON_AddItemToObject(definitions, "kinds", messages());
    cJSON_AddItemToObject(definitions, "item", item_of(timeline_fields));
    cJSON_AddItemToObject(definitions, "chaos_item", item_of(chaos_fields));
    return schema;
}
