#include <inttypes.h>
#include <string.h>

#include "sim/page/page.h"

/* "1-5 ms", or "500 us-2 ms": the unit once if it is the same. */
static void add_range(struct text *text, uint64_t low_ns, uint64_t high_ns)
{
    struct short_text low = short_duration(low_ns), high = short_duration(high_ns);
    const char *unit = strchr(low.text, ' '), *other = strchr(high.text, ' ');
    if (low_ns == high_ns)
        text_add(text, "%s", high.text);
    else if (low_ns == 0 || strcmp(unit, other) == 0)
        text_add(text, "%.*s-%s", (int)(unit - low.text), low.text, high.text);
    else
        text_add(text, "%s-%s", low.text, high.text);
}

static bool is_range(const struct distribution *distribution)
{
    return distribution->kind == DISTRIBUTION_CONSTANT ||
           distribution->kind == DISTRIBUTION_UNIFORM;
}

/* Four digits are enough to recognise a time by. */
static struct short_text rounded(uint64_t ns)
{
    for (uint64_t unit = NS_PER_S; unit > 1; unit /= 10)
        if (ns >= 1000 * unit)
            return short_duration(ns - ns % unit);
    return short_duration(ns);
}

/* What a distribution gives: a range, or its kind and median. */
static void add_distribution(struct text *text, const struct distribution *distribution)
{
    static const char *const names[] = {
#define X(id, name, help) name,
        DISTRIBUTIONS(X)
#undef X
    };
    if (is_range(distribution))
        add_range(text, distribution_min(distribution), distribution_high(distribution));
    else
        text_add(text, "%s, median %s", names[distribution->kind],
                 rounded(distribution_median(distribution)).text);
}

/* There and back, each a draw of its own: the medians do not add up exactly. */
static void add_round_trip(struct text *text, const struct distribution *latency)
{
    text_add(text, " (rtt ");
    if (is_range(latency))
        add_range(text, 2 * distribution_min(latency), 2 * distribution_high(latency));
    else
        text_add(text, "about %s", rounded(2 * distribution_median(latency)).text);
    text_add(text, ")");
}

static void add_timers(struct text *text, const struct raft_options *options)
{
    if (options->tick_ns) {
        text_add(text, "tick %s, election %" PRIu64, short_duration(options->tick_ns).text,
                 options->election_min);
        if (options->election_max > options->election_min)
            text_add(text, "-%" PRIu64, options->election_max);
        text_add(text, " ticks, heartbeat %" PRIu64 " tick%s", options->heartbeat,
                 options->heartbeat == 1 ? "" : "s");
        return;
    }
    text_add(text, "election ");
    add_range(text, options->election_min, options->election_max);
    text_add(text, ", heartbeat %s", short_duration(options->heartbeat).text);
}

/* ", no_transport" for each fault of the host's loop. */
static void add_host(struct text *text, uint32_t host)
{
    for (enum host_fault fault = 0; fault < HOST_FAULT_COUNT; fault++)
        if (host >> fault & 1)
            text_add(text, ", %s", host_fault_key(fault));
}

static bool same_options(const struct raft_options *a, const struct raft_options *b)
{
    return a->tick_ns == b->tick_ns && a->election_min == b->election_min &&
           a->election_max == b->election_max && a->heartbeat == b->heartbeat &&
           a->pre_vote == b->pre_vote && a->check_quorum == b->check_quorum &&
           a->priority == b->priority;
}

static void add_raft(struct text *text, const struct scenario *scenario)
{
    const struct raft_options *options = &scenario->nodes[1].options;
    uint32_t others = 0;
    for (uint32_t node = 2; node <= scenario->node_count; node++)
        others += !same_options(options, &scenario->nodes[node].options) ||
                  scenario->nodes[node].host != scenario->nodes[1].host;
    if (scenario->preset)
        text_add(text, ", preset %s (", scenario->preset);
    else
        text_add(text, ", raft (");
    add_timers(text, options);
    text_add(text, "%s%s", options->pre_vote ? ", pre-vote" : "",
             options->check_quorum ? ", check-quorum" : "");
    add_host(text, scenario->nodes[1].host);
    if (others)
        text_add(text, "; other settings on %u node%s", others, others == 1 ? "" : "s");
    text_add(text, ")");
}

static void add_network(struct text *text, const struct scenario *scenario)
{
    const struct link_class *links = &scenario->classes[0];
    text_add(text, ", one-way ");
    add_distribution(text, &links->latency);
    add_round_trip(text, &links->latency);
    if (links->loss)
        text_add(text, ", loss %s %%",
                 short_number((double)links->loss / 18446744073709551616.0 * 100, 3).text);
    if (scenario->class_count > 1)
        text_add(text, ", %u kind%s of other links", scenario->class_count - 1,
                 scenario->class_count == 2 ? "" : "s");
    text_add(text, ", fsync ");
    add_distribution(text, &scenario->fsync);
}

/* "elector kraft: orders 6 x 3", partitions and copies of each */
static void add_topics(struct text *text, const struct scenario *scenario)
{
    enum { NAMED_MAX = 3 };
    uint32_t count = scenario->layout.topic_count;
    if (!count)
        return;
    text_add(text, ", elector %s, topics", scenario->elector->name);
    for (uint32_t i = 0; i < count && i < NAMED_MAX; i++)
        text_add(text, "%s %s (%u partition%s x %u, min in sync %u)", i ? "," : "",
                 scenario->topic_names[i], scenario->topics[i].count,
                 scenario->topics[i].count == 1 ? "" : "s", scenario->topics[i].replication_factor,
                 scenario->topics[i].min_insync);
    if (count > NAMED_MAX)
        text_add(text, " and %u more of %u partitions in all", count - NAMED_MAX,
                 scenario->layout.partition_count);
}

void settings_words(const struct scenario *scenario, struct text *text)
{
    uint32_t voters = raft_set_count(&scenario->members.voters);
    text_add(text, "%u node%s", scenario->node_count, scenario->node_count == 1 ? "" : "s");
    if (voters != scenario->node_count)
        text_add(text, " (%u vote)", voters);
    add_raft(text, scenario);
    add_network(text, scenario);
    add_topics(text, scenario);
}

void page_settings(const struct page *page)
{
    const struct scenario *scenario = page->scenario;
    struct text text = {0};
    text_add(&text, "%s%s%s", scenario->name, scenario->description ? ": " : "",
             scenario->description ? scenario->description : "");
    page_wrap(page, 0, text_of(&text));
    text_clear(&text);
    settings_words(scenario, &text);
    text_add(&text, ", seed %" PRIu64, page->report->run->seed);
    page_wrap(page, 0, text_of(&text));
    text_close(&text);
}
