#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/bind.h"
#include "sim/input.h"
#include "sim/quantity.h"

enum { PARTS_MAX = 1000, SAMPLES_MAX = 1000000, SAMPLES_SIZE_MAX = 16 << 20 };

/* What a distribution is given by, after its name. */
enum shape { ONE_TIME, TWO_TIMES, TIME_AND_NUMBER, PARTS, SAMPLES };

static const struct {
    const char *name;
    enum shape shape;
    const char *expected;
} laws[] = {
    [DISTRIBUTION_CONSTANT] = {"constant", ONE_TIME, ""},
    [DISTRIBUTION_UNIFORM] = {"uniform", TWO_TIMES, "[min, max], such as [\"1ms\", \"5ms\"]"},
    [DISTRIBUTION_NORMAL] = {"normal", TWO_TIMES, "[mean, sd], such as [\"5ms\", \"1ms\"]"},
    [DISTRIBUTION_LOGNORMAL] = {"lognormal", TIME_AND_NUMBER,
                                "[median, sigma], such as [\"5ms\", 0.5]"},
    [DISTRIBUTION_EXPONENTIAL] = {"exponential", ONE_TIME, ""},
    [DISTRIBUTION_PARETO] = {"pareto", TIME_AND_NUMBER, "[min, shape], such as [\"1ms\", 1.5]"},
    [DISTRIBUTION_MIXTURE] = {"mixture", PARTS, "[weight, distribution], such as [0.9, \"1ms\"]"},
    [DISTRIBUTION_EMPIRICAL] = {"empirical", SAMPLES, "a file of durations"},
};

/* Reads without preparing, so that a round trip can be halved before. */
static bool read_law(struct reader *reader, const cJSON *value, struct distribution *law);

static bool read_number(struct reader *reader, const cJSON *value, uint64_t *fixed)
{
    const char *number = json_number(value);
    return (number && factor_parse(number, fixed)) ||
           refuse_got(reader, value, field_kind_info(FIELD_FACTOR)->expected);
}

static bool read_pair(struct reader *reader, const cJSON *value, struct distribution *law)
{
    if (!cJSON_IsArray(value) || cJSON_GetArraySize(value) != 2)
        return refuse_got(reader, value, laws[law->kind].expected);
    const cJSON *second = value->child->next;
    if (!bind_duration(reader, value->child, &law->a))
        return false;
    return laws[law->kind].shape == TWO_TIMES ? bind_duration(reader, second, &law->b)
                                              : read_number(reader, second, &law->b);
}

static bool read_parts(struct reader *reader, const cJSON *value, struct distribution *law)
{
    uint32_t count, part = 0;
    if (!bind_list(reader, value, PARTS_MAX, &count))
        return false;
    law->parts = allocate(count, sizeof *law->parts);
    law->upto = allocate(count, sizeof *law->upto);
    law->count = count;
    for (const cJSON *pair = value->child; pair; pair = pair->next, part++) {
        if (!cJSON_IsArray(pair) || cJSON_GetArraySize(pair) != 2)
            return refuse_got(reader, pair, laws[law->kind].expected);
        if (!read_number(reader, pair->child, &law->upto[part]) ||
            !read_law(reader, pair->child->next, &law->parts[part]))
            return false;
    }
    return true;
}

/* ---- files of durations ---- */

/* Beside the scenario, unless the path begins at the root. */
static char *path_beside(const char *file, const char *name)
{
    struct text path = {0};
    const char *slash = strrchr(file, '/');
    if (name[0] != '/' && slash)
        text_bytes(&path, file, (size_t)(slash + 1 - file));
    text_add(&path, "%s", name);
    return path.data;
}

static bool take_samples(struct reader *reader, const cJSON *value, char *text,
                         struct distribution *law)
{
    size_t room = 0;
    uint32_t line = 0;
    for (char *next = text; next;) {
        char *begin = next, *end = strchr(begin, '\n');
        next = end ? end + 1 : NULL;
        begin[strcspn(begin, "\r\n")] = '\0';
        line++;
        if (*begin == '\0' || *begin == '#')
            continue;
        if (law->count == SAMPLES_MAX)
            return refuse_value(reader, value, "expected at most %d samples", SAMPLES_MAX);
        law->samples = make_room(law->samples, &room, law->count + 1, sizeof *law->samples);
        if (!duration_parse(begin, &law->samples[law->count++]))
            return refuse_value(reader, value, "line %u of the file: expected %s, got %s", line,
                                field_kind_info(FIELD_DURATION)->expected, text_shown(begin).text);
    }
    return true;
}

