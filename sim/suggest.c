#include "sim/suggest.h"

#include <stdio.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool same(char a, char b)
{
    return lower(a) == lower(b) || ((a == '-' || a == '_') && (b == '-' || b == '_'));
}

/* Insertions, removals, replacements and swaps of neighbours, with three rows of the table. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][SUGGEST_MAX + 1];
    size_t a_size = strlen(a), b_size = strlen(b);
    must(a_size < SUGGEST_MAX && b_size < SUGGEST_MAX);
    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *now = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t replaced = above[j - 1] + !same(a[i - 1], b[j - 1]);
            now[j] = least(replaced, least(above[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}

void suggest_try(struct suggestion *suggestion, const char *known)
{
    size_t size = strlen(known);
    if (size >= SUGGEST_MAX || strlen(suggestion->word) >= SUGGEST_MAX)
        return;
    size_t distance = edit_distance(suggestion->word, known);
    if (suggestion->nearest[0] && distance >= suggestion->distance)
        return;
    suggestion->distance = distance;
    memcpy(suggestion->nearest, known, size + 1);
}

const char *suggest_nearest(const struct suggestion *suggestion)
{
    size_t size = strlen(suggestion->word);
    size_t bearable = size < 4 ? 1 : (size + 2) / 3;
    bool near =
        suggestion->nearest[0] && suggestion->distance <= bearable && suggestion->distance < size;
    return near ? suggestion->nearest : NULL;
}

const char *nearest_of(const char *word, const char *const *known, size_t count)
{
    struct suggestion suggestion = {.word = word};
    for (size_t i = 0; i < count; i++)
        suggest_try(&suggestion, known[i]);
    const char *nearest = suggest_nearest(&suggestion);
    for (size_t i = 0; i < count; i++)
        if (nearest && strcmp(known[i], nearest) == 0)
            return known[i];
    return NULL;
}

struct hint suggest_hint(const struct suggestion *suggestion)
{
    struct hint hint = {""};
    const char *nearest = suggest_nearest(suggestion);
    if (nearest)
        snprintf(hint.text, sizeof hint.text, "; did you mean \"%s\"?", nearest);
    return hint;
}
