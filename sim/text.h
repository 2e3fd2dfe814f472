/* Text that grows, and numbers, times and shell words as people read them.
 *
 * Nothing here depends on the locale: the decimal sign is a point. */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stdarg.h>

#include "sim/base.h"

/* {0} is the empty text. `data` is NULL until something was added, then always terminated. */
struct text {
    char *data;
    size_t count, room;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_bytes(struct text *text, const char *bytes, size_t count);
/* Spaces up to the column, counted in characters from the last line's beginning; at least `least`.
 */
void text_column(struct text *text, size_t column, size_t least);
/* Pads to `column` and adds the words, wrapped so that lines have at most `columns` characters;
 * each further line begins at `column` too. Ends with a newline. */
void text_wrap(struct text *text, size_t column, size_t columns, const char *words);
/* A word as a POSIX shell takes it: quoted only when it must be. */
void text_shell(struct text *text, const char *word);
/* The text, never NULL; a loan until the next change. */
const char *text_of(const struct text *text);
void text_clear(struct text *text);
void text_close(struct text *text);

/* Small texts by value, so that they can be arguments of printf: short_ms(n).text. */
struct short_text {
    char text[40];
};

/* 1234567 -> "1,234,567" */
struct short_text short_count(uint64_t number);
/* A duration in the largest unit that keeps it exact enough: "150 ms", "1.5 s", "250 us", "2 h". */
struct short_text short_duration(uint64_t ns);
/* Simulated time in seconds, to the millisecond: "2.140 s". */
struct short_text short_at(uint64_t at_ns);
/* The same to the microsecond, in groups: "4.218 331 s". */
struct short_text short_instant(uint64_t at_ns);
/* Tenths of a millisecond, as "326.4". */
struct short_text short_tenths(uint64_t tenths);
/* A number with up to `decimals` decimals and no trailing zeros: "326.4", "2", "0.125". */
struct short_text short_number(double number, int decimals);

/* How many characters (code points) a UTF-8 text has. */
size_t text_width(const char *text);
/* At most `width` characters: the middle of a longer text becomes one '~'. width is at most 39 / 4.
 */
struct short_text short_name(const char *name, size_t width);

#endif
