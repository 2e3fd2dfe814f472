#include "sim/bind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/text.h"

bool refuse_value(const struct reader *reader, const cJSON *value, const char *format, ...)
{
    struct place place;
    va_list arguments;
    json_place(reader->json, value, false, &place);
    va_start(arguments, format);
    refuse_place(reader->error, reader->json->file, &place, format, arguments);
    va_end(arguments);
    return false;
}

bool refuse_key(const struct reader *reader, const cJSON *value, const char *format, ...)
{
    struct place place;
    va_list arguments;
    json_place(reader->json, value, true, &place);
    va_start(arguments, format);
    refuse_place(reader->error, reader->json->file, &place, format, arguments);
    va_end(arguments);
    return false;
}

bool refuse_got(const struct reader *reader, const cJSON *value, const char *expected)
{
    return refuse_value(reader, value, "expected %s, got %s", expected, json_shown(value).text);
}

/* ---- one value of each kind ---- */

static bool refuse_kind(const struct reader *reader, const cJSON *value, enum field_kind kind)
{
    return refuse_got(reader, value, field_kind_info(kind)->expected);
}

bool bind_text(struct reader *reader, const cJSON *value, char **member)
{
    if (!cJSON_IsString(value) || !*value->valuestring)
        return refuse_got(reader, value, "a text that is not empty");
    must(*member == NULL);
    *member = copy_text(value->valuestring);
    return true;
}

bool bind_duration(struct reader *reader, const cJSON *value, uint64_t *member)
{
    if (json_number(value))
        return refuse_value(reader, value,
                            "expected a duration with its unit, such as \"%sms\", got %s",
                            json_number(value), json_number(value));
    if (cJSON_IsString(value) && duration_parse(value->valuestring, member))
        return true;
    return refuse_kind(reader, value, FIELD_DURATION);
}

static bool bind_bool(struct reader *reader, const cJSON *value, bool *member)
{
    *member = cJSON_IsTrue(value);
    return cJSON_IsBool(value) || refuse_kind(reader, value, FIELD_BOOL);
}

static bool bind_count(struct reader *reader, const struct field *field, const cJSON *value,
                       uint64_t *member)
{
    int64_t whole;
    const char *number = json_number(value);
    uint64_t high = field->high ? field->high : WHOLE_MAX;
    if (!number || !whole_parse(number, &whole) || whole < 0 || (uint64_t)whole < field->low ||
        (uint64_t)whole > high)
        return refuse_value(reader, value, "expected a whole number from %llu to %llu, got %s",
                            (unsigned long long)field->low, (unsigned long long)high,
                            json_shown(value).text);
    *member = (uint64_t)whole;
    return true;
}

bool bind_positive(struct reader *reader, const cJSON *value, void *member)
{
    static const struct field field = {.kind = FIELD_COUNT, .low = 1, .high = UINT32_MAX};
    uint64_t count = 0;
    bool ok = bind_count(reader, &field, value, &count);
    *(uint32_t *)member = (uint32_t)count;
    return ok;
}

bool bind_seed(struct reader *reader, const cJSON *value, void *member)
{
    const char *text = cJSON_IsString(value) ? value->valuestring : json_number(value);
    return (text && seed_parse(text, member)) ||
           refuse_got(reader, value,
                      "a whole number below 2^53, or 4 to 64 hexadecimal digits in quotes");
}

static bool bind_integer(struct reader *reader, const struct field *field, const cJSON *value,
                         int64_t *member)
{
    const char *number = json_number(value);
    int64_t high = (int64_t)(field->high ? field->high : WHOLE_MAX);
    int64_t low = field->low ? -(int64_t)field->low : -high;
    if (!number || !whole_parse(number, member) || *member < low || *member > high)
        return refuse_value(reader, value, "expected a whole number from %lld to %lld, got %s",
                            (long long)low, (long long)high, json_shown(value).text);
    return true;
}

static bool bind_signed_duration(struct reader *reader, const cJSON *value, int64_t *member)
{
    bool ok = cJSON_IsString(value) && signed_duration_parse(value->valuestring, member);
    return ok || refuse_kind(reader, value, FIELD_SIGNED_DURATION);
}

