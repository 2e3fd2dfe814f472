#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sim/baseline.h"
#include "sim/file.h"
#include "sim/json.h"
#include "sim/quantity.h"
#include "sim/tree.h"

/* The first line; then a line of JSON, then the values, by zlib.
 *
 * Values: a byte of flags for each seed, its unplanned elections, the simulated time of all; for
 * each table how many rows each seed has; for each metric the values of all rows, seed after seed.
 * Numbers are 7 bits a byte, the lowest first, with bit 7 set when more follow. */
static const char magic[] = "raftsim-baseline/1\n";

enum { HEAD_MAX = 1 << 16, NOT_REACHED = 0, NEVER = 1, FIRST_STEP = 2 };
enum { FLAG_DONE = 1, FLAG_BROKEN = 2, FLAG_ABSENT = 4 };
#define SIZE_LIMIT (UINT64_C(1) << 30)

/* ---- packing ---- */

static void add_number(struct bytes *bytes, uint64_t number)
{
    do {
        unsigned char byte = (unsigned char)((number & 127) | (number > 127 ? 128 : 0));
        bytes_add(bytes, &byte, 1);
        number >>= 7;
    } while (number > 0);
}

static uint64_t code_of(double value, const struct metric *metric)
{
    if (isnan(value))
        return NOT_REACHED;
    if (isinf(value))
        return NEVER;
    must(value >= 0);
    return FIRST_STEP + (uint64_t)(value * baseline_steps(metric) + 0.5);
}

static void pack_metric(struct bytes *bytes, const struct runs *runs, uint32_t metric)
{
    for (uint64_t seed = runs->first; seed <= runs->last; seed++)
        for (uint32_t row = 0; row < runs_rows(runs, 0, metric, seed); row++)
            add_number(bytes, code_of(runs_value(runs, 0, metric, seed, row),
                                      runs->metrics[metric].ref.metric));
}

static void pack(struct bytes *bytes, const struct runs *runs)
{
    uint64_t seeds = runs->last - runs->first + 1, simulated_ns = 0;
    const struct side *side = &runs->sides[0];
    for (uint64_t i = 0; i < seeds; i++) {
        const struct run_facts *facts = &side->facts[i];
        add_number(bytes, (facts->done ? FLAG_DONE : 0) | (facts->broken ? FLAG_BROKEN : 0) |
                              (facts->absent ? FLAG_ABSENT : 0));
        add_number(bytes, facts->unplanned);
        simulated_ns += facts->simulated_ns;
    }
    add_number(bytes, simulated_ns);
    for (uint32_t table = 0; table < runs->table_count; table++)
        for (uint64_t i = 0; i < seeds; i++)
            add_number(bytes, side->rows[table].runs[i].count);
    for (uint32_t metric = 0; metric < runs->metric_count; metric++)
        pack_metric(bytes, runs, metric);
}

static void print_head(const struct baseline *baseline, const struct runs *runs, FILE *out)
{
    struct text seeds = {0};
    cJSON *head = cJSON_CreateObject();
    tree_add_hash(head, "plan", baseline->plan);
    cJSON_AddStringToObject(head, "raftsim", RAFTSIM_VERSION);
    text_add(&seeds, "%" PRIu64 "..%" PRIu64, runs->first, runs->last);
    cJSON_AddStringToObject(head, "seeds", text_of(&seeds));
    tree_add_hash(head, "trace_hash", runs->sides[0].hash);
    cJSON *gated = cJSON_AddArrayToObject(head, "gated");
    for (uint32_t i = 0; i < baseline->gated_count; i++)
        cJSON_AddItemToArray(gated, cJSON_CreateString(baseline->gated[i]));
    cJSON *kept = cJSON_AddArrayToObject(head, "kept");
    for (uint32_t i = 0; i < runs->metric_count; i++)
        cJSON_AddItemToArray(kept, cJSON_CreateString(runs->metrics[i].name));
    tree_add_count(head, "size", baseline->size);
    tree_add_count(head, "packed", baseline->packed);
    char *line = cJSON_PrintUnformatted(head);
    must(line != NULL);
    fprintf(out, "%s%s\n", magic, line);
    cJSON_free(line);
    cJSON_Delete(head);
    text_close(&seeds);
}

bool baseline_write(const struct baseline *baseline, const char *path, const struct runs *runs,
                    struct error *error)
{
    struct file_out file = {0};
    struct bytes values = {0};
    struct baseline told = *baseline;
    pack(&values, runs);
    uLongf size = compressBound(values.size);
    unsigned char *packed = allocate(size, 1);
    int end = compress2(packed, &size, values.data, values.size, Z_BEST_COMPRESSION);
    must(end == Z_OK);
    told.size = values.size;
    told.packed = size;
    bool written = file_out_open(&file, path, error);
    if (written) {
        print_head(&told, runs, file.stream);
        fwrite(packed, 1, size, file.stream);
        written = file_out_keep(&file, error);
    }
    free(packed);
    free(values.data);
    return written;
}

/* ---- the head ---- */

static bool hash_of(const cJSON *head, const char *name, uint64_t *hash)
{
    const char *text = cJSON_GetStringValue(json_member(head, name));
    char *end;
    if (!text || strlen(text) != 16)
        return false;
    *hash = strtoull(text, &end, 16);
    return !*end;
}

static bool count_of(const cJSON *head, const char *name, uint64_t *count)
{
    const char *text = json_number(json_member(head, name));
    int64_t whole;
    if (!text || !whole_parse(text, &whole) || whole < 0)
        return false;
    *count = (uint64_t)whole;
    return true;
}

