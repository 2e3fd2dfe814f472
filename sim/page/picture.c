#include "sim/page/picture.h"

#include <inttypes.h>
#include <string.h>

enum { LANES_MAX = 9 };

/* The least of 1, 2, 5, 10, 20 .. that is not below `ns`. */
static uint64_t round_step(uint64_t ns)
{
    static const uint64_t digits[] = {1, 2, 5};
    for (uint64_t power = 1;; power *= 10)
        for (size_t i = 0; i < countof(digits); i++)
            if (digits[i] * power >= ns)
                return digits[i] * power;
}

/* The episode fills the middle; what was before it and after it is seen as well. */
static struct scope choose_scope(const struct page *page, const struct episode *episode)
{
    enum { MARGINS = 18, RIGHT = 6, LEAD = 5 };
    size_t names = page->name_width > 4 ? page->name_width : 4;
    struct scope scope = {.left = (uint32_t)(names + 4)};
    bool open = episode->outcome == OUTCOME_OPEN;
    uint64_t end_ns = open ? page->report->run->simulated_ns : episode->end_ns;
    scope.columns = (page->report->columns - scope.left - RIGHT) / SCOPE_TICK * SCOPE_TICK;
    scope.step_ns = round_step((end_ns - episode->begin_ns) / (scope.columns - MARGINS) + 1);
    uint64_t lead_ns = LEAD * scope.step_ns, tick_ns = SCOPE_TICK * scope.step_ns;
    uint64_t from_ns = episode->begin_ns > lead_ns ? episode->begin_ns - lead_ns : 0;
    scope.from_ns = from_ns / tick_ns * tick_ns;
    return scope;
}

static bool is_campaign(enum look look)
{
    return look == LOOK_CANDIDATE || look == LOOK_PRECANDIDATE;
}

/* What one column shows: a campaign within it, however short, else what the node was at its end. */
static enum look look_in(const struct lane *lane, uint64_t from_ns, uint64_t to_ns)
{
    size_t at = lane_at(lane, to_ns - 1);
    if (at == SIZE_MAX)
        return LOOK_ABSENT;
    enum look look = lane->items[at].look;
    for (; at != SIZE_MAX && lane->items[at].at_ns >= from_ns; at--)
        if (is_campaign(lane->items[at].look) && look != LOOK_CANDIDATE)
            look = lane->items[at].look;
    return look;
}

/* The set of looks that the lane shows, a bit each. */
static uint32_t looks_shown(const struct page *page, const struct scope *scope, uint32_t node)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < scope->columns; i++)
        if (scope_ns(scope, i) <= page->report->run->simulated_ns)
            shown |= 1u << look_in(strip_lane(page->report->strip, node), scope_ns(scope, i),
                                   scope_ns(scope, i + 1));
    return shown;
}

static void draw_lane(const struct page *page, const struct scope *scope, uint32_t node)
{
    const struct lane *lane = strip_lane(page->report->strip, node);
    enum look before = LOOK_COUNT;
    fprintf(page->out, "  %-*s", (int)scope->left - 2, page_node(page, node).text);
    for (uint32_t i = 0; i < scope->columns; i++) {
        if (scope_ns(scope, i) > page->report->run->simulated_ns)
            break;
        enum look look = look_in(lane, scope_ns(scope, i), scope_ns(scope, i + 1));
        if (look != before)
            fprintf(page->out, "%s%s", paint(page, PAINT_NONE), paint(page, paint_of(look)));
        fputc(look_glyph(look), page->out);
        before = look;
    }
    fprintf(page->out, "%s\n", paint(page, PAINT_NONE));
}

static void draw_axis(const struct page *page, const struct scope *scope)
{
    struct text text = {0};
    int decimals = 0;
    uint64_t unit = NS_PER_S;
    for (; unit > 1 && scope->step_ns * SCOPE_TICK % unit; unit /= 10)
        decimals++;
    for (uint32_t i = 0; i <= scope->columns; i += SCOPE_TICK) {
        uint64_t at_ns = scope_ns(scope, i);
        text_column(&text, scope->left + i, 0);
        text_add(&text, "%" PRIu64, at_ns / NS_PER_S);
        if (decimals)
            text_add(&text, ".%0*" PRIu64, decimals, at_ns % NS_PER_S / unit);
    }
    fprintf(page->out, "%s s\n", text_of(&text));
    text_close(&text);
}

static void draw_ticks(const struct page *page, const struct scope *scope)
{
    struct text text = {0};
    for (uint32_t i = 0; i <= scope->columns; i += SCOPE_TICK) {
        text_column(&text, scope->left + i, 0);
        text_add(&text, "|");
    }
    fprintf(page->out, "%s%s%s\n", paint(page, PAINT_DIM), text_of(&text), paint(page, PAINT_NONE));
    text_close(&text);
}