static bool bind_probability(struct reader *reader, const cJSON *value, uint64_t *member)
{
    const char *number = json_number(value);
    return (number && probability_parse(number, member)) ||
           refuse_kind(reader, value, FIELD_PROBABILITY);
}

static bool bind_factor(struct reader *reader, const cJSON *value, uint64_t *member)
{
    const char *number = json_number(value);
    return (number && factor_parse(number, member)) || refuse_kind(reader, value, FIELD_FACTOR);
}

static bool bind_choice(struct reader *reader, const struct field *field, const cJSON *value,
                        uint32_t *member)
{
    struct suggestion suggestion = {.word = cJSON_IsString(value) ? value->valuestring : ""};
    struct text known = {0};
    for (uint32_t i = 0; field->choices[i]; i++) {
        if (strcmp(field->choices[i], suggestion.word) == 0) {
            *member = i;
            text_close(&known);
            return true;
        }
        suggest_try(&suggestion, field->choices[i]);
        text_add(&known, "%s\"%s\"", i ? ", " : "", field->choices[i]);
    }
    refuse_value(reader, value, "expected one of %s, got %s%s", text_of(&known),
                 json_shown(value).text, suggest_hint(&suggestion).text);
    text_close(&known);
    return false;
}

bool bind_list(struct reader *reader, const cJSON *value, size_t most, uint32_t *count)
{
    if (!cJSON_IsArray(value) || !value->child)
        return refuse_got(reader, value, "a list that is not empty");
    return bind_any_list(reader, value, most, count);
}

bool bind_any_list(struct reader *reader, const cJSON *value, size_t most, uint32_t *count)
{
    size_t size = 0;
    if (!cJSON_IsArray(value))
        return refuse_got(reader, value, "a list");
    for (const cJSON *child = value->child; child; child = child->next)
        size++;
    if (most && size > most)
        return refuse_value(reader, value, "expected a list of at most %zu, got %zu", most, size);
    *count = (uint32_t)size;
    return true;
}

static bool bind_range(struct reader *reader, const cJSON *value, uint64_t *member)
{
    if (!cJSON_IsArray(value) || cJSON_GetArraySize(value) != 2)
        return refuse_kind(reader, value, FIELD_RANGE);
    if (!bind_duration(reader, value->child, &member[0]) ||
        !bind_duration(reader, value->child->next, &member[1]))
        return false;
    return member[0] <= member[1] ||
           refuse_value(reader, value, "expected [min, max], but max is below min");
}

bool bind_value(struct reader *reader, const struct field *field, const cJSON *value, void *target)
{
    void *member = (char *)target + field->offset;
    switch (field->kind) {
    case FIELD_TEXT:
        return bind_text(reader, value, member);
    case FIELD_BOOL:
        return bind_bool(reader, value, member);
    case FIELD_COUNT:
        return bind_count(reader, field, value, member);
    case FIELD_INTEGER:
        return bind_integer(reader, field, value, member);
    case FIELD_DURATION:
        return bind_duration(reader, value, member);
    case FIELD_SIGNED_DURATION:
        return bind_signed_duration(reader, value, member);
    case FIELD_PROBABILITY:
        return bind_probability(reader, value, member);
    case FIELD_FACTOR:
        return bind_factor(reader, value, member);
    case FIELD_CHOICE:
        return bind_choice(reader, field, value, member);
    case FIELD_DISTRIBUTION:
        return bind_distribution(reader, value, member);
    case FIELD_RTT:
        return bind_rtt(reader, value, member);
    case FIELD_TARGETS:
        return bind_targets(reader, value, member);
    case FIELD_SIDES:
        return bind_sides(reader, value, member);
    case FIELD_KINDS:
        return bind_kinds(reader, value, member);
    case FIELD_NODES:
        return bind_nodes(reader, value, member);
    case FIELD_OPTIONS:
        return bind_options(reader, value, member);
    case FIELD_RANGE:
        return bind_range(reader, value, member);
    case FIELD_SPECIAL:
        return field->read(reader, value, member);
    }
    must(field->kind <= FIELD_SPECIAL);
    return false;
}

