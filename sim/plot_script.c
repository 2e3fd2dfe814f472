#include <inttypes.h>
#include <string.h>

#include "sim/page/page.h"
#include "sim/plot_parts.h"

/* Pixels of the PNG, from its top and its left. */
enum {
    WIDTH = 1000,
    MARGIN = 20,
    TITLE = 24,
    SUBTITLE = 48,
    HEAD = 68,
    ROW = 22,
    LANE = 40,
    GAP = 12,
    TERMS = 90,
    AXIS = 64,
    LEGEND_ROW = 26,
    SWATCH = 26,
    FOOT_ROW = 15
};

enum { TITLE_COLUMNS = 80, COMMAND_COLUMNS = 130, NAME_COLUMNS = 9 };

#define FAULT_COLOUR "#d55e00"
#define FAULT_FILLING "solid 0.28"
#define GREY "#555555"

/* Campaigns are last: one of a pixel's width is not covered by what follows it. */
static const enum look order[] = {LOOK_LEADER, LOOK_CUT_LEADER, LOOK_FOLLOWER,     LOOK_ISOLATED,
                                  LOOK_DOWN,   LOOK_HELD,       LOOK_PRECANDIDATE, LOOK_CANDIDATE};

/* One drawing on its way, and where its parts begin. */
struct sheet {
    const struct plot *plot;
    FILE *out;
    struct text foot; /* the command that draws this run again */
    uint32_t lanes, terms, legend, end;
};

/* ---- places and words ---- */

/* gnuplot's text in double quotes, since in single ones two quotes in a row cannot be said. In
 * double ones it would obey `commands` and @macros, which therefore stand in single ones. */
static void add_quoted(struct text *text, const char *words)
{
    text_add(text, "\"");
    for (; *words; words++)
        if ((unsigned char)*words < ' ' || *words == 0x7f)
            text_add(text, " ");
        else if (*words == '`' || *words == '@')
            text_add(text, "\".'%c'.\"", *words);
        else
            text_add(text, *words == '"' || *words == '\\' ? "\\%c" : "%c", *words);
    text_add(text, "\"");
}

/* gnuplot counts from the bottom of the page, which is 1 high. */
static double across(uint32_t x)
{
    return (double)x / WIDTH;
}

static double above(const struct sheet *sheet, uint32_t y)
{
    return 1 - (double)y / sheet->end;
}

/* Words on the page; `how`: alignment, font, colour. */
static void put(const struct sheet *sheet, uint32_t x, uint32_t y, const char *words,
                const char *how)
{
    struct text quoted = {0};
    add_quoted(&quoted, words);
    fprintf(sheet->out, "set label %s at screen %.4f, screen %.4f %s\n", text_of(&quoted),
            across(x), above(sheet, y), how);
    text_close(&quoted);
}

/* The next diagram lies between these heights. */
static void begin_panel(const struct sheet *sheet, uint32_t top, uint32_t bottom)
{
    fprintf(sheet->out, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
            above(sheet, top), above(sheet, bottom));
}

/* Behind everything else of a diagram: when a fault was in force. */
static void begin_plot(const struct sheet *sheet, const char *bottom, const char *top)
{
    fputs("plot ", sheet->out);
    if (sheet->plot->fault_count)
        fprintf(sheet->out,
                "data index %d using 1:(%s):1:2:(%s):(%s) with boxxyerror lc rgb '" FAULT_COLOUR
                "' fs transparent solid 0.10 border lc rgb '#f0c4a8', \\\n     ",
                BLOCK_BANDS, bottom, bottom, top);
}

/* How boxes of a look are filled, in the words of gnuplot. */
static struct short_text filling(const struct look_style *style)
{
    struct short_text text = {"solid"};
    if (style->pattern)
        snprintf(text.text, sizeof text.text, "pattern %d", style->pattern);
    return text;
}

/* ---- its parts, from top to bottom ---- */