/* Only a file proper: a pipe or device would give other samples the next time. */
static bool read_samples(struct reader *reader, const cJSON *value, struct distribution *law)
{
    struct stat status;
    struct text text = {0};
    struct error error;
    if (!cJSON_IsString(value) || !*value->valuestring)
        return refuse_got(reader, value, laws[law->kind].expected);
    char *path = path_beside(reader->json->file, value->valuestring);
    bool ok = stat(path, &status) == 0 && S_ISREG(status.st_mode);
    if (!ok)
        refuse_value(reader, value, "expected a file of durations; there is no file %s",
                     text_shown(path).text);
    else if (!(ok = input_read(path, SAMPLES_SIZE_MAX, &text, &error)))
        refuse_value(reader, value, "%s", error.text);
    else if (text.count && memchr(text.data, '\0', text.count))
        ok =
            refuse_value(reader, value, "expected a file of durations, got bytes that are no text");
    if (ok && text.count)
        ok = take_samples(reader, value, text.data, law);
    text_close(&text);
    free(path);
    return ok;
}

/* ---- all of them ---- */

static bool read_shape(struct reader *reader, const cJSON *value, struct distribution *law)
{
    switch (laws[law->kind].shape) {
    case ONE_TIME:
        return bind_duration(reader, value, &law->a);
    case TWO_TIMES:
    case TIME_AND_NUMBER:
        return read_pair(reader, value, law);
    case PARTS:
        return read_parts(reader, value, law);
    case SAMPLES:
        return read_samples(reader, value, law);
    }
    must(laws[law->kind].shape <= SAMPLES);
    return false;
}

static bool read_constant(struct reader *reader, const cJSON *value, struct distribution *law)
{
    if (cJSON_IsString(value) && duration_parse(value->valuestring, &law->a))
        return true;
    if (json_number(value)) /* says that its unit is missing */
        return bind_duration(reader, value, &law->a);
    return refuse_got(reader, value, field_kind_info(FIELD_DISTRIBUTION)->expected);
}

static bool read_law(struct reader *reader, const cJSON *value, struct distribution *law)
{
    must(law->parts == NULL && law->samples == NULL);
    if (!cJSON_IsObject(value))
        return read_constant(reader, value, law);
    if (!value->child || value->child->next)
        return refuse_got(reader, value, "an object of one distribution");
    struct suggestion suggestion = {.word = value->child->string};
    for (size_t i = 0; i < countof(laws); i++) {
        if (strcmp(laws[i].name, suggestion.word) == 0) {
            law->kind = (enum distribution_kind)i;
            return read_shape(reader, value->child, law);
        }
        suggest_try(&suggestion, laws[i].name);
    }
    return refuse_key(reader, value->child, "unknown distribution %s%s",
                      text_shown(suggestion.word).text, suggest_hint(&suggestion).text);
}

static bool prepare(struct reader *reader, const cJSON *value, struct distribution *law)
{
    struct error error;
    return distribution_prepare(law, &error) || refuse_value(reader, value, "%s", error.text);
}

bool bind_distribution(struct reader *reader, const cJSON *value, struct distribution *member)
{
    return read_law(reader, value, member) && prepare(reader, value, member);
}

/* Half of every time. Samples were measured, so half a nanosecond is dropped; what was chosen
 * must be even. */
static bool halve(struct distribution *law)
{
    enum shape shape = laws[law->kind].shape;
    if (law->a % 2 || (shape == TWO_TIMES && law->b % 2))
        return false;
    law->a /= 2;
    law->b = shape == TWO_TIMES ? law->b / 2 : law->b;
    for (size_t i = 0; law->samples && i < law->count; i++)
        law->samples[i] /= 2;
    for (size_t i = 0; law->parts && i < law->count; i++)
        if (!halve(&law->parts[i]))
            return false;
    return true;
}

bool bind_rtt(struct reader *reader, const cJSON *value, struct distribution *member)
{
    if (!read_law(reader, value, member))
        return false;
    if (!halve(member))
        return refuse_value(reader, value,
                            "expected a round trip of an even number of nanoseconds");
    return prepare(reader, value, member);
}
