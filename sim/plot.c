#include "sim/plot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/page/page.h"
#include "sim/plot_parts.h"

enum { ROWS_MAX = 4 };

/* Colours of Okabe and Ito, told apart by most eyes; heights and hatches tell the looks apart
 * without them. */
static const struct look_style styles[] = {
    [LOOK_ABSENT] = {"#ffffff", "#ffffff", 0.02, 0},
    [LOOK_FOLLOWER] = {"#bdbdbd", "#bdbdbd", 0.16, 0},
    [LOOK_ISOLATED] = {"#555555", "#555555", 0.22, 4},
    [LOOK_PRECANDIDATE] = {"#f0e442", "#a89c00", 0.42, 0},
    [LOOK_CANDIDATE] = {"#e69f00", "#b87a00", 0.60, 0},
    [LOOK_LEADER] = {"#0072b2", "#0072b2", 0.80, 0},
    [LOOK_CUT_LEADER] = {"#56b4e9", "#2f93cc", 0.80, 5},
    [LOOK_HELD] = {"#cc79a7", "#cc79a7", 0.32, 2},
    [LOOK_DOWN] = {"#000000", "#000000", 0.08, 0},
};
_Static_assert(countof(styles) == LOOK_COUNT, "every look has a style");

const struct look_style *look_style(enum look look)
{
    return &styles[look];
}

static double column(const struct plot *plot, uint64_t at_ns)
{
    return PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * plot_seconds(at_ns) / plot_duration(plot);
}

/* ---- what is drawn ---- */

static void choose_lanes(struct plot *plot)
{
    uint32_t nodes = plot->report->run->scenario->node_count;
    for (uint32_t node = 1; node <= nodes; node++) {
        const struct lane *lane = strip_lane(plot->report->strip, node);
        uint32_t better = 0;
        for (uint32_t other = 1; other <= nodes; other++) {
            size_t theirs = strip_lane(plot->report->strip, other)->count;
            better += theirs > lane->count || (theirs == lane->count && other < node);
        }
        if (better >= PLOT_LANES_MAX)
            continue;
        plot->lanes[plot->lane_count++] = node;
        for (size_t i = 0; i < lane->count; i++)
            plot->looks |= 1u << lane->items[i].look;
    }
}

static const struct deed *deed_of(const struct plot *plot, const struct span *span)
{
    return &plot->report->run->world->deeds[span->number];
}

/* Of the same kind, instant and end, about nodes: one fault with one label. */
static bool joins(const struct plot *plot, const struct span *a, const struct span *b)
{
    const struct deed *first = deed_of(plot, a), *second = deed_of(plot, b);
    return a->begin_ns == b->begin_ns && a->end_ns == b->end_ns &&
           first->action == second->action && !first->side_count && !second->side_count &&
           raft_set_count(&first->nodes) && raft_set_count(&second->nodes);
}

/* Adds the first span and those that join it; returns how many they are. */
static size_t add_fault(struct plot *plot, const struct span *spans, size_t count)
{
    struct page page = {.report = plot->report,
                        .scenario = plot->report->run->scenario,
                        .name_width = PAGE_NAME_WIDTH_MAX};
    struct deed joined = *deed_of(plot, &spans[0]);
    size_t used = 1;
    for (; used < count && joins(plot, &spans[0], &spans[used]); used++) {
        const struct raft_set *nodes = &deed_of(plot, &spans[used])->nodes;
        for (uint32_t id = raft_set_next(nodes, 0); id; id = raft_set_next(nodes, id))
            raft_set_add(&joined.nodes, id);
    }
    plot->faults =
        make_room(plot->faults, &plot->fault_room, plot->fault_count + 1, sizeof *plot->faults);
    struct plot_fault *fault = &plot->faults[plot->fault_count++];
    uint64_t end_ns = joined.action->ends_by ? spans[0].end_ns : spans[0].begin_ns;
    *fault = (struct plot_fault){.begin_ns = spans[0].begin_ns, .end_ns = end_ns};
    if (end_ns > plot->report->run->simulated_ns)
        fault->end_ns = plot->report->run->simulated_ns;
    deed_text(&page, &joined, &fault->label);
    return used;
}

