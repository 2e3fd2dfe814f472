/* The parts "windows", "expect" and "sweep": what must hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/quantity.h"
#include "sim/scenario_read.h"

#define PART(key, how, definition, text)                                                           \
    .name = key, .kind = FIELD_SPECIAL, .read = how, .schema = definition, .help = text

static bool read_seeds(struct reader *reader, const cJSON *value, void *member);

const struct field sweep_fields[] = {
    {PART("seeds", read_seeds, "seeds", "from first to last: \"1..10000\"")},
    {PART("expect", read_expect, "expect", "what must hold of all runs together"),
     .offset = offsetof(struct scenario, sweep_expect)},
    {0},
};

/* ---- windows ---- */

static bool read_window(struct reader *reader, const cJSON *value, struct window *window)
{
    static const struct field field = {.kind = FIELD_RANGE};
    const struct scenario *scenario = reader->scenario;
    uint64_t range[2];
    if (!check_name(reader, value, value->string) || !bind_value(reader, &field, value, range))
        return false;
    if (range[0] == range[1])
        return refuse_value(reader, value, "expected a window that lasts");
    if (scenario->duration_given && range[1] > scenario->duration_ns)
        return refuse_value(reader, value, "expected a window within the duration");
    *window = (struct window){copy_text(value->string), range[0], range[1]};
    return true;
}

bool read_windows(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    if (!cJSON_IsObject(value))
        return refuse_got(reader, value, "an object {name: [from, to]}");
    if (cJSON_GetArraySize(value) > WINDOWS_MAX)
        return refuse_value(reader, value, "expected at most %d windows", WINDOWS_MAX);
    scenario->windows = allocate((size_t)cJSON_GetArraySize(value), sizeof *scenario->windows);
    for (const cJSON *window = value->child; window; window = window->next)
        if (!read_window(reader, window, &scenario->windows[scenario->window_count++]))
            return false;
    return true;
}

/* ---- bounds ---- */

static const struct {
    const char *text;
    enum bound_op op;
} operators[] = {{"<=", BOUND_LE}, {">=", BOUND_GE}, {"==", BOUND_EQ},
                 {"!=", BOUND_NE}, {"<", BOUND_LT},  {">", BOUND_GT}};

static bool parse_bound(const char *text, struct bound *bound)
{
    size_t i = 0;
    if (strlen(text) >= sizeof bound->text)
        return false;
    while (i < countof(operators) &&
           strncmp(text, operators[i].text, strlen(operators[i].text)) != 0)
        i++;
    if (i == countof(operators))
        return false;
    bound->op = operators[i].op;
    memcpy(bound->text, text, strlen(text) + 1);
    text += strlen(operators[i].text);
    text += strspn(text, " ");
    if (bound->op == BOUND_EQ && strcmp(text, "null") == 0) {
        bound->op = BOUND_NULL;
        return true;
    }
    return measure_parse(text, &bound->number, &bound->time);
}

static bool add_bound(struct reader *reader, const cJSON *value, struct expectation *expectation)
{
    if (expectation->bound_count == countof(expectation->bounds))
        return refuse_value(reader, value, "expected at most %zu bounds",
                            countof(expectation->bounds));
    struct bound *bound = &expectation->bounds[expectation->bound_count++];
    return (cJSON_IsString(value) && parse_bound(value->valuestring, bound)) ||
           refuse_got(reader, value, "a bound such as \"<= 500ms\", \">= 1\" or \"== null\"");
}

static bool read_bounds(struct reader *reader, const cJSON *value, struct expectation *expectation)
{
    uint32_t count;
    if (!cJSON_IsArray(value))
        return add_bound(reader, value, expectation);
    if (!bind_list(reader, value, 0, &count))
        return false;
    for (const cJSON *bound = value->child; bound; bound = bound->next)
        if (!add_bound(reader, bound, expectation))
            return false;
    return true;
}

/* ---- expectations ---- */

