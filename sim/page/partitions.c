#include <inttypes.h>
#include <string.h>

#include "sim/page/page.h"
#include "sim/partition_episode.h"

enum { ROWS_MAX = 8, NAME_COLUMN = 11, LOST_COLUMN = 22, PHASES_COLUMN = 36, PHASE_COUNT = 5 };
enum { NAME_WIDTH = LOST_COLUMN - NAME_COLUMN - 1, BROKER_WIDTH = 6 };

/* What the table is made from. */
struct partitions_page {
    const struct page *page;
    const struct partition_episode *episodes;
    uint32_t count;
    uint32_t by_cause[PARTITION_CAUSE_COUNT], open[PARTITION_CAUSE_COUNT];
};

static struct value metric(const struct page *page, const char *name)
{
    struct metric_ref ref;
    bool known = metric_resolve(name, &ref, NULL);
    must(known);
    return measure_value(page->report->run->measures, &ref, 0);
}

static uint64_t count_of(const struct page *page, const char *name)
{
    return (uint64_t)metric(page, name).number;
}

/* ---- summary ---- */

static void add_count(struct text *text, uint64_t count, const char *one, const char *many)
{
    text_add(text, "%s%s %s", text->count ? ", " : "", short_count(count).text,
             count == 1 ? one : many);
}

static void summary_row(const struct page *page)
{
    struct text text = {0};
    add_count(&text, count_of(page, "partition.elections"), "election", "elections");
    add_count(&text, count_of(page, "partition.leader_changes"), "leader changed",
              "leaders changed");
    add_count(&text, count_of(page, "partition.spurious"), "spurious", "spurious");
    add_count(&text, count_of(page, "partition.unclean"), "unclean", "unclean");
    if (count_of(page, "elector.refused"))
        add_count(&text, count_of(page, "elector.refused"), "refused", "refused");
    uint64_t leaderless = count_of(page, "partition.leaderless");
    if (leaderless)
        text_add(&text, ", %s%s LEADERLESS AT THE END%s", paint(page, PAINT_BAD),
                 short_count(leaderless).text, paint(page, PAINT_NONE));
    fputs("  ", page->out);
    page_wrap(page, 2, text_of(&text));
    text_close(&text);
}

/* "spurious: 12 elections of healthy partitions, every 12.0 s" */
static void spurious_row(const struct page *page)
{
    struct spurious spurious = measures_spurious(page->report->run->measures);
    struct text text = {0};
    if (!spurious.count)
        return;
    text_add(&text, "spurious: %s election%s of healthy partitions",
             short_count(spurious.count).text, spurious.count == 1 ? "" : "s");
    if (spurious.gaps)
        text_add(
            &text, ", of the same one every %s s",
            short_number((double)spurious.gaps_ns / (double)spurious.gaps / (double)NS_PER_S, 1)
                .text);
    fprintf(page->out, "  %s%s%s\n", paint(page, PAINT_BAD), text_of(&text),
            paint(page, PAINT_NONE));
    text_close(&text);
}

/* "crash 4 (1 open), preferred 2" */
static void causes_row(const struct partitions_page *table)
{
    struct text text = {0};
    for (uint32_t cause = 0; cause < PARTITION_CAUSE_COUNT; cause++) {
        if (!table->by_cause[cause])
            continue;
        text_add(&text, "%s%s %s",
                 text.count ? ", " : "lost by: ", partition_cause_name((enum partition_cause)cause),
                 short_count(table->by_cause[cause]).text);
        if (table->open[cause])
            text_add(&text, " (%s not ended)", short_count(table->open[cause]).text);
    }
    fputs("  ", table->page->out);
    page_wrap(table->page, 2, text_of(&text));
    text_close(&text);
}

/* ---- episodes ---- */

static uint64_t length_of(const struct partition_episode *episode)
{
    return episode->outcome == PARTITION_OPEN ? UINT64_MAX : episode->end_ns - episode->begin_ns;
}

/* Any loss tells more than the first leader of a new partition; then the longer one. */
static bool tells_more(const struct partition_episode *a, const struct partition_episode *b)
{
    bool first = a->cause == PARTITION_LOST_START, other = b->cause == PARTITION_LOST_START;
    return first != other ? other : length_of(a) > length_of(b);
}

/* The few that tell most, in their order. */
static uint32_t choose(const struct partitions_page *table, uint32_t *chosen)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t at = count;
        while (at > 0 && tells_more(&table->episodes[i], &table->episodes[chosen[at - 1]]))
            at--;
        if (at == ROWS_MAX)
            continue;
        count += count < ROWS_MAX;
        for (uint32_t k = count - 1; k > at; k--)
            chosen[k] = chosen[k - 1];
        chosen[at] = i;
    }
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k > 0 && chosen[k - 1] > chosen[k]; k--) {
            uint32_t before = chosen[k - 1];
            chosen[k - 1] = chosen[k];
            chosen[k] = before;
        }
    return count;
}

/* In ms, or in the first larger unit that leaves a space before it. */
static struct short_text phase_cell(uint64_t ns, size_t width)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"s", NS_PER_S}, {"m", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S}};
    uint64_t tenths = (ns + NS_PER_MS / 20) / (NS_PER_MS / 10);
    struct short_text cell =
        tenths < 100000 ? short_tenths(tenths) : short_count((tenths + 5) / 10);
    for (size_t i = 0; i < countof(units) && strlen(cell.text) >= width; i++)
        snprintf(cell.text, sizeof cell.text, "%s%s",
                 short_count((ns + units[i].ns / 2) / units[i].ns).text, units[i].name);
    return cell;
}

