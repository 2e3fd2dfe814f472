#include "sim/plot.h"

#include <inttypes.h>
#include <string.h>

#include "sim/text.h"

/* Colours of Okabe and Ito, told apart by most eyes; heights tell the roles apart without them. */
static const struct style {
    const char *colour;
    double height;
    int pattern; /* gnuplot's fill pattern; 0: solid */
} styles[] = {
    [LOOK_ABSENT] = {"#ffffff", 0.02, 0},     [LOOK_FOLLOWER] = {"#bdbdbd", 0.16, 0},
    [LOOK_ISOLATED] = {"#666666", 0.16, 4},   [LOOK_PRECANDIDATE] = {"#f0e442", 0.45, 0},
    [LOOK_CANDIDATE] = {"#e69f00", 0.60, 0},  [LOOK_LEADER] = {"#0072b2", 0.78, 0},
    [LOOK_CUT_LEADER] = {"#56b4e9", 0.78, 5}, [LOOK_HELD] = {"#cc79a7", 0.30, 2},
    [LOOK_DOWN] = {"#000000", 0.08, 0},
};
_Static_assert(countof(styles) == LOOK_COUNT, "every look has a style");

void plot_open(struct plot *plot, const struct run *run, const struct strip *strip,
               const char *name)
{
    *plot = (struct plot){.run = run, .strip = strip, .name = name};
    uint32_t nodes = run->scenario->node_count;
    for (uint32_t node = 1; node <= nodes; node++) {
        size_t changes = strip_lane(strip, node)->count;
        uint32_t better = 0;
        for (uint32_t other = 1; other <= nodes; other++) {
            size_t theirs = strip_lane(strip, other)->count;
            better += theirs > changes || (theirs == changes && other < node);
        }
        if (better < PLOT_LANES_MAX)
            plot->lanes[plot->lane_count++] = node;
    }
}

static double seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* Boxes of one look: from, to, lane, height. */
static void look_data(const struct plot *plot, enum look look, FILE *out)
{
    uint64_t end_ns = plot->run->simulated_ns;
    bool any = false;
    for (uint32_t i = 0; i < plot->lane_count; i++) {
        const struct lane *lane = strip_lane(plot->strip, plot->lanes[i]);
        double base = (double)(plot->lane_count - i);
        for (size_t c = 0; c < lane->count; c++) {
            uint64_t to_ns = c + 1 < lane->count ? lane->items[c + 1].at_ns : end_ns;
            if (lane->items[c].look != look || to_ns <= lane->items[c].at_ns)
                continue;
            fprintf(out, "%.9f %.9f %.2f %.2f\n", seconds(lane->items[c].at_ns), seconds(to_ns),
                    base - 0.4, base - 0.4 + styles[look].height);
            any = true;
        }
    }
    fputs(any ? "\n\n" : "0 0 0 0\n\n\n", out);
}

static void term_data(const struct plot *plot, FILE *out)
{
    const struct term_change *terms;
    size_t count = strip_terms(plot->strip, &terms);
    uint64_t last = 0;
    fputs("0 0\n", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%.9f %" PRIu64 "\n", seconds(terms[i].at_ns), terms[i].term);
        last = terms[i].term;
    }
    fprintf(out, "%.9f %" PRIu64 "\n", seconds(plot->run->simulated_ns), last);
}

void plot_data(const struct plot *plot, FILE *out)
{
    fputs("# a block each: boxes of a look (from s, to s, bottom, top), then terms (s, term)\n",
          out);
    for (enum look look = 0; look < LOOK_COUNT; look++) {
        fprintf(out, "# %s\n", look_name(look));
        look_data(plot, look, out);
    }
    fputs("# terms\n", out);
    term_data(plot, out);
}

/* gnuplot's text in single quotes: a quote is doubled; enhanced text is off. */
static void quote(struct text *text, const char *words)
{
    text_add(text, "'");
    for (; *words; words++)
        text_add(text, *words == '\'' ? "''" : "%c", *words);
    text_add(text, "'");
}

/* Bands for what the plan did, named at their top where there is room for names. */
static void fault_script(const struct plot *plot, FILE *out)
{
    enum { NAMED_MAX = 8 };
    const struct span *spans;
    size_t count = strip_spans(plot->strip, &spans);
    for (size_t i = 0; i < count; i++) {
        const struct item *item = &plot->run->scenario->items[spans[i].item];
        uint64_t end_ns =
            spans[i].end_ns < plot->run->simulated_ns ? spans[i].end_ns : plot->run->simulated_ns;
        if (!item->action->ends_by)
            end_ns = spans[i].begin_ns;
        fprintf(out,
                "set object %zu rect from %.9f, graph 0 to %.9f, graph 1 behind "
                "fc rgb '#d55e00' fs transparent solid 0.10 noborder\n"
                "set arrow from %.9f, graph 0 to %.9f, graph 1 nohead lc rgb '#d55e00' lw 1 dt 3\n",
                i + 1, seconds(spans[i].begin_ns), seconds(end_ns), seconds(spans[i].begin_ns),
                seconds(spans[i].begin_ns));
        if (count > NAMED_MAX)
            continue;
        struct text label = {0};
        quote(&label, item->action->name);
        fprintf(out,
                "set label %s at %.9f, graph %.3f offset 0.3,0 left font ',11' tc rgb '#a04000' "
                "front\n",
                text_of(&label), seconds(spans[i].begin_ns), 0.97 - 0.05 * (double)(i % 3));
        text_close(&label);
    }
}

