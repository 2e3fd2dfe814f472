#include "sim/scenario.h"

#include <string.h>

uint32_t scenario_node(const struct scenario *scenario, const char *name)
{
    for (uint32_t id = 1; id <= scenario->node_count; id++)
        if (strcmp(scenario->nodes[id].name, name) == 0)
            return id;
    return 0;
}

uint32_t scenario_topic(const struct scenario *scenario, const char *name)
{
    uint32_t topic = 0;
    while (topic < scenario->layout.topic_count && strcmp(scenario->topic_names[topic], name) != 0)
        topic++;
    return topic;
}

bool refuse_at(struct error *error, const struct scenario *scenario, const struct place *place,
               const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    refuse_place(error, scenario->file, place, format, arguments);
    va_end(arguments);
    return false;
}