static void title(const struct sheet *sheet)
{
    const struct run *run = sheet->plot->report->run;
    const struct scenario *scenario = run->scenario;
    struct text text = {0}, name = {0};
    size_t bytes = 0;
    for (size_t width = 0; scenario->name[bytes]; bytes++) {
        width += ((unsigned char)scenario->name[bytes] & 0xc0) != 0x80;
        if (width > TITLE_COLUMNS - 24)
            break;
    }
    text_bytes(&name, scenario->name, bytes);
    text_add(&text, "%s%s, seed %" PRIu64 ": %s", text_of(&name), scenario->name[bytes] ? ".." : "",
             run->seed, verdict_name(run->verdict));
    put(sheet, MARGIN, TITLE, text_of(&text), "left font ',14'");
    text_clear(&text);
    text_add(&text, "%u node%s", scenario->node_count, scenario->node_count == 1 ? "" : "s");
    if (scenario->preset)
        text_add(&text, ", preset %s", scenario->preset);
    text_add(&text, ", %s s simulated, %s events, trace %016" PRIx64,
             short_number(plot_seconds(run->simulated_ns), 3).text, short_count(run->events).text,
             run->trace_hash);
    put(sheet, MARGIN, SUBTITLE, text_of(&text), "left font ',10' tc rgb '" GREY "'");
    text_close(&name);
    text_close(&text);
}

static bool any_label(const struct plot *plot, bool leftward)
{
    if (!plot->named)
        return !leftward;
    for (size_t i = 0; i < plot->fault_count; i++)
        if (plot->faults[i].leftward == leftward)
            return true;
    return false;
}

static void faults(const struct sheet *sheet)
{
    const struct plot *plot = sheet->plot;
    if (!plot->fault_count)
        return;
    begin_panel(sheet, HEAD, sheet->lanes);
    fprintf(sheet->out, "set yrange [%u:0]\nunset border\nunset tics\nunset grid\n",
            plot_rows(plot));
    fprintf(sheet->out,
            "plot data index %d using 1:3:1:2:($3+0.08):($3+0.92) with boxxyerror lc rgb "
            "'" FAULT_COLOUR "' fs " FAULT_FILLING " border lc rgb '" FAULT_COLOUR "'",
            BLOCK_BARS);
    for (int leftward = 0; leftward <= 1; leftward++)
        if (any_label(plot, leftward))
            fprintf(sheet->out,
                    ", \\\n     data index %d using ($3==%d?$1:NaN):($2+0.5):4 with labels %s "
                    "offset %s,0 font ',10'",
                    BLOCK_LABELS, leftward, leftward ? "right" : "left", leftward ? "-0.5" : "0.5");
    fputs("\nunset label\n", sheet->out);
}

static void lanes(const struct sheet *sheet)
{
    const struct plot *plot = sheet->plot;
    const struct scenario *scenario = plot->report->run->scenario;
    begin_panel(sheet, sheet->lanes, sheet->terms - GAP);
    struct text caption = {0}, top = {0};
    text_add(&caption, "node");
    if (plot->lane_count < scenario->node_count)
        text_add(&caption, " (the %u of %u with the most changes)", plot->lane_count,
                 scenario->node_count);
    put(sheet, MARGIN - 4, (sheet->lanes + sheet->terms - GAP) / 2, text_of(&caption),
        "center rotate font ',10'");
    for (uint32_t i = 0; i < plot->lane_count; i++)
        put(sheet, PLOT_LEFT - 8, sheet->lanes + i * LANE + LANE / 2,
            short_name(scenario->nodes[plot->lanes[i]].name, NAME_COLUMNS).text,
            "right font ',11'");
    text_add(&top, "%u.5", plot->lane_count);
    fprintf(sheet->out,
            "set yrange [0.5:%s]\nunset ytics\nset xtics nomirror out scale 0.6 format ''\nset "
            "border 3 lc rgb '" GREY "'\nset grid xtics lc rgb "
            "'#dddddd' lt 1\n",
            text_of(&top));
    begin_plot(sheet, "0.5", text_of(&top));
    const char *join = "";
    for (size_t i = 0; i < countof(order); i++) {
        const struct look_style *style = look_style(order[i]);
        if (!(plot->looks & 1u << order[i]))
            continue;
        fprintf(sheet->out,
                "%sdata index %d using 1:3:1:2:3:4 with boxxyerror lc rgb '%s' fs %s border lc "
                "rgb '%s'",
                join, (int)order[i], style->colour, filling(style).text, style->border);
        join = ", \\\n     ";
    }
    fprintf(sheet->out, "%s\nunset label\n", *join ? "" : "NaN");
    text_close(&caption);
    text_close(&top);
}