/* ---- objects ---- */

static const struct field *find_field(const struct binding *bindings, size_t count,
                                      const char *name)
{
    const struct field *field = NULL;
    for (size_t i = 0; i < count && !field; i++)
        field = field_find(bindings[i].fields, name);
    return field;
}

static bool refuse_unknown(const struct reader *reader, const cJSON *value,
                           const struct binding *bindings, size_t count)
{
    struct suggestion suggestion = {.word = value->string};
    struct text known = {0};
    for (size_t i = 0; i < count; i++)
        for (const struct field *field = bindings[i].fields; field && field->name; field++) {
            suggest_try(&suggestion, field->name);
            text_add(&known, "%s%s", known.count ? ", " : "", field->name);
        }
    const char *nearest = suggest_nearest(&suggestion);
    refuse_key(reader, value, "unknown key %s%s%s", text_shown(value->string).text,
               nearest ? suggest_hint(&suggestion).text : "; expected one of ",
               nearest ? "" : text_of(&known));
    text_close(&known);
    return false;
}

/* Of a key that stands in two tables, the first takes durations and the second all else: the
 * `from` of chaos is a time, that of a link its senders. */
static bool is_its_own(const struct field *others, bool first, const cJSON *value)
{
    uint64_t ns;
    bool time = cJSON_IsString(value) && duration_parse(value->valuestring, &ns);
    return !field_find(others, value->string) || time == first;
}

static bool bind_rows(struct reader *reader, const cJSON *object, const struct binding *binding,
                      const struct field *others, bool first)
{
    for (const struct field *field = binding->fields; field && field->name; field++) {
        const cJSON *value = json_member(object, field->name);
        if (value && !is_its_own(others, first, value))
            continue;
        if (!value && field->required)
            return refuse_value(reader, object, "expected \"%s\" (%s), which is missing",
                                field->name, field->help);
        if (!value)
            continue;
        if (!bind_value(reader, field, value, binding->target))
            return false;
        if (field->given)
            *(bool *)((char *)binding->target + field->given) = true;
    }
    return true;
}

bool bind_object(struct reader *reader, const cJSON *object, const struct binding *bindings,
                 size_t count)
{
    must(count <= BINDINGS_MAX);
    if (!cJSON_IsObject(object))
        return refuse_got(reader, object, "an object");
    for (const cJSON *value = object->child; value; value = value->next)
        if (!find_field(bindings, count, value->string))
            return refuse_unknown(reader, value, bindings, count);
    for (size_t i = 0; i < count; i++)
        if (!bind_rows(reader, object, &bindings[i], count > 1 ? bindings[!i].fields : NULL,
                       i == 0))
            return false;
    return true;
}

bool bind_fields(struct reader *reader, const cJSON *object, const struct field *fields,
                 void *target)
{
    return bind_object(reader, object, &(struct binding){fields, target}, 1);
}

static void close_targets(struct targets *targets)
{
    free(targets->items);
    *targets = (struct targets){0};
}

static void close_sides(struct sides *sides)
{
    for (uint32_t i = 0; i < sides->count; i++)
        close_targets(&sides->items[i]);
    free(sides->items);
    *sides = (struct sides){0};
}

static void close_changes(struct option_changes **changes)
{
    if (*changes)
        options_close(*changes);
    free(*changes);
    *changes = NULL;
}

void bind_close(const struct field *fields, void *target)
{
    for (const struct field *field = fields; field && field->name; field++) {
        void *member = (char *)target + field->offset;
        if (field->kind == FIELD_TEXT)
            free(*(char **)member);
        else if (field->kind == FIELD_DISTRIBUTION)
            distribution_close(member);
        else if (field->kind == FIELD_TARGETS)
            close_targets(member);
        else if (field->kind == FIELD_SIDES)
            close_sides(member);
        else if (field->kind == FIELD_OPTIONS)
            close_changes(member);
    }
}