/* In the bar if it is wide enough, else after it, else before it, else at the right margin. Widens
 * from .. to, the columns of the bar, to those of both. */
static void place_label(const struct plot *plot, struct plot_fault *fault, double *from, double *to)
{
    double width = (double)(PLOT_LETTER * (text_width(text_of(&fault->label)) + 2));
    bool inside = *from + width <= *to, after = *to + width <= PLOT_RIGHT;
    bool before = *from - width >= PLOT_LEFT;
    fault->leftward = !inside && !after;
    fault->label_ns = inside || (!after && before) ? fault->begin_ns : fault->end_ns;
    if (inside)
        return;
    if (after) {
        *to += width;
    } else if (before) {
        *from -= width;
    } else {
        fault->label_ns = plot->report->run->simulated_ns;
        *from = *from + width > PLOT_RIGHT ? PLOT_RIGHT - width : *from;
        *to = PLOT_RIGHT;
    }
}

/* Each in the highest row with room for its bar and, if `named`, its label; false: a row more
 * would be needed for some, which share the last. */
static bool place_faults(struct plot *plot, bool named)
{
    double taken[ROWS_MAX] = {0};
    bool fits = true;
    plot->rows = 0;
    plot->named = named;
    for (size_t i = 0; i < plot->fault_count; i++) {
        struct plot_fault *fault = &plot->faults[i];
        double from = column(plot, fault->begin_ns), to = column(plot, fault->end_ns) + 2;
        if (named)
            place_label(plot, fault, &from, &to);
        for (fault->row = 0; fault->row < ROWS_MAX && taken[fault->row] > from; fault->row++)
            continue;
        fits = fits && fault->row < ROWS_MAX;
        if (fault->row == ROWS_MAX)
            fault->row--;
        if (taken[fault->row] < to)
            taken[fault->row] = to;
        if (plot->rows <= fault->row)
            plot->rows = fault->row + 1;
    }
    return fits;
}

struct rank {
    const struct action *action;
    uint32_t count; /* how often it was done */
};

/* Those that were done, the most frequent first. */
static uint32_t rank_actions(const struct plot *plot, struct rank *ranks)
{
    const struct span *spans;
    size_t count = strip_spans(plot->report->strip, &spans);
    uint32_t ranked = 0;
    for (size_t i = 0; i < action_count(); i++) {
        struct rank rank = {action_at(i), 0};
        for (size_t k = 0; k < count; k++)
            rank.count += deed_of(plot, &spans[k])->action == rank.action;
        if (!rank.count)
            continue;
        uint32_t at = ranked++;
        for (; at > 0 && ranks[at - 1].count < rank.count; at--)
            ranks[at] = ranks[at - 1];
        ranks[at] = rank;
    }
    return ranked;
}

/* As many kinds as the line has room for. */
static void sum_up(struct plot *plot, size_t count)
{
    enum { COLUMNS = 90 };
    struct rank *ranks = allocate(action_count(), sizeof *ranks);
    uint32_t ranked = rank_actions(plot, ranks), told = 0;
    struct text *line = &plot->summary;
    text_add(line, "%s actions of the plan: ", short_count(count).text);
    for (; told < ranked && text_width(text_of(line)) < COLUMNS; told++)
        text_add(line, "%s%s %s", told ? ", " : "", short_count(ranks[told].count).text,
                 ranks[told].action->name);
    if (told < ranked)
        text_add(line, " and %u other kind%s", ranked - told, ranked - told == 1 ? "" : "s");
    free(ranks);
}

void plot_open(struct plot *plot, const struct report *report, const char *name)
{
    const struct span *spans;
    size_t count = strip_spans(report->strip, &spans);
    *plot = (struct plot){.report = report, .name = name};
    choose_lanes(plot);
    for (size_t i = 0; i < count;)
        i += add_fault(plot, spans + i, count - i);
    if (place_faults(plot, true))
        return;
    place_faults(plot, false);
    sum_up(plot, count);
}

void plot_close(struct plot *plot)
{
    for (size_t i = 0; i < plot->fault_count; i++)
        text_close(&plot->faults[i].label);
    free(plot->faults);
    text_close(&plot->summary);
}