static void axis_script(const struct plot *plot, FILE *out)
{
    fputs("set ytics (", out);
    for (uint32_t i = 0; i < plot->lane_count; i++) {
        struct text name = {0};
        quote(&name, short_name(plot->run->scenario->nodes[plot->lanes[i]].name, 9).text);
        fprintf(out, "%s%s %u", i ? ", " : "", text_of(&name), plot->lane_count - i);
        text_close(&name);
    }
    fprintf(out, ")\nset yrange [0.4:%.2f]\n", plot->lane_count + 1.0);
}

static void looks_script(const struct plot *plot, FILE *out)
{
    bool seen[LOOK_COUNT] = {false};
    for (uint32_t i = 0; i < plot->lane_count; i++) {
        const struct lane *lane = strip_lane(plot->strip, plot->lanes[i]);
        for (size_t c = 0; c < lane->count; c++)
            seen[lane->items[c].look] = true;
    }
    const char *join = "plot ";
    for (enum look look = LOOK_FOLLOWER; look < LOOK_COUNT; look++) {
        if (!seen[look])
            continue;
        fprintf(out, "%sdata index %d using 1:3:1:2:3:4 with boxxyerror lc rgb '%s' fs ", join,
                (int)look, styles[look].colour);
        if (styles[look].pattern)
            fprintf(out, "pattern %d border", styles[look].pattern);
        else
            fputs("solid noborder", out);
        fprintf(out, " title '%s'", look_name(look));
        join = ", \\\n     ";
    }
    fputs("\n", out);
}

static void title_script(const struct plot *plot, FILE *out)
{
    struct text words = {0}, title = {0};
    const struct run *run = plot->run;
    text_add(&words, "%s, seed %" PRIu64 ": %s   (1 run, %s events, trace %016" PRIx64 ")",
             run->scenario->name, run->seed, verdict_name(run->verdict),
             short_count(run->events).text, run->trace_hash);
    quote(&title, text_of(&words));
    fprintf(out, "set title %s font ',14'\n", text_of(&title));
    text_close(&title);
    text_close(&words);
}

static uint64_t highest_term(const struct plot *plot)
{
    const struct term_change *terms;
    size_t count = strip_terms(plot->strip, &terms);
    return count > 0 ? terms[count - 1].term : 0;
}

static void body_script(const struct plot *plot, FILE *out)
{
    fprintf(out,
            "set multiplot\nset lmargin at screen 0.10\nset rmargin at screen 0.97\n"
            "set xrange [0:%.9f]\nset grid xtics lc rgb '#dddddd'\nset tics font ',12'\n"
            "set tmargin at screen 0.90\nset bmargin at screen 0.44\n",
            seconds(plot->run->simulated_ns > 0 ? plot->run->simulated_ns : 1));
    title_script(plot, out);
    axis_script(plot, out);
    fault_script(plot, out);
    fputs("set ylabel 'node' font ',12'\nset format x ''\nset key at screen 0.5,0.01 center "
          "bottom horizontal maxrows 1 samplen 1.5 font ',12'\n",
          out);
    looks_script(plot, out);
    fprintf(out,
            "unset title\nunset label\nunset object\nset tmargin at screen 0.41\n"
            "set bmargin at screen 0.25\nset yrange [0:%" PRIu64 ".5]\nset format x '%%g'\n"
            "set ylabel 'highest term' font ',12'\nset xlabel 'simulated time, s' font ',12'\n"
            "unset key\n",
            highest_term(plot));
    fprintf(out, "set ytics 0,%" PRIu64 "\n", 1 + highest_term(plot) / 5);
    fprintf(out, "plot data index %d using 1:2 with steps lw 2 lc rgb '#009e73' notitle\n",
            (int)LOOK_COUNT);
    fputs("unset multiplot\n", out);
}

void plot_script(const struct plot *plot, FILE *out)
{
    static const char *const kinds[][2] = {
        {"svg size 1000,%u dynamic noenhanced font 'DejaVu Sans,12' background '#ffffff'", "svg"},
        {"pngcairo size 1000,%u noenhanced font 'DejaVu Sans,12'", "png"},
    };
    uint32_t height = 360 + 50 * plot->lane_count;
    fprintf(out, "# gnuplot %s.gp draws %s.svg and %s.png from %s.dat, in this folder\n",
            plot->name, plot->name, plot->name, plot->name);
    fprintf(out, "data = '%s.dat'\n", plot->name);
    for (size_t i = 0; i < countof(kinds); i++) {
        struct text terminal = {0};
        const char *hole = strstr(kinds[i][0], "%u");
        text_add(&terminal, "%.*s%u%s", (int)(hole - kinds[i][0]), kinds[i][0], height, hole + 2);
        fprintf(out, "reset\nset terminal %s\nset output '%s.%s'\n", text_of(&terminal), plot->name,
                kinds[i][1]);
        text_close(&terminal);
        body_script(plot, out);
        fputs("unset output\n", out);
    }
}
