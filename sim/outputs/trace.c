#include <string.h>

#include "sim/output.h"

/* A line is made here and handed over whole; names longer than a line's room cannot occur. */
struct line {
    size_t count;
    char text[1024];
};

static void put(struct line *line, const char *text)
{
    size_t size = strlen(text);
    must(line->count + size < sizeof line->text);
    memcpy(line->text + line->count, text, size);
    line->count += size;
}

static void put_number(struct line *line, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    must(line->count + sizeof digits < sizeof line->text);
    memcpy(line->text + line->count, digits + at, sizeof digits - at);
    line->count += sizeof digits - at;
}

static void put_key(struct line *line, const char *key)
{
    put(line, line->count > 1 ? ",\"" : "\"");
    put(line, key);
    put(line, "\":");
}

static void field_number(struct line *line, const char *key, uint64_t number)
{
    put_key(line, key);
    put_number(line, number);
}

static void field_text(struct line *line, const char *key, const char *text)
{
    put_key(line, key);
    put(line, "\"");
    put(line, text);
    put(line, "\"");
}

static void field_node(struct line *line, const char *key, const struct scenario *scenario,
                       uint32_t node)
{
    if (node)
        field_text(line, key, scenario->nodes[node].name);
    else {
        put_key(line, key);
        put(line, "null");
    }
}

static void field_switch(struct line *line, const char *key, bool on)
{
    put_key(line, key);
    put(line, on ? "true" : "false");
}

/* What the record's text about itself is called. */
static const char *detail_key(enum record_detail detail)
{
    switch (detail) {
    case DETAIL_NONE:
    case DETAIL_MESSAGE:
        break;
    case DETAIL_LOSS:
        return "reason";
    case DETAIL_ROLE:
        return "was";
    case DETAIL_NOTE:
    case DETAIL_REASON:
    case DETAIL_ELECTOR:
        return "why";
    case DETAIL_START:
        return "how";
    case DETAIL_CALL:
        return "kind";
    case DETAIL_OUTCOME:
        return "outcome";
    }
    return NULL;
}

static void put_detail(struct line *line, enum record_detail detail, const struct record *record)
{
    const char *key = detail_key(detail);
    if (detail == DETAIL_MESSAGE || detail == DETAIL_LOSS) {
        field_text(line, "kind", raft_message_name(record->message));
        field_switch(line, "reject", record->reject);
    }
    if (key)
        field_text(line, key, record_detail_name(record));
    if (detail == DETAIL_NOTE)
        field_switch(line, "prevote", record->prevote);
}

static void write_record(const struct scenario *scenario, const struct record *record, FILE *out)
{
    const struct record_info *info = record_info(record->kind);
    struct line line;
    line.count = 0;
    put(&line, "{");
    field_number(&line, "at_ns", record->at_ns);
    field_text(&line, "record", info->name);
    field_node(&line, "node", scenario, record->node);
    field_number(&line, "term", record->term);
    if (*info->peer)
        field_node(&line, info->peer, scenario, record->peer);
    if (*info->index)
        field_number(&line, info->index, record->index);
    if (*info->value)
        field_number(&line, info->value, record->value);
    put_detail(&line, info->detail, record);
    put(&line, "}\n");
    fwrite(line.text, 1, line.count, out);
}

const struct output output_trace = {
    .name = "trace",
    .help = "every record as a line of JSON, as it happens",
    .record = write_record,
};
