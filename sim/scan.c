#include "sim/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the scanner is. `key` is the key whose value comes next. */
struct head {
    const unsigned char *at, *end;
    const unsigned char *text;
    struct spot spot, key;
    struct scan *scan;
};

static bool wrong(struct head *head, const char *why)
{
    head->scan->wrong = head->spot;
    snprintf(head->scan->why, sizeof head->scan->why, "%s", why);
    return false;
}

/* The next byte, or -1 at the end. */
static int peek(const struct head *head)
{
    return head->at < head->end ? *head->at : -1;
}

static void skip(struct head *head)
{
    must(head->at < head->end);
    unsigned char byte = *head->at++;
    if (byte == '\n')
        head->spot = (struct spot){head->spot.line + 1, 1};
    else if ((byte & 0xc0) != 0x80)
        head->spot.column++;
}

static bool take(struct head *head, int byte)
{
    bool there = peek(head) == byte;
    if (there)
        skip(head);
    return there;
}

static void skip_space(struct head *head)
{
    int byte;
    while ((byte = peek(head)) == ' ' || byte == '\t' || byte == '\n' || byte == '\r')
        skip(head);
}

/* Four hexadecimal digits. */
static bool scan_hex(struct head *head, uint32_t *unit)
{
    static const char digits[] = "0123456789abcdef";
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int byte = peek(head);
        const char *digit =
            byte > 0 ? strchr(digits, byte >= 'A' && byte <= 'F' ? byte | 0x20 : byte) : NULL;
        if (!digit)
            return wrong(head, "expected four hexadecimal digits after \\u");
        *unit = *unit << 4 | (uint32_t)(digit - digits);
        skip(head);
    }
    return true;
}

static bool scan_unicode(struct head *head)
{
    static const char lone[] = "half of a surrogate pair stands alone";
    uint32_t high, low;
    if (!scan_hex(head, &high))
        return false;
    if (high == 0)
        return wrong(head, "expected text without \\u0000");
    if (high >> 10 == 0xdc00 >> 10)
        return wrong(head, lone);
    if (high >> 10 != 0xd800 >> 10)
        return true;
    if (!take(head, '\\') || !take(head, 'u'))
        return wrong(head, lone);
    if (!scan_hex(head, &low))
        return false;
    return low >> 10 == 0xdc00 >> 10 || wrong(head, lone);
}

static bool scan_escape(struct head *head)
{
    skip(head);
    if (take(head, 'u'))
        return scan_unicode(head);
    int byte = peek(head);
    if (byte <= 0 || !strchr("\"\\/bfnrt", byte))
        return wrong(head, "unknown escape in text");
    skip(head);
    return true;
}

/* One character of UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF). */
static bool scan_character(struct head *head)
{
    int first = peek(head);
    unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0x80 ? 1 : 0;
    int low = 0x80, high = 0xbf;
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4)
        return wrong(head, "text is not UTF-8");
    skip(head);
    for (; more; more--, low = 0x80, high = 0xbf) {
        if (peek(head) < low || peek(head) > high)
            return wrong(head, "text is not UTF-8");
        skip(head);
    }
    return true;
}

static bool scan_string(struct head *head)
{
    must(take(head, '"'));
    while (!take(head, '"')) {
        int byte = peek(head);
        if (byte < 0)
            return wrong(head, "the file ends inside a text");
        if (byte < 0x20)
            return wrong(head, byte == '\n' ? "a text has no closing quote on its line"
                                            : "a raw control character in a text");
        if (byte == '\\' ? !scan_escape(head) : !scan_character(head))
            return false;
    }
    return true;
}

static bool scan_digits(struct head *head, const char *why)
{
    if (peek(head) < '0' || peek(head) > '9')
        return wrong(head, why);
    while (peek(head) >= '0' && peek(head) <= '9')
        skip(head);
    return true;
}

/* Does a number's text stay within a double, which is what other readers of the file have? */
static bool is_in_range(const char *text, size_t size)
{
    char copy[SCAN_NUMBER_MAX + 1];
    must(size < sizeof copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    size_t digits = strspn(copy + (copy[0] == '-'), "0123456789");
    const char *mark = strpbrk(copy, "eE");
    long exponent = mark ? strtol(mark + 1, NULL, 10) : 0;
    return exponent > -300 && exponent < 300 - (long)digits;
}

static bool scan_number(struct head *head)
{
    static const char why[] = "expected a digit";
    const unsigned char *begin = head->at;
    take(head, '-');
    if (take(head, '0')) {
        if (peek(head) >= '0' && peek(head) <= '9')
            return wrong(head, "a number does not begin with 0");
    } else if (!scan_digits(head, why)) {
        return false;
    }
    if (take(head, '.') && !scan_digits(head, why))
        return false;
    if (take(head, 'e') || take(head, 'E')) {
        if (!take(head, '+'))
            take(head, '-');
        if (!scan_digits(head, why))
            return false;
    }
    size_t size = (size_t)(head->at - begin);
    if (size > SCAN_NUMBER_MAX)
        return wrong(head, "a number has more than 60 characters");
    return is_in_range((const char *)begin, size) || wrong(head, "a number is out of range");
}

static bool scan_word(struct head *head)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < countof(words); i++) {
        size_t size = strlen(words[i]);
        if ((size_t)(head->end - head->at) < size || memcmp(head->at, words[i], size) != 0)
            continue;
        for (; size; size--)
            skip(head);
        return true;
    }
    if (peek(head) < 0)
        return wrong(head, "the file ends where a value should follow");
    if (peek(head) == '/')
        return wrong(head, "expected a value; JSON has no comments");
    return wrong(head, "expected a value");
}