static uint64_t highest_term(const struct plot *plot)
{
    const struct term_change *changes;
    size_t count = strip_terms(plot->report->strip, &changes);
    return count > 0 ? changes[count - 1].term : 0;
}

/* The least of 1, 2, 5, 10, .. with which a few numbers reach the term. */
static uint64_t term_step(uint64_t term)
{
    enum { NUMBERS = 4 };
    static const uint64_t digits[] = {1, 2, 5};
    for (uint64_t power = 1;; power *= 10)
        for (size_t i = 0; i < countof(digits); i++)
            if (digits[i] * power >= term / NUMBERS)
                return digits[i] * power;
}

static void terms(const struct sheet *sheet)
{
    uint64_t highest = highest_term(sheet->plot);
    struct text top = {0};
    begin_panel(sheet, sheet->terms, sheet->terms + TERMS);
    put(sheet, MARGIN - 4, sheet->terms + TERMS / 2, "highest term", "center rotate font ',10'");
    text_add(&top, "%.3f", (double)(highest ? highest : 1) * 1.12);
    fprintf(sheet->out,
            "set yrange [0:%s]\nset ytics 0,%" PRIu64 " nomirror out scale 0.6 font ',10'\n"
            "set xtics nomirror out scale 0.6 font ',10' format '%%g'\n"
            "set xlabel 'simulated time (s)' offset 0,0.5 font ',10'\n",
            text_of(&top), term_step(highest));
    begin_plot(sheet, "0", text_of(&top));
    fprintf(sheet->out, "data index %d using 1:2 with steps lw 2 lc rgb '#009e73'\n", BLOCK_TERMS);
    text_close(&top);
}

/* ---- the legend: only what occurs ---- */

struct entry {
    const char *name, *colour, *border;
    double height;
    struct short_text filling;
};

static struct entry entry_of(enum look look)
{
    const struct look_style *style = look_style(look);
    return (struct entry){look_name(look), style->colour, style->border, style->height,
                          filling(style)};
}

static uint32_t legend_entries(const struct plot *plot, struct entry *entries)
{
    uint32_t count = 0;
    for (size_t i = 0; i < countof(order); i++)
        if (plot->looks & 1u << order[i])
            entries[count++] = entry_of(order[i]);
    if (plot->fault_count)
        entries[count++] =
            (struct entry){"action of the plan", FAULT_COLOUR, FAULT_COLOUR, 0.8, {FAULT_FILLING}};
    return count;
}

/* A swatch as high as its look is in a lane, and its name. */
static void put_entry(const struct sheet *sheet, uint32_t x, uint32_t y, const struct entry *entry)
{
    const double lane = LANE * 0.6;
    double bottom = above(sheet, y) - lane / 2 / sheet->end;
    fprintf(sheet->out,
            "set object rectangle from screen %.4f, screen %.4f to screen %.4f, screen %.4f front "
            "fc rgb '%s' fs %s border lc rgb '%s'\n",
            across(x), bottom, across(x + SWATCH), bottom + entry->height * lane / sheet->end,
            entry->colour, entry->filling.text, entry->border);
    put(sheet, x + SWATCH + 6, y, entry->name, "left font ',10'");
}

