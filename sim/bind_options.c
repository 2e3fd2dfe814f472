#include <stdlib.h>
#include <string.h>

#include "sim/bind.h"
#include "sim/quantity.h"

/* A value of any kind that an option may have, as an option_change keeps it. */
union option_value {
    bool on;
    uint32_t choice;
    uint64_t range[2];
};

static bool bind_tick_phase(struct reader *reader, const cJSON *value, uint64_t *range)
{
    bool drawn = cJSON_IsString(value) && strcmp(value->valuestring, "random") == 0;
    range[1] = !drawn;
    if (drawn)
        return true;
    if (cJSON_IsString(value) && duration_parse(value->valuestring, &range[0]))
        return true;
    return refuse_got(reader, value, "\"random\" or a duration with its unit, such as \"10ms\"");
}

static void add_change(struct option_changes *changes, const struct field *field,
                       const union option_value *value)
{
    struct option_change change = {
        .field = field, .bits = value->range[0], .high = value->range[1]};
    if (field->kind == FIELD_BOOL)
        change.bits = value->on;
    if (field->kind == FIELD_CHOICE)
        change.bits = value->choice;
    changes->items[changes->count++] = change;
}

/* Room for the preset's rows and the object's own. */
static void make_changes(struct option_changes *changes)
{
    if (!changes->items)
        changes->items = allocate(2 * option_count(), sizeof *changes->items);
}

static bool bind_option(struct reader *reader, const cJSON *object, const struct field *field,
                        struct option_changes *changes)
{
    union option_value bound = {.range = {0, 0}};
    const cJSON *value = json_member(object, field->name);
    if (!value)
        return true;
    bool ok = field->kind == FIELD_SPECIAL ? bind_tick_phase(reader, value, bound.range)
                                           : bind_value(reader, field, value, &bound);
    if (ok)
        add_change(changes, field, &bound);
    return ok;
}

static bool refuse_option(const struct reader *reader, const cJSON *value)
{
    struct suggestion suggestion = {.word = value->string};
    suggest_try(&suggestion, "preset");
    for (size_t i = 0; i < option_count(); i++)
        suggest_try(&suggestion, option_at(i)->name);
    return refuse_key(reader, value, "unknown raft option %s%s", text_shown(value->string).text,
                      suggest_hint(&suggestion).text);
}

static bool bind_preset(struct reader *reader, const cJSON *value, struct option_changes *changes)
{
    struct suggestion suggestion = {.word = cJSON_IsString(value) ? value->valuestring : ""};
    const struct preset *preset = preset_find(suggestion.word);
    if (preset) {
        preset_changes(preset, changes);
        return true;
    }
    for (size_t i = 0; i < preset_count(); i++)
        suggest_try(&suggestion, preset_at(i)->name);
    for (size_t i = 0; i < preset_alias_count(); i++)
        suggest_try(&suggestion, preset_alias_at(i)->name);
    return refuse_value(reader, value, "expected a preset (see raftsim list presets), got %s%s",
                        json_shown(value).text, suggest_hint(&suggestion).text);
}

static bool is_option(const char *name)
{
    for (size_t i = 0; i < option_count(); i++)
        if (strcmp(option_at(i)->name, name) == 0)
            return true;
    return strcmp(name, "preset") == 0;
}

bool bind_changes(struct reader *reader, const cJSON *object, const struct field *others,
                  struct option_changes *changes)
{
    if (!cJSON_IsObject(object))
        return refuse_got(reader, object, field_kind_info(FIELD_OPTIONS)->expected);
    make_changes(changes);
    for (const cJSON *value = object->child; value; value = value->next)
        if (!is_option(value->string) && !field_find(others, value->string))
            return refuse_option(reader, value);
    const cJSON *preset = json_member(object, "preset");
    if (preset && !bind_preset(reader, preset, changes))
        return false;
    for (size_t i = 0; i < option_count(); i++)
        if (!bind_option(reader, object, option_at(i), changes))
            return false;
    return true;
}

void preset_changes(const struct preset *preset, struct option_changes *changes)
{
    struct json json;
    struct error error = {""};
    struct reader reader = {&json, NULL, &error};
    must(changes->count == 0);
    bool ok = json_open(&json, preset->name, preset->settings, strlen(preset->settings), &error) &&
              bind_changes(&reader, json.root, NULL, changes);
    must(ok);
    json_close(&json);
    changes->preset = preset;
    changes->preset_count = changes->count;
}

bool bind_options(struct reader *reader, const cJSON *value, struct option_changes **member)
{
    must(*member == NULL);
    *member = allocate(1, sizeof **member);
    if (!bind_changes(reader, value, NULL, *member))
        return false;
    return (*member)->count ||
           refuse_value(reader, value, "expected at least one raft option to change");
}

bool bind_applied(struct reader *reader, const cJSON *value, const struct option_changes *changes,
                  struct node_options *options)
{
    struct error error;
    options_apply(options, changes);
    return options_check(options, changes, &error) || refuse_value(reader, value, "%s", error.text);
}

struct node_options preset_options(const struct preset *preset)
{
    struct option_changes changes = {0};
    struct node_options options = {.burst = false};
    preset_changes(preset, &changes);
    options_apply(&options, &changes);
    options_close(&changes);
    return options;
}