static bool gates_of(const cJSON *head, struct baseline *baseline)
{
    const cJSON *list = json_member(head, "gated"), *one;
    cJSON_ArrayForEach(one, list)
    {
        struct metric_ref ref;
        const char *name = cJSON_GetStringValue(one);
        if (!name || baseline->gated_count == METRICS_MAX / 4 || !metric_resolve(name, &ref, NULL))
            return false;
        baseline->gated[baseline->gated_count++] = copy_text(name);
    }
    return baseline->gated_count > 0;
}

static bool read_head(struct baseline *baseline, const cJSON *head)
{
    const char *seeds = cJSON_GetStringValue(json_member(head, "seeds"));
    const char *program = cJSON_GetStringValue(json_member(head, "raftsim"));
    if (!seeds || !program || !seeds_parse(seeds, &baseline->first, &baseline->last))
        return false;
    baseline->program = copy_text(program);
    return hash_of(head, "plan", &baseline->plan) &&
           hash_of(head, "trace_hash", &baseline->trace_hash) &&
           count_of(head, "size", &baseline->size) && count_of(head, "packed", &baseline->packed) &&
           baseline->size < SIZE_LIMIT && baseline->packed < SIZE_LIMIT &&
           baseline->last - baseline->first < baseline->size && gates_of(head, baseline);
}

static bool refuse_file(struct error *error, const char *path, const char *why)
{
    return refuse(error, "%s: %s", path, why);
}

bool baseline_open(struct baseline *baseline, const char *path, struct error *error)
{
    struct json json;
    struct error ignored;
    *baseline = (struct baseline){0};
    FILE *stream = fopen(path, "r");
    if (!stream)
        return refuse(error, "%s: %s; make it with raftsim baseline save", path, strerror(errno));
    char *line = allocate(HEAD_MAX, 1);
    bool good = fgets(line, HEAD_MAX, stream) && strcmp(line, magic) == 0 &&
                fgets(line, HEAD_MAX, stream) &&
                json_open(&json, path, line, strlen(line), &ignored);
    if (good) {
        good = read_head(baseline, json.root);
        json_close(&json);
    }
    baseline->values_at = ftell(stream);
    fclose(stream);
    free(line);
    return good || refuse_file(error, path, "no baseline of this version of raftsim");
}

/* ---- the values ---- */

struct source {
    const unsigned char *data;
    size_t size, at;
    bool bad;
};

static uint64_t take_number(struct source *source)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (source->at == source->size)
            break;
        unsigned char byte = source->data[source->at++];
        number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return number;
    }
    source->bad = true;
    return 0;
}

static double value_of_code(uint64_t code, const struct metric *metric)
{
    if (code == NOT_REACHED)
        return NAN;
    if (code == NEVER)
        return INFINITY;
    return (double)(code - FIRST_STEP) / baseline_steps(metric);
}

static void unpack_facts(struct source *source, struct runs *runs)
{
    struct side *side = &runs->sides[0];
    uint64_t seeds = runs->last - runs->first + 1;
    for (uint64_t i = 0; i < seeds; i++) {
        uint64_t flags = take_number(source);
        side->facts[i] = (struct run_facts){.done = (flags & FLAG_DONE) != 0,
                                            .broken = (flags & FLAG_BROKEN) != 0,
                                            .absent = (flags & FLAG_ABSENT) != 0,
                                            .verdict = VERDICT_PASS,
                                            .unplanned = (uint32_t)take_number(source)};
    }
    side->facts[0].simulated_ns = take_number(source);
}

static void unpack_rows(struct source *source, struct runs *runs)
{
    for (uint32_t table = 0; table < runs->table_count; table++)
        for (uint64_t seed = runs->first; seed <= runs->last; seed++) {
            uint64_t rows = take_number(source);
            /* A row has a byte at least: a file that says more of them than it has is damaged. */
            source->bad = source->bad || rows + runs->sides[0].rows[table].count > source->size;
            for (uint64_t row = 0; row < rows && !source->bad; row++)
                runs_add_row(runs, 0, table, seed);
        }
    for (uint32_t i = 0; i < runs->metric_count; i++) {
        const struct asked_metric *metric = &runs->metrics[i];
        struct side_rows *rows = &runs->sides[0].rows[metric->table];
        uint32_t width = runs->tables[metric->table].width;
        for (size_t row = 0; row < rows->count; row++)
            rows->items[row * width + metric->column] =
                value_of_code(take_number(source), metric->ref.metric);
    }
}

static unsigned char *inflate_values(const struct baseline *baseline, const char *path)
{
    FILE *stream = fopen(path, "r");
    unsigned char *packed = allocate(baseline->packed + 1, 1);
    unsigned char *values = allocate(baseline->size + 1, 1);
    uLongf size = baseline->size;
    bool good = stream && fseek(stream, baseline->values_at, SEEK_SET) == 0 &&
                fread(packed, 1, baseline->packed + 1, stream) == baseline->packed &&
                uncompress(values, &size, packed, baseline->packed) == Z_OK &&
                size == baseline->size;
    if (stream)
        fclose(stream);
    free(packed);
    if (good)
        return values;
    free(values);
    return NULL;
}

bool baseline_read(const struct baseline *baseline, const char *path, struct runs *runs,
                   struct error *error)
{
    unsigned char *values = inflate_values(baseline, path);
    if (!values)
        return refuse_file(error, path, "its values are damaged");
    struct source source = {.data = values, .size = baseline->size};
    must(!runs->sides[0].plan);
    runs_prepare(runs);
    unpack_facts(&source, runs);
    if (!source.bad)
        unpack_rows(&source, runs);
    runs->sides[0].hash = baseline->trace_hash;
    free(values);
    return (!source.bad && source.at == source.size) ||
           refuse_file(error, path, "its values are damaged");
}