static bool is_liveness(const char *word)
{
    static const char *const words[] = {"holds", "absent", "holds:outsiders", "absent:outsiders"};
    for (size_t i = 0; i < countof(words); i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static bool read_word(struct reader *reader, const cJSON *value, struct expectation *expectation)
{
    static const char broken[] = "broken:";
    const char *word = cJSON_IsString(value) ? value->valuestring : "";
    bool safety = strcmp(expectation->text, "safety") == 0;
    bool linearizable = strcmp(expectation->text, "linearizable") == 0;
    bool known = strcmp(word, "holds") == 0;
    if (linearizable && !reader->scenario->any_reads)
        return refuse_key(reader, value, "expected a client that reads in the plan: there is none");
    if (linearizable)
        known = known || strcmp(word, "broken") == 0;
    else if (safety)
        known = known || (strncmp(word, broken, strlen(broken)) == 0 && word[strlen(broken)]);
    else
        known = is_liveness(word);
    if (!known)
        return refuse_got(reader, value,
                          linearizable ? "\"holds\" or \"broken\""
                          : safety     ? "\"holds\" or \"broken:RULE\""
                                   : "\"holds\" or \"absent\", or one of them and \":outsiders\"");
    expectation->metric = copy_text(expectation->text);
    expectation->word = copy_text(word);
    return true;
}

static bool is_statistic(const char *name)
{
    static const char *const names[] = {"min", "max", "mean", "count", "first", "last", "p999"};
    for (size_t i = 0; i < countof(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    size_t digits = name[0] == 'p' ? strspn(name + 1, "0123456789") : 0;
    return digits >= 1 && digits <= 2 && name[1 + digits] == '\0';
}

static bool find_window(struct reader *reader, const cJSON *value, const char *name,
                        struct expectation *expectation)
{
    const struct scenario *scenario = reader->scenario;
    struct suggestion suggestion = {.word = name};
    for (uint32_t i = 0; i < scenario->window_count; i++) {
        suggest_try(&suggestion, scenario->windows[i].name);
        if (strcmp(scenario->windows[i].name, name) == 0)
            expectation->window = i + 1;
    }
    const char *dot = strrchr(name, '.');
    if (!expectation->window && dot && is_statistic(dot + 1))
        return refuse_key(reader, value,
                          "expected METRIC.STATISTIC@WINDOW, got the statistic last");
    return expectation->window ||
           refuse_key(reader, value, "expected a window after \"@\", got %s%s",
                      text_shown(name).text, suggest_hint(&suggestion).text);
}

/* METRIC[.STATISTIC][@WINDOW] */
static bool split_name(struct reader *reader, const cJSON *value, struct expectation *expectation)
{
    char *metric = expectation->metric = copy_text(value->string);
    char *at = strrchr(metric, '@');
    if (at && !find_window(reader, value, at + 1, expectation))
        return false;
    if (at)
        *at = '\0';
    char *dot = strrchr(metric, '.');
    if (dot && dot != metric && is_statistic(dot + 1)) {
        expectation->statistic = copy_text(dot + 1);
        *dot = '\0';
    }
    return *metric || refuse_key(reader, value, "expected the name of a metric");
}

static bool read_expectation(struct reader *reader, const cJSON *value,
                             struct expectation *expectation)
{
    json_place(reader->json, value, false, &expectation->place);
    expectation->text = copy_text(value->string);
    if (strcmp(value->string, "safety") == 0 || strcmp(value->string, "liveness") == 0 ||
        strcmp(value->string, "linearizable") == 0)
        return read_word(reader, value, expectation);
    return split_name(reader, value, expectation) && read_bounds(reader, value, expectation);
}

bool read_expect(struct reader *reader, const cJSON *value, void *member)
{
    struct expectations *expectations = member;
    if (!cJSON_IsObject(value))
        return refuse_got(reader, value, "an object {metric: bound}");
    expectations->items = allocate((size_t)cJSON_GetArraySize(value), sizeof *expectations->items);
    for (const cJSON *child = value->child; child; child = child->next)
        if (!read_expectation(reader, child, &expectations->items[expectations->count++]))
            return false;
    return true;
}

void expectations_close(struct expectations *expectations)
{
    for (uint32_t i = 0; i < expectations->count; i++) {
        free(expectations->items[i].text);
        free(expectations->items[i].metric);
        free(expectations->items[i].statistic);
        free(expectations->items[i].word);
    }
    free(expectations->items);
    *expectations = (struct expectations){0};
}

/* ---- sweep ---- */

static bool read_seeds(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    struct scenario *scenario = reader->scenario;
    if (!cJSON_IsString(value) ||
        !seeds_parse(value->valuestring, &scenario->sweep_first, &scenario->sweep_last))
        return refuse_got(reader, value, "seeds such as \"1..10000\"");
    return scenario->seeds_given = true;
}

bool read_sweep(struct reader *reader, const cJSON *value, void *member)
{
    (void)member;
    return bind_fields(reader, value, sweep_fields, reader->scenario);
}
