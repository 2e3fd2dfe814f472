/* Rows of field tables that several actions share, and the choice of messages that they make. */
#ifndef SIM_ACTIONS_FIELDS_H
#define SIM_ACTIONS_FIELDS_H

#include "sim/action.h"
#include "sim/bind.h"
#include "sim/broker.h"
#include "sim/deed.h"
#include "sim/rng.h"

/* `node` of a struct whose member `node` is a struct targets. */
#define NODE_FIELD(type)                                                                           \
    {                                                                                              \
        .name = "node", .kind = FIELD_TARGETS, .offset = offsetof(type, node), .required = true,   \
        .help = "who: a node, a zone, leader, follower, candidate, random, minority, majority, "   \
                "all, others, partition-leader:TOPIC/NUMBER, or a list of these"                   \
    }

/* `from`, `to` and `both` of a struct whose member `link` is a struct link_params. */
#define LINK_FIELDS(type)                                                                          \
    {.name = "from",                                                                               \
     .kind = FIELD_TARGETS,                                                                        \
     .offset = offsetof(type, link.from),                                                          \
     .help = "senders; default: all"},                                                             \
        {.name = "to",                                                                             \
         .kind = FIELD_TARGETS,                                                                    \
         .offset = offsetof(type, link.to),                                                        \
         .help = "receivers; default: all"},                                                       \
    {                                                                                              \
        .name = "both", .kind = FIELD_BOOL, .offset = offsetof(type, link.both),                   \
        .help = "the way back too; default: false"                                                 \
    }

/* Which messages on its links an action means: of these kinds (0: all), each with this chance. */
struct choice {
    uint32_t kinds;
    bool probability_given; /* else all */
    uint64_t probability;
};

/* `kinds` and `probability` of a struct whose member `choice` is a struct choice. */
#define CHOICE_FIELDS(type)                                                                        \
    {.name = "kinds",                                                                              \
     .kind = FIELD_KINDS,                                                                          \
     .offset = offsetof(type, choice.kinds),                                                       \
     .help = "kinds of message; default: all"},                                                    \
    {                                                                                              \
        .name = "probability", .kind = FIELD_PROBABILITY,                                          \
        .offset = offsetof(type, choice.probability),                                              \
        .given = offsetof(type, choice.probability_given),                                         \
        .help = "of each message, 0 to 1; default: 1"                                              \
    }

static inline bool choice_takes(const struct choice *choice, const struct deed *deed,
                                const struct raft_message *message, uint64_t number)
{
    if (choice->kinds != 0 && !(choice->kinds >> message->kind & 1))
        return false;
    if (!choice->probability_given)
        return true;
    uint64_t bits = deed_draw_message(deed, message, number, DRAW_CHANCE);
    return rng_chance(bits, choice->probability);
}

/* `topic` and `partition` of a struct whose member `partitions` is a struct partitions. */
#define PARTITION_FIELDS(type, needed)                                                             \
    {.name = "topic",                                                                              \
     .kind = FIELD_SPECIAL,                                                                        \
     .read = bind_topic,                                                                           \
     .schema = "topic",                                                                            \
     .offset = offsetof(type, partitions.topic),                                                   \
     .given = offsetof(type, partitions.topic_given),                                              \
     .required = needed,                                                                           \
     .help = "the topic's name"},                                                                  \
    {                                                                                              \
        .name = "partition", .kind = FIELD_COUNT, .offset = offsetof(type, partitions.number),     \
        .given = offsetof(type, partitions.number_given), .high = UINT32_MAX,                      \
        .help = "its number in the topic, from 0; default: all of them"                            \
    }

static inline void deed_add_partition(struct deed *deed, uint32_t partition)
{
    deed->partitions = make_room(deed->partitions, &deed->partition_room, deed->partition_count + 1,
                                 sizeof *deed->partitions);
    deed->partitions[deed->partition_count++] = partition;
}

static inline void deed_aim_topic(const struct world *world, struct deed *deed,
                                  const struct partitions *partitions)
{
    const struct metadata_topic *topic = &world->scenario->topics[partitions->topic];
    for (uint32_t number = 0; number < topic->count; number++)
        if (!partitions->number_given || partitions->number == number)
            deed_add_partition(deed, topic->first + number);
}

static inline void deed_each_partition(struct world *world, const struct deed *deed,
                                       void (*run)(struct world *world, uint32_t partition))
{
    for (size_t i = 0; i < deed->partition_count; i++)
        run(world, deed->partitions[i]);
}

/* Whether writes of these nodes hold them, as long as a deed lasts: `blocks` of disk actions. */
struct blocking {
    bool given;
    uint32_t what; /* position in blocking_choices */
};

static const char *const blocking_choices[] = {"node", "writes", NULL};

#define BLOCKING_FIELD(type)                                                                       \
    {                                                                                              \
        .name = "blocks", .kind = FIELD_CHOICE, .offset = offsetof(type, blocking.what),           \
        .given = offsetof(type, blocking.given), .choices = blocking_choices,                      \
        .help = "what waits for a write: the whole node, or what depends on it; default: disk's"   \
    }

static inline void blocking_begin(const struct blocking *blocking, struct disk *disk)
{
    if (blocking->given)
        *(blocking->what == 0 ? &disk->blocks : &disk->unblocks) += 1;
}

static inline void blocking_end(const struct blocking *blocking, struct disk *disk)
{
    if (blocking->given)
        *(blocking->what == 0 ? &disk->blocks : &disk->unblocks) -= 1;
}

#endif
