#include "sim/junit.h"

#include <inttypes.h>
#include <string.h>

#include "sim/text.h"

/* ---- XML ---- */

/* How many bytes from here are one character that XML 1.0 may hold; 0: none. */
static size_t character_at(const unsigned char *at)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    if (*at < 0x80)
        return *at >= 0x20 || *at == '\t' || *at == '\n' || *at == '\r';
    for (size_t i = 0; i < countof(forms); i++) {
        if ((*at & forms[i].mask) != forms[i].lead)
            continue;
        uint32_t code = *at & (uint32_t)(unsigned char)~forms[i].mask;
        for (size_t more = 1; more <= i + 1; more++) {
            if ((at[more] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (at[more] & 0x3f);
        }
        bool is_one = code >= forms[i].least && code <= 0x10ffff && (code & ~0x7ffU) != 0xd800 &&
                      (code & ~1U) != 0xfffe;
        return is_one ? i + 2 : 0;
    }
    return 0;
}

static const char *entity_of(char special)
{
    return special == '&' ? "&amp;" : special == '<' ? "&lt;" : special == '>' ? "&gt;" : "&quot;";
}

/* A text between quotes or tags. What XML cannot hold becomes a question mark. */
static void add_escaped(struct text *text, const char *words)
{
    for (const unsigned char *at = (const unsigned char *)words; *at;) {
        size_t size = character_at(at);
        if (size == 0)
            text_add(text, "?");
        else if (size == 1 && strchr("&<>\"", *at))
            text_add(text, "%s", entity_of((char)*at));
        else
            text_bytes(text, (const char *)at, size);
        at += size ? size : 1;
    }
}

/* An attribute has one line: a parser would make blanks of its ends itself. */
static void add_attribute(struct text *text, const char *name, const char *value)
{
    text_add(text, " %s=\"", name);
    struct text line = {0};
    for (; *value; value++)
        text_bytes(&line, strchr("\t\n\r", *value) ? " " : value, 1);
    add_escaped(text, text_of(&line));
    text_add(text, "\"");
    text_close(&line);
}

static void add_count(struct text *text, const char *name, uint32_t count)
{
    text_add(text, " %s=\"%u\"", name, count);
}

static void add_time(struct text *text, double seconds)
{
    text_add(text, " time=\"%.3f\"", seconds);
}

/* ---- cases ---- */

static const char *element_of(enum suite_kind kind)
{
#define X(id, name, status, junit) junit,
    static const char *const elements[] = {SUITE_KINDS(X)};
#undef X
    return elements[kind];
}

static uint32_t count_of(const struct suite *suite, const char *element)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < suite->count; i++) {
        const char *own = element_of(suite->cases[i].kind);
        count += own && strcmp(own, element) == 0;
    }
    return count;
}

/* Folders as packages: "scenarios.incidents" of scenarios/incidents/acks-1.json. */
static void add_class(struct text *text, const char *file)
{
    struct text name = {0};
    const char *end = strrchr(file, '/');
    while (*file == '.' || *file == '/')
        file++;
    for (; end && file < end; file++)
        text_bytes(&name, *file == '/' ? "." : file, 1);
    add_attribute(text, "classname", name.count ? text_of(&name) : "scenarios");
    text_close(&name);
}

/* One line: "safety broken, seed 7". */
static void add_message(struct text *text, const struct suite_case *one)
{
    struct text line = {0};
    text_add(&line, "%s", suite_kind_name(one->kind));
    if (one->refusal) {
        text_add(&line, ": %s", one->refusal);
    } else if (one->kind != SUITE_NOT_RUN) {
        text_add(&line, "%s%s, ", *suite_key(one) ? ": " : "", suite_key(one));
        suite_seeds(one, &line);
    }
    add_attribute(text, "message", text_of(&line));
    text_close(&line);
}

static void add_outcome(struct text *text, const struct suite_case *one)
{
    const char *element = element_of(one->kind);
    struct text detail = {0};
    text_add(text, "      <%s", element);
    add_message(text, one);
    if (one->kind == SUITE_NOT_RUN) {
        text_add(text, "/>\n");
        return;
    }
    add_attribute(text, "type", suite_kind_name(one->kind));
    text_add(text, ">\n");
    suite_detail(one, &detail);
    add_escaped(text, text_of(&detail));
    text_add(text, "</%s>\n", element);
    text_close(&detail);
}

static void add_case(struct text *text, const struct suite_case *one)
{
    text_add(text, "    <testcase");
    add_class(text, one->scenario.file);
    add_attribute(text, "name", suite_name(one));
    add_time(text, (double)one->work_ns / (double)NS_PER_S);
    if (!element_of(one->kind)) {
        text_add(text, "/>\n");
        return;
    }
    text_add(text, ">\n");
    add_outcome(text, one);
    text_add(text, "    </testcase>\n");
}

static void add_property(struct text *text, const char *name, const char *value)
{
    text_add(text, "      <property");
    add_attribute(text, "name", name);
    add_attribute(text, "value", value);
    text_add(text, "/>\n");
}

void junit_write(const struct junit *junit, FILE *out)
{
    const struct suite *suite = junit->suite;
    struct text text = {0};
    text_add(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                    "  <testsuite id=\"0\" package=\"raftsim\" name=\"raftsim\""
                    " hostname=\"localhost\"");
    add_attribute(&text, "timestamp", junit->timestamp);
    add_count(&text, "tests", suite->count);
    add_count(&text, "failures", count_of(suite, "failure"));
    add_count(&text, "errors", count_of(suite, "error"));
    add_count(&text, "skipped", count_of(suite, "skipped"));
    add_time(&text, junit->elapsed_s);
    text_add(&text, ">\n    <properties>\n");
    add_property(&text, "raftsim", RAFTSIM_VERSION);
    for (uint32_t i = 0; i < suite->settings->count; i++)
        add_property(&text, "set", suite->settings->items[i]);
    text_add(&text, "    </properties>\n");
    for (uint32_t i = 0; i < suite->count; i++)
        add_case(&text, &suite->cases[i]);
    text_add(&text, "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
    fputs(text_of(&text), out);
    text_close(&text);
}
