#include "sim/tree.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "sim/text.h"

enum { DECIMALS = 6 };

cJSON *tree_of_value(struct value value)
{
    if (value.known && isfinite(value.number) && fabs(value.number) < 1e18)
        return cJSON_CreateRaw(short_number(value.number, DECIMALS).text);
    return cJSON_CreateNull();
}

void tree_add_value(cJSON *object, const char *name, struct value value)
{
    cJSON_AddItemToObject(object, name, tree_of_value(value));
}

void tree_add_ms(cJSON *object, const char *name, uint64_t ns)
{
    struct text number = {0};
    text_add(&number, "%" PRIu64 ".%06" PRIu64, ns / NS_PER_MS, ns % NS_PER_MS);
    while (number.data[number.count - 1] == '0')
        number.data[--number.count] = '\0';
    if (number.data[number.count - 1] == '.')
        number.data[--number.count] = '\0';
    cJSON_AddRawToObject(object, name, number.data);
    text_close(&number);
}

void tree_add_count(cJSON *object, const char *name, uint64_t count)
{
    struct text number = {0};
    text_add(&number, "%" PRIu64, count);
    cJSON_AddRawToObject(object, name, number.data);
    text_close(&number);
}

void tree_add_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObject(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void tree_add_hash(cJSON *object, const char *name, uint64_t hash)
{
    struct text digits = {0};
    text_add(&digits, "%016" PRIx64, hash);
    cJSON_AddStringToObject(object, name, digits.data);
    text_close(&digits);
}

cJSON *tree_of_samples(const struct samples *samples)
{
    static const char *const statistics[] = {"min", "max", "mean", "p50", "p90", "p99", "p999"};
    cJSON *object = cJSON_CreateObject();
    tree_add_count(object, "count", samples->count);
    if (samples->unended)
        tree_add_count(object, "unended", samples->unended);
    for (size_t i = 0; i < countof(statistics); i++)
        tree_add_value(object, statistics[i], sample_statistic(samples, statistics[i]));
    return object;
}

cJSON *tree_of_finding(const struct finding *finding)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "metric", finding->expectation->text);
    if (finding->bound) {
        cJSON_AddStringToObject(object, "want", finding->bound->text);
        tree_add_value(object, "got", finding->got);
    } else {
        cJSON_AddStringToObject(object, "want", finding->expectation->word);
        cJSON_AddStringToObject(object, "got", finding->got_text);
    }
    cJSON_AddBoolToObject(object, "held", finding->held);
    return object;
}

void tree_print(const cJSON *tree, FILE *out)
{
    char *text = cJSON_Print(tree);
    must(text != NULL);
    fprintf(out, "%s\n", text);
    cJSON_free(text);
}