/* Draws the legend, if `draw`; returns how many rows it has. */
static uint32_t legend(const struct sheet *sheet, bool draw)
{
    struct entry entries[countof(order) + 1];
    uint32_t count = legend_entries(sheet->plot, entries), rows = count > 0;
    for (uint32_t i = 0, x = MARGIN; i < count; i++) {
        uint32_t width = SWATCH + 6 + PLOT_LETTER * (uint32_t)strlen(entries[i].name) + 18;
        if (x > MARGIN && x + width > PLOT_RIGHT) {
            x = MARGIN;
            rows++;
        }
        if (draw)
            put_entry(sheet, x, sheet->legend + (rows - 1) * LEGEND_ROW + LEGEND_ROW / 2,
                      &entries[i]);
        x += width;
    }
    return rows;
}

/* ---- the command that gives this run again ---- */

static uint32_t foot_rows(const struct sheet *sheet)
{
    uint32_t rows = 0;
    for (const char *at = text_of(&sheet->foot); *at; at++)
        rows += *at == '\n';
    return rows;
}

static void foot(const struct sheet *sheet)
{
    uint32_t y = sheet->end - foot_rows(sheet) * FOOT_ROW - FOOT_ROW / 2;
    for (const char *line = text_of(&sheet->foot), *end; *line; line = end + 1, y += FOOT_ROW) {
        struct text words = {0};
        end = strchr(line, '\n');
        text_bytes(&words, line, (size_t)(end - line));
        put(sheet, MARGIN, y, text_of(&words), "left font 'DejaVu Sans Mono,9' tc rgb '" GREY "'");
        text_close(&words);
    }
}

/* ---- all of it ---- */

static void arrange(struct sheet *sheet)
{
    struct text command = {0};
    report_replay(sheet->plot->report, &command);
    add_command(&sheet->foot, "again  ", text_of(&command), COMMAND_COLUMNS);
    text_close(&command);
    uint32_t rows = plot_rows(sheet->plot);
    sheet->lanes = HEAD + rows * ROW
    +(rows ? 4 : 0);
    sheet->terms = sheet->lanes + sheet->plot->lane_count * LANE + GAP;
    sheet->legend = sheet->terms + TERMS + AXIS;
    sheet->end = sheet->legend + legend(sheet, false) * LEGEND_ROW + GAP +
                 foot_rows(sheet) * FOOT_ROW + FOOT_ROW;
}

static void draw(const struct sheet *sheet)
{
    fprintf(sheet->out,
            "set encoding utf8\nset multiplot\nunset key\n"
            "set lmargin at screen %.4f\nset rmargin at screen %.4f\nset xrange [0:end]\nset tics "
            "scale 0.6\n"
            "set xtics nomirror out format ''\n",
            across(PLOT_LEFT), across(PLOT_RIGHT));
    title(sheet);
    faults(sheet);
    lanes(sheet);
    legend(sheet, true);
    foot(sheet);
    terms(sheet);
    fputs("unset multiplot\nunset output\nunset label\nunset object\nunset xlabel\n", sheet->out);
}

void plot_script(const struct plot *plot, FILE *out)
{
    static const char *const kinds[][3] = {
        {"svg", "dynamic fontscale 1.25 background '#ffffff'", ".svg"},
        {"pngcairo", "", ".png"},
    };
    struct sheet sheet = {.plot = plot, .out = out};
    arrange(&sheet);
    fputs("# gnuplot, called with this file in this folder, draws what is in the data beside it.\n"
          "reset\nname = ",
          out);
    struct text name = {0};
    add_quoted(&name, plot->name);
    fprintf(out, "%s\ndata = name.'.dat'\nend = %.9f\n", text_of(&name), plot_duration(plot));
    text_close(&name);
    for (size_t i = 0; i < countof(kinds); i++) {
        fprintf(out,
                "\nset terminal %s size %d,%u noenhanced font 'DejaVu Sans,12' %s\n"
                "set output name.'%s'\n",
                kinds[i][0], WIDTH, sheet.end, kinds[i][1], kinds[i][2]);
        draw(&sheet);
    }
    text_close(&sheet.foot);
}
