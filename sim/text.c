#include "sim/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_bytes(struct text *text, const char *bytes, size_t count)
{
    must(count < SIZE_MAX / 4);
    text->data = make_room(text->data, &text->room, text->count + count + 1, 1);
    memcpy(text->data + text->count, bytes, count);
    text->count += count;
    text->data[text->count] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    must(size >= 0);
    text->data = make_room(text->data, &text->room, text->count + (size_t)size + 1, 1);
    vsnprintf(text->data + text->count, (size_t)size + 1, format, again);
    text->count += (size_t)size;
    va_end(again);
    va_end(arguments);
}

static bool continues_character(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += !continues_character(*text);
    return width;
}

void text_column(struct text *text, size_t column, size_t least)
{
    const char *last = text->count ? strrchr(text->data, '\n') : NULL;
    size_t at = text_width(last ? last + 1 : text_of(text));
    size_t spaces = at + least < column ? column - at : least;
    while (spaces--)
        text_bytes(text, " ", 1);
}

void text_wrap(struct text *text, size_t column, size_t columns, const char *words)
{
    text_column(text, column, 0);
    for (size_t at = column; *words;) {
        size_t size = strcspn(words, " \n");
        struct text word = {0};
        text_bytes(&word, words, size);
        size_t width = text_width(text_of(&word));
        if (at > column && at + 1 + width > columns) {
            text_bytes(text, "\n", 1);
            text_column(text, column, 0);
            at = column;
        } else if (at > column) {
            text_bytes(text, " ", 1);
            at++;
        }
        text_bytes(text, text_of(&word), size);
        text_close(&word);
        at += width;
        words += size + strspn(words + size, " \n");
    }
    text_bytes(text, "\n", 1);
}

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+./:=,@%";
    return *word && strspn(word, plain) == strlen(word);
}

void text_shell(struct text *text, const char *word)
{
    if (is_plain(word)) {
        text_bytes(text, word, strlen(word));
        return;
    }
    text_bytes(text, "'", 1);
    for (; *word; word++)
        if (*word == '\'')
            text_bytes(text, "'\\''", 4);
        else
            text_bytes(text, word, 1);
    text_bytes(text, "'", 1);
}

const char *text_of(const struct text *text)
{
    return text->data ? text->data : "";
}

void text_clear(struct text *text)
{
    text->count = 0;
    if (text->data)
        text->data[0] = '\0';
}

void text_close(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

struct short_text short_count(uint64_t number)
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    struct short_text result = {{0}};
    char *out = result.text;
    for (int i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    return result;
}

static void drop_zeros(char *text)
{
    size_t count = strlen(text);
    if (!strchr(text, '.'))
        return;
    while (text[count - 1] == '0')
        count--;
    if (text[count - 1] == '.')
        count--;
    text[count] = '\0';
}

/* ns / unit, in integers, with as many decimals as say it exactly (at most 9). */
static struct short_text in_unit(uint64_t ns, uint64_t unit, const char *name)
{
    struct short_text result;
    char digits[24] = "";
    int decimals = 0;
    for (uint64_t scale = unit; scale >= 10; scale /= 10)
        decimals++;
    must(decimals <= 9);
    if (decimals)
        snprintf(digits, sizeof digits, ".%0*" PRIu64, decimals, ns % unit);
    drop_zeros(digits);
    snprintf(result.text, sizeof result.text, "%" PRIu64 "%s %s", ns / unit, digits, name);
    return result;
}

struct short_text short_duration(uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *name;
    } whole[] = {{3600 * NS_PER_S, "h"}, {60 * NS_PER_S, "min"}};
    for (size_t i = 0; i < countof(whole); i++)
        if (ns >= 2 * whole[i].ns && ns % whole[i].ns == 0)
            return in_unit(ns / whole[i].ns, 1, whole[i].name);
    if (ns == 0 || ns >= NS_PER_S)
        return in_unit(ns, NS_PER_S, "s");
    if (ns >= NS_PER_MS)
        return in_unit(ns, NS_PER_MS, "ms");
    return ns >= NS_PER_US ? in_unit(ns, NS_PER_US, "us") : in_unit(ns, 1, "ns");
}

struct short_text short_at(uint64_t at_ns)
{
    struct short_text result;
    uint64_t ms = at_ns / NS_PER_MS;
    snprintf(result.text, sizeof result.text, "%" PRIu64 ".%03u s", ms / 1000,
             (unsigned)(ms % 1000));
    return result;
}

struct short_text short_instant(uint64_t at_ns)
{
    struct short_text result;
    uint64_t us = at_ns / NS_PER_US;
    snprintf(result.text, sizeof result.text, "%" PRIu64 ".%03u %03u s", us / 1000000,
             (unsigned)(us / 1000 % 1000), (unsigned)(us % 1000));
    return result;
}

struct short_text short_tenths(uint64_t tenths)
{
    struct short_text result;
    snprintf(result.text, sizeof result.text, "%" PRIu64 ".%u", tenths / 10,
             (unsigned)(tenths % 10));
    return result;
}

struct short_text short_number(double number, int decimals)
{
    struct short_text result;
    snprintf(result.text, sizeof result.text, "%.*f", decimals, number);
    drop_zeros(result.text);
    if (strcmp(result.text, "-0") == 0)
        result.text[0] = '0', result.text[1] = '\0';
    return result;
}

/* The byte where character `n` begins. */
static size_t byte_of(const char *text, size_t n)
{
    size_t at = 0;
    while (text[at] && (n || continues_character(text[at])))
        n -= !continues_character(text[at++]);
    return at;
}

struct short_text short_name(const char *name, size_t width)
{
    must(width >= 3 && width * 4 < sizeof(struct short_text));
    struct short_text result;
    size_t count = text_width(name);
    if (count <= width) {
        snprintf(result.text, sizeof result.text, "%s", name);
        return result;
    }
    size_t tail = (width - 1) / 2, head = width - 1 - tail;
    snprintf(result.text, sizeof result.text, "%.*s~%s", (int)byte_of(name, head), name,
             name + byte_of(name, count - tail));
    return result;
}
