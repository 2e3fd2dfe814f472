#include <string.h>

#include "sim/page/page.h"

/* A side of a partition, or one end of a link. */
static void add_nodes(const struct page *page, const struct raft_set *nodes, struct text *text)
{
    enum { WIDTH = 24 };
    if (raft_set_count(nodes) == page->scenario->node_count)
        text_add(text, "all");
    else
        page_set(page, nodes, WIDTH, text);
}

static void add_sides(const struct page *page, const struct deed *deed, struct text *text)
{
    for (uint32_t i = 0; i < deed->side_count; i++) {
        text_add(text, i ? " | " : " ");
        add_nodes(page, &deed->sides[i], text);
    }
}

/* The partitions of a deed are of one topic, or what some broker led. */
static void add_partitions(const struct page *page, const struct deed *deed, struct text *text)
{
    const struct metadata_layout *layout = &page->scenario->layout;
    uint32_t first = deed->partitions[0], topic = layout->topic_of[first];
    text_add(text, " %s", page->scenario->topic_names[topic]);
    if (deed->partition_count == 1)
        text_add(text, "/%u", first - layout->topics[topic].first);
}

void deed_text(const struct page *page, const struct deed *deed, struct text *text)
{
    text_add(text, "%s", deed->action->name);
    if (deed->side_count) {
        add_sides(page, deed, text);
    } else if (deed->partition_count && !raft_set_count(&deed->nodes)) {
        add_partitions(page, deed, text);
    } else if (raft_set_count(&deed->nodes)) {
        text_add(text, " ");
        add_nodes(page, &deed->nodes, text);
    } else if (raft_set_count(&deed->from) || raft_set_count(&deed->to)) {
        text_add(text, " ");
        add_nodes(page, &deed->from, text);
        text_add(text, deed->both ? " <> " : " > ");
        add_nodes(page, &deed->to, text);
    }
}