/* Where the highest term grew. Of terms closer than their numbers are wide, the first is named. */
static void draw_terms(const struct page *page, const struct scope *scope)
{
    const struct term_change *terms;
    size_t count = strip_terms(page->report->strip, &terms);
    struct text text = {0}, number = {0};
    text_add(&text, "  term");
    for (size_t i = 0; i < count; i++) {
        bool over = i + 1 < count && terms[i + 1].at_ns <= scope->from_ns;
        if (over || terms[i].at_ns >= scope_ns(scope, scope->columns))
            continue;
        size_t column = scope_column(scope, terms[i].at_ns);
        text_clear(&number);
        text_add(&number, "%" PRIu64, terms[i].term);
        if (column > text_width(text_of(&text)) && column + number.count <= page->report->columns) {
            text_column(&text, column, 0);
            text_add(&text, "%s", text_of(&number));
        }
    }
    fprintf(page->out, "%s\n", text_of(&text));
    text_close(&text);
    text_close(&number);
}

/* Of many nodes, those that were anything but a follower, the election's own first. */
static struct raft_set choose_lanes(const struct page *page, const struct scope *scope)
{
    const struct episode *episode = &page->episodes[page->zoom];
    struct raft_set chosen = {0};
    const uint32_t plain = 1u << LOOK_FOLLOWER | 1u << LOOK_ABSENT;
    uint32_t count = page->scenario->node_count;
    if (episode->lost)
        raft_set_add(&chosen, episode->lost);
    if (episode->leader)
        raft_set_add(&chosen, episode->leader);
    for (uint32_t i = 0; i < episode->campaign_count && raft_set_count(&chosen) < LANES_MAX; i++)
        raft_set_add(&chosen, page->campaigns[episode->campaign_first + i].node);
    for (uint32_t id = 1; id <= count && raft_set_count(&chosen) < LANES_MAX; id++)
        if (count <= LANES_MAX || looks_shown(page, scope, id) & ~plain)
            raft_set_add(&chosen, id);
    return chosen;
}

static void draw_lanes(const struct page *page, const struct scope *scope,
                       const struct raft_set *lanes)
{
    uint32_t drawn = raft_set_count(lanes), quiet = 0;
    for (uint32_t id = raft_set_next(lanes, 0); id; id = raft_set_next(lanes, id))
        draw_lane(page, scope, id);
    if (drawn == page->scenario->node_count)
        return;
    for (uint32_t id = 1; id <= page->scenario->node_count; id++)
        quiet += !raft_set_has(lanes, id) && looks_shown(page, scope, id) == 1u << LOOK_FOLLOWER;
    fprintf(page->out, "  .. %u more nodes, of which %u followers all the time\n",
            page->scenario->node_count - drawn, quiet);
}

static void draw_title(const struct page *page, const struct scope *scope,
                       const struct raft_set *lanes)
{
    /* In the order in which a reader meets them. */
    static const enum look order[] = {LOOK_LEADER,       LOOK_CUT_LEADER, LOOK_FOLLOWER,
                                      LOOK_PRECANDIDATE, LOOK_CANDIDATE,  LOOK_DOWN,
                                      LOOK_HELD,         LOOK_ISOLATED};
    uint32_t shown = 0;
    struct text line = {0};
    for (uint32_t id = raft_set_next(lanes, 0); id; id = raft_set_next(lanes, id))
        shown |= looks_shown(page, scope, id);
    text_add(&line, "ELECTION %u", page->zoom + 1);
    fprintf(page->out, "\n%s%s%s", paint(page, PAINT_TITLE), line.data, paint(page, PAINT_NONE));
    size_t at = line.count;
    text_clear(&line);
    text_add(&line, ", one column = %s  ", short_duration(scope->step_ns).text);
    for (size_t i = 0; i < countof(order); i++) {
        if (!(shown & 1u << order[i]))
            continue;
        size_t width = 4 + strlen(look_name(order[i]));
        bool fits = at + line.count + width <= page->report->columns;
        if (!fits) {
            fprintf(page->out, "%s\n", text_of(&line));
            text_clear(&line);
            at = 0;
        }
        text_add(&line, "  %c %s", look_glyph(order[i]), look_name(order[i]));
    }
    fprintf(page->out, "%s\n", text_of(&line));
    text_close(&line);
}

void page_picture(const struct page *page)
{
    if (!page->episode_count)
        return;
    struct scope scope = choose_scope(page, &page->episodes[page->zoom]);
    struct raft_set lanes = choose_lanes(page, &scope);
    draw_title(page, &scope, &lanes);
    draw_axis(page, &scope);
    draw_terms(page, &scope);
    draw_ticks(page, &scope);
    draw_lanes(page, &scope, &lanes);
    picture_faults(page, &scope);
}