/* ---- its data ---- */

/* Stretches of one look, whatever terms they have: from, to, bottom, top. */
static void look_data(const struct plot *plot, enum look look, FILE *out)
{
    for (uint32_t i = 0; i < plot->lane_count; i++) {
        const struct lane *lane = strip_lane(plot->report->strip, plot->lanes[i]);
        double bottom = plot->lane_count - i - 0.4;
        for (size_t c = 0, next; c < lane->count; c = next) {
            for (next = c + 1; next < lane->count && lane->items[next].look == lane->items[c].look;)
                next++;
            uint64_t to_ns =
                next < lane->count ? lane->items[next].at_ns : plot->report->run->simulated_ns;
            if (lane->items[c].look == look)
                fprintf(out, "%.9f %.9f %.2f %.2f\n", plot_seconds(lane->items[c].at_ns),
                        plot_seconds(to_ns), bottom, bottom + styles[look].height);
        }
    }
}

static void term_data(const struct plot *plot, FILE *out)
{
    const struct term_change *terms;
    size_t count = strip_terms(plot->report->strip, &terms);
    uint64_t last = 0;
    fputs("0 0\n", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%.9f %" PRIu64 "\n", plot_seconds(terms[i].at_ns), terms[i].term);
        last = terms[i].term;
    }
    fprintf(out, "%.9f %" PRIu64 "\n", plot_seconds(plot->report->run->simulated_ns), last);
}

/* Faults that overlap are one band: a tint that deepens with their number would hide the lanes.
 * They are in order of their begin. */
static void band_data(const struct plot *plot, FILE *out)
{
    for (size_t i = 0; i < plot->fault_count;) {
        uint64_t begin_ns = plot->faults[i].begin_ns, end_ns = plot->faults[i].end_ns;
        for (i++; i < plot->fault_count && plot->faults[i].begin_ns <= end_ns; i++)
            if (plot->faults[i].end_ns > end_ns)
                end_ns = plot->faults[i].end_ns;
        fprintf(out, "%.9f %.9f\n", plot_seconds(begin_ns), plot_seconds(end_ns));
    }
}

/* Words between double quotes, in which gnuplot would read quotes and backslashes. */
static void words_data(const char *words, FILE *out)
{
    fputc('"', out);
    for (; *words; words++)
        fputc(*words == '"'                                   ? '\''
              : *words == '\\'                                ? '/'
              : (unsigned char)*words < ' ' || *words == 0x7f ? ' '
                                                              : *words,
              out);
    fputs("\"\n", out);
}

static void fault_data(const struct plot *plot, bool labels, FILE *out)
{
    for (size_t i = 0; i < plot->fault_count; i++) {
        const struct plot_fault *fault = &plot->faults[i];
        double from = plot_seconds(fault->begin_ns), to = plot_seconds(fault->end_ns);
        uint32_t row = fault->row + !plot->named;
        if (!labels) {
            fprintf(out, "%.9f %.9f %u\n", from, to, row);
        } else if (plot->named) {
            fprintf(out, "%.9f %u %d ", plot_seconds(fault->label_ns), row, fault->leftward);
            words_data(text_of(&fault->label), out);
        }
    }
    if (labels && !plot->named) {
        fputs("0 0 0 ", out);
        words_data(text_of(&plot->summary), out);
    }
}

void plot_data(const struct plot *plot, FILE *out)
{
    fputs("# Blocks, two empty lines apart. Of a look: from s, to s, bottom, top.\n", out);
    for (enum look look = 0; look < LOOK_COUNT; look++) {
        fprintf(out, "# %s\n%s", look_name(look), plot->looks & 1u << look ? "" : "0 0 0 0\n");
        look_data(plot, look, out);
        fputs("\n\n", out);
    }
    fputs("# terms: s, term\n", out);
    term_data(plot, out);
    if (!plot->fault_count)
        return;
    fputs("\n\n# times with a fault: from s, to s\n", out);
    band_data(plot, out);
    fputs("\n\n# faults: from s, to s, row\n", out);
    fault_data(plot, false, out);
    fputs("\n\n# their names: s, row, 0: begins there or 1: ends there, words\n", out);
    fault_data(plot, true, out);
}