static bool scan_value(struct head *head, unsigned depth);

static bool scan_list(struct head *head, unsigned depth)
{
    skip(head);
    skip_space(head);
    if (take(head, ']'))
        return true;
    for (;;) {
        if (!scan_value(head, depth))
            return false;
        if (take(head, ']'))
            return true;
        if (!take(head, ','))
            return wrong(head, peek(head) < 0 ? "the file ends inside a list"
                                              : "expected \",\" or \"]\" after a value");
        skip_space(head);
        if (peek(head) == ']')
            return wrong(head, "a comma before \"]\"");
    }
}

static bool scan_key(struct head *head)
{
    skip_space(head);
    head->key = head->spot;
    if (peek(head) == '}')
        return wrong(head, "a comma before \"}\"");
    if (peek(head) != '"')
        return wrong(head, peek(head) < 0 ? "the file ends inside an object"
                                          : "expected a key in quotes");
    struct spot key = head->spot;
    if (!scan_string(head))
        return false;
    head->key = key;
    skip_space(head);
    return take(head, ':') || wrong(head, "expected \":\" after a key");
}

static bool scan_object(struct head *head, unsigned depth)
{
    skip(head);
    skip_space(head);
    if (take(head, '}'))
        return true;
    for (;;) {
        if (!scan_key(head) || !scan_value(head, depth))
            return false;
        if (take(head, '}'))
            return true;
        if (!take(head, ','))
            return wrong(head, peek(head) < 0 ? "the file ends inside an object"
                                              : "expected \",\" or \"}\" after a value");
    }
}

static bool scan_content(struct head *head, unsigned depth)
{
    int byte = peek(head);
    if (byte == '"')
        return scan_string(head);
    if (byte == '{')
        return scan_object(head, depth);
    if (byte == '[')
        return scan_list(head, depth);
    if (byte == '-' || (byte >= '0' && byte <= '9'))
        return scan_number(head);
    return scan_word(head);
}

/* A value and the space around it. */
static bool scan_value(struct head *head, unsigned depth)
{
    struct scan *scan = head->scan;
    skip_space(head);
    if (depth == SCAN_DEPTH_MAX)
        return wrong(head, "lists and objects are nested more than 64 deep");
    if (scan->count == SCAN_VALUES_MAX)
        return wrong(head, "more than a million values");
    size_t number = scan->count++;
    scan->marks = make_room(scan->marks, &scan->room, scan->count, sizeof *scan->marks);
    scan->marks[number] = (struct scan_mark){
        .value = head->spot, .key = head->key, .begin = (uint32_t)(head->at - head->text)};
    head->key = (struct spot){0};
    if (!scan_content(head, depth + 1))
        return false;
    scan->marks[number].end = (uint32_t)(head->at - head->text);
    skip_space(head);
    return true;
}

bool scan_open(struct scan *scan, const char *text, size_t size)
{
    *scan = (struct scan){0};
    const unsigned char *bytes = (const unsigned char *)text;
    struct head head = {bytes, bytes + size, bytes, {1, 1}, {0}, scan};
    must(size <= SCAN_SIZE_MAX);
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return wrong(&head, "the file begins with a byte order mark");
    skip_space(&head);
    if (peek(&head) < 0)
        return wrong(&head, "the file is empty");
    if (!scan_value(&head, 0))
        return false;
    return head.at == head.end || wrong(&head, "something follows the value's end");
}

void scan_close(struct scan *scan)
{
    free(scan->marks);
    *scan = (struct scan){0};
}

bool scan_is_utf8(const char *text)
{
    struct scan scan = {0};
    const unsigned char *bytes = (const unsigned char *)text;
    struct head head = {bytes, bytes + strlen(text), bytes, {1, 1}, {0}, &scan};
    while (peek(&head) >= 0)
        if (!scan_character(&head))
            return false;
    return true;
}
