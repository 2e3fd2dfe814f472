#include "sim/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "raft/chance.h"

enum { DIGITS_MAX = 160, EXPONENT_MAX = 400 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits of a number and where its point stands among them. */
struct digits {
    uint32_t count;
    int32_t point;
    uint8_t items[DIGITS_MAX];
};

static bool take_digits(const char **text, struct digits *digits)
{
    if (!is_digit(**text))
        return false;
    for (; is_digit(**text); ++*text) {
        if (digits->count == DIGITS_MAX)
            return false;
        digits->items[digits->count++] = (uint8_t)(**text - '0');
    }
    return true;
}

/* An exponent beyond EXPONENT_MAX is as good as that one: both are out of every range. */
static bool take_exponent(const char **text, int32_t *exponent)
{
    const char *at = *text + 1;
    bool negative = *at == '-';
    at += *at == '-' || *at == '+';
    if (!is_digit(*at))
        return false;
    for (; is_digit(*at); at++)
        if (*exponent < EXPONENT_MAX)
            *exponent = *exponent * 10 + (*at - '0');
    *exponent = negative ? -*exponent : *exponent;
    *text = at;
    return true;
}

static uint8_t digit_at(const struct digits *digits, int32_t position)
{
    bool within = position >= 0 && position < (int32_t)digits->count;
    return within ? digits->items[position] : 0;
}

static bool split_at_point(const struct digits *digits, struct decimal *decimal)
{
    for (int32_t i = 0; i < digits->point; i++) {
        uint8_t digit = digit_at(digits, i);
        if (decimal->whole > (UINT64_MAX - digit) / 10)
            return false;
        decimal->whole = decimal->whole * 10 + digit;
    }
    int32_t last = (int32_t)digits->count;
    while (last > digits->point && digit_at(digits, last - 1) == 0)
        last--;
    if (last - digits->point > DECIMAL_PLACES_MAX)
        return false;
    for (int32_t i = digits->point; i < last; i++)
        decimal->places[decimal->count++] = digit_at(digits, i);
    return true;
}

bool decimal_parse(const char *text, const char **end, struct decimal *decimal)
{
    struct digits digits = {0};
    int32_t exponent = 0;
    *decimal = (struct decimal){.negative = *text == '-'};
    text += *text == '-';
    if (*text == '0' && is_digit(text[1]))
        return false;
    if (!take_digits(&text, &digits))
        return false;
    digits.point = (int32_t)digits.count;
    if (*text == '.' && (text++, !take_digits(&text, &digits)))
        return false;
    if ((*text == 'e' || *text == 'E') && !take_exponent(&text, &exponent))
        return false;
    digits.point += exponent;
    *end = text;
    return split_at_point(&digits, decimal);
}

bool whole_parse(const char *text, int64_t *whole)
{
    const char *end;
    struct decimal decimal;
    if (strpbrk(text, ".eE") || !decimal_parse(text, &end, &decimal) || *end)
        return false;
    if (decimal.whole > WHOLE_MAX)
        return false;
    *whole = decimal.negative ? -(int64_t)decimal.whole : (int64_t)decimal.whole;
    return true;
}

/* The places doubled; the digit that is carried out to the left of the point. */
static uint64_t double_places(struct decimal *decimal)
{
    uint8_t carry = 0;
    for (uint32_t i = decimal->count; i-- > 0;) {
        uint8_t twice = (uint8_t)(decimal->places[i] * 2 + carry);
        carry = twice >= 10;
        decimal->places[i] = (uint8_t)(twice % 10);
    }
    return carry;
}

bool decimal_scale(const struct decimal *decimal, unsigned bits, uint64_t *scaled)
{
    must(bits == 32 || bits == 64);
    struct decimal rest = *decimal;
    uint64_t fraction = 0;
    for (unsigned i = 0; i < bits; i++)
        fraction = fraction << 1 | double_places(&rest);
    if (decimal->whole && (bits == 64 || decimal->whole > UINT32_MAX))
        return false;
    *scaled = (bits == 64 ? 0 : decimal->whole << 32) + fraction;
    bool nothing = decimal->whole == 0 && decimal->count == 0;
    return nothing || (*scaled && !decimal->negative);
}

/* The whole text, and nothing else, is a number. */
static bool whole_text(const char *text, struct decimal *decimal)
{
    const char *end;
    return decimal_parse(text, &end, decimal) && *end == '\0';
}

bool probability_parse(const char *text, uint64_t *share)
{
    struct decimal decimal;
    if (!whole_text(text, &decimal))
        return false;
    if (decimal.whole == 1 && decimal.count == 0 && !decimal.negative) {
        *share = UINT64_MAX;
        return true;
    }
    return decimal_scale(&decimal, 64, share);
}

bool factor_parse(const char *text, uint64_t *factor)
{
    struct decimal decimal;
    if (!whole_text(text, &decimal) || !decimal_scale(&decimal, 32, factor))
        return false;
    return *factor && *factor <= UINT64_C(1) << 63;
}

static uint64_t unit_ns(const char *unit)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"ns", 1},       {"us", NS_PER_US},    {"ms", NS_PER_MS},
                 {"s", NS_PER_S}, {"m", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S}};
    for (size_t i = 0; i < countof(units); i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].ns;
    return 0;
}