static void add_phase(struct text *text, uint64_t from_ns, uint64_t to_ns, int width)
{
    bool reached = from_ns != UINT64_MAX && to_ns != UINT64_MAX && to_ns >= from_ns;
    struct short_text cell = {"-"};
    if (reached)
        cell = phase_cell(to_ns - from_ns, (size_t)width);
    text_add(text, "%*s", width, cell.text);
}

static void add_lost_by(const struct page *page, const struct partition_episode *episode,
                        struct text *text)
{
    const char *words = partition_cause_words((enum partition_cause)episode->cause);
    bool of_broker =
        episode->cause == PARTITION_LOST_CRASH || episode->cause == PARTITION_LOST_PAUSE ||
        episode->cause == PARTITION_LOST_ISOLATE || episode->cause == PARTITION_LOST_SESSION;
    text_add(text, "%s", words);
    if (of_broker)
        text_add(text, " %s",
                 short_name(page->scenario->nodes[episode->lost].name, BROKER_WIDTH).text);
}

static void add_partition(const struct scenario *scenario, uint32_t partition, struct text *text)
{
    struct text number = {0};
    uint32_t topic = scenario->layout.topic_of[partition];
    text_add(&number, "/%u", partition - scenario->topics[topic].first);
    size_t width = NAME_WIDTH - text_width(text_of(&number));
    text_add(text, "%s%s", short_name(scenario->topic_names[topic], width).text, text_of(&number));
    text_close(&number);
}

/* "n1 -> n2", or "n1 again" */
static void add_leader(const struct page *page, const struct partition_episode *episode,
                       struct text *text)
{
    const struct node_plan *nodes = page->scenario->nodes;
    const char *lost = episode->lost ? nodes[episode->lost].name : "-";
    const char *leader = episode->leader ? nodes[episode->leader].name : "nobody";
    if (episode->lost && episode->lost == episode->leader)
        text_add(text, " %s again", short_name(lost, BROKER_WIDTH).text);
    else
        text_add(text, " %s>%s", short_name(lost, 4).text, short_name(leader, BROKER_WIDTH).text);
}

static void episode_row(const struct page *page, const struct partition_episode *episode)
{
    struct text text = {0};
    bool before = episode->lost && episode->decided_ns <= episode->begin_ns;
    text_add(&text, "  %s", short_at(episode->begin_ns).text);
    text_column(&text, NAME_COLUMN, 1);
    add_partition(page->scenario, episode->partition, &text);
    text_column(&text, LOST_COLUMN, 1);
    add_lost_by(page, episode, &text);
    text_column(&text, PHASES_COLUMN, 0);
    add_phase(&text, before ? UINT64_MAX : episode->begin_ns, episode->decided_ns, 7);
    add_phase(&text, episode->decided_ns, episode->elected_ns, 6);
    add_phase(&text, episode->elected_ns, episode->published_ns, 6);
    add_phase(&text, episode->end_ns, episode->produced_ns, 7);
    if (episode->outcome == PARTITION_OPEN)
        text_add(&text, "%7s", "open");
    else
        add_phase(&text, episode->begin_ns, episode->end_ns, 7);
    add_leader(page, episode, &text);
    fprintf(page->out, "%s\n", text_of(&text));
    text_close(&text);
}

static void episode_rows(const struct partitions_page *table)
{
    uint32_t chosen[ROWS_MAX], count = choose(table, chosen);
    fprintf(table->page->out, "  %-*s%-*s%-*s%7s%6s%6s%7s%7s %s\n", NAME_COLUMN - 2, "at",
            LOST_COLUMN - NAME_COLUMN, "partition", PHASES_COLUMN - LOST_COLUMN, "lost by",
            "detect", "elect", "publ.", "prod.", "TOTAL", "leader");
    for (uint32_t i = 0; i < count; i++)
        episode_row(table->page, &table->episodes[chosen[i]]);
    if (table->count > count)
        fprintf(table->page->out, "  .. %s more, none of them longer\n",
                short_count(table->count - count).text);
}

/* ---- clients ---- */

static void produce_row(const struct page *page)
{
    struct text text = {0};
    uint64_t lost = count_of(page, "produce.lost");
    uint64_t conflicting = count_of(page, "produce.conflicting");
    bool bad = lost || conflicting;
    add_count(&text, count_of(page, "produce.acked"), "acknowledged", "acknowledged");
    add_count(&text, count_of(page, "produce.unknown"), "unknown", "unknown");
    add_count(&text, lost, "lost", "lost");
    add_count(&text, conflicting, "conflicting", "conflicting");
    fprintf(page->out, "\n%sPRODUCE%s  %s%s%s\n", paint(page, PAINT_TITLE), paint(page, PAINT_NONE),
            bad ? paint(page, PAINT_BAD) : "", text_of(&text), bad ? paint(page, PAINT_NONE) : "");
    text_close(&text);
}

static bool produces(const struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->client_count; i++)
        if (scenario->clients[i].kind == CLIENT_PRODUCES)
            return true;
    return false;
}

void page_partitions(const struct page *page)
{
    struct partitions_page table = {.page = page};
    table.count = measures_partitions(page->report->run->measures, &table.episodes);
    if (!table.count)
        return;
    for (uint32_t i = 0; i < table.count; i++) {
        table.by_cause[table.episodes[i].cause]++;
        table.open[table.episodes[i].cause] += table.episodes[i].outcome == PARTITION_OPEN;
    }
    fprintf(page->out, "\n%sPARTITIONS%s%*swhat the time was spent on, in ms\n",
            paint(page, PAINT_TITLE), paint(page, PAINT_NONE), PHASES_COLUMN - 10, "");
    summary_row(page);
    spurious_row(page);
    causes_row(&table);
    episode_rows(&table);
    if (produces(page->scenario))
        produce_row(page);
}