/* The places of a decimal times `unit`, when that is whole. */
static bool places_in(const struct decimal *decimal, uint64_t unit, uint64_t *ns)
{
    *ns = 0;
    for (uint32_t i = 0; i < decimal->count; i++) {
        if (unit % 10 && unit * decimal->places[i] % 10)
            return false;
        *ns += unit * decimal->places[i] / 10;
        if (unit % 10 && i + 1 < decimal->count)
            return false;
        unit /= 10;
    }
    return true;
}

bool duration_parse(const char *text, uint64_t *ns)
{
    const char *unit;
    struct decimal decimal;
    uint64_t fraction;
    if (!decimal_parse(text, &unit, &decimal) || memchr(text, 'e', (size_t)(unit - text)) ||
        memchr(text, 'E', (size_t)(unit - text)))
        return false;
    uint64_t scale = unit_ns(unit);
    if (scale == 0 || decimal.negative || !places_in(&decimal, scale, &fraction))
        return false;
    if (decimal.whole > (NS_MAX - fraction) / scale)
        return false;
    *ns = decimal.whole * scale + fraction;
    return true;
}

bool signed_duration_parse(const char *text, int64_t *ns)
{
    uint64_t size;
    bool negative = *text == '-';
    if (!duration_parse(text + negative, &size))
        return false;
    *ns = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

/* The largest unit that the time holds at least once; decimals say the rest. */
struct short_text duration_write(uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *name;
        int places;
    } units[] = {{NS_PER_S, "s", 9}, {NS_PER_MS, "ms", 6}, {NS_PER_US, "us", 3}, {1, "ns", 0}};
    struct short_text text;
    size_t unit = 0;
    while (ns < units[unit].ns && unit < countof(units) - 1)
        unit++;
    if (ns == 0)
        unit = 0;
    int size = snprintf(text.text, sizeof text.text, "%" PRIu64, ns / units[unit].ns);
    uint64_t rest = ns % units[unit].ns;
    if (rest > 0)
        size += snprintf(text.text + size, sizeof text.text - (size_t)size, ".%0*" PRIu64,
                         units[unit].places, rest);
    while (rest > 0 && text.text[size - 1] == '0')
        size--;
    snprintf(text.text + size, sizeof text.text - (size_t)size, "%s", units[unit].name);
    return text;
}

/* Correctly rounded while both parts are exact in a double: 15 digits are. */
static bool decimal_double(const struct decimal *decimal, double *number)
{
    uint64_t digits = decimal->whole;
    double scale = 1;
    for (uint32_t i = 0; i < decimal->count; i++, scale *= 10) {
        if (digits > WHOLE_MAX / 10)
            return false;
        digits = digits * 10 + decimal->places[i];
    }
    *number = (double)digits / scale;
    *number = decimal->negative ? -*number : *number;
    return digits <= WHOLE_MAX;
}

bool measure_parse(const char *text, double *number, bool *time)
{
    uint64_t ns;
    struct decimal decimal;
    *time = duration_parse(text, &ns);
    if (*time) {
        *number = (double)ns / 1e6;
        return true;
    }
    return whole_text(text, &decimal) && decimal_double(&decimal, number);
}

uint64_t name_hash(const char *name)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);
    for (; *name; name++)
        hash = chance_mix(hash ^ (unsigned char)*name);
    return hash;
}

/* "1e10" */
static bool is_power(const char *text)
{
    static const char digits[] = "0123456789";
    size_t before = strspn(text, digits);
    if (before == 0 || (text[before] != 'e' && text[before] != 'E'))
        return false;
    size_t after = strspn(text + before + 1, digits);
    return after > 0 && after <= 3 && text[before + 1 + after] == '\0';
}

bool seed_parse(const char *text, uint64_t *seed)
{
    char lower[65] = "";
    size_t size = strlen(text);
    if (size && strspn(text, "0123456789") == size) {
        int64_t whole;
        bool ok = whole_parse(text, &whole);
        *seed = ok ? (uint64_t)whole : 0;
        return ok;
    }
    if (size < 4 || size >= sizeof lower || strspn(text, "0123456789abcdefABCDEF") != size ||
        is_power(text))
        return false;
    for (size_t i = 0; i < size; i++)
        lower[i] = (char)(is_digit(text[i]) ? text[i] : text[i] | 0x20);
    *seed = name_hash(lower) & WHOLE_MAX;
    return true;
}

bool seeds_parse(const char *text, uint64_t *first, uint64_t *last)
{
    char from[24] = "";
    const char *dots = strstr(text, "..");
    int64_t a, b;
    size_t size = dots ? (size_t)(dots - text) : strlen(text);
    if (size >= sizeof from)
        return false;
    memcpy(from, text, size);
    if (!whole_parse(from, &a) || !whole_parse(dots ? dots + 2 : from, &b) || a < 0 || b < a)
        return false;
    *first = (uint64_t)a;
    *last = (uint64_t)b;
    return true;
}

/* ---- round numbers ---- */

static uint64_t unit_of(uint64_t ns, uint32_t digits)
{
    uint64_t unit = 1;
    for (uint32_t places = 0; places < digits; places++)
        ns /= 10;
    for (; ns > 0; ns /= 10)
        unit *= 10;
    return unit;
}

uint64_t round_down(uint64_t ns, uint32_t digits)
{
    return ns - ns % unit_of(ns, digits);
}

uint64_t round_up(uint64_t ns, uint32_t digits)
{
    uint64_t unit = unit_of(ns, digits);
    return (ns + unit - 1) / unit * unit;
}

uint64_t round_near(uint64_t ns, uint32_t digits)
{
    uint64_t unit = unit_of(ns, digits);
    return (ns + unit / 2) / unit * unit;
}
