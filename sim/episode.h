/* Times without a serving leader: what took it away, how the next was found, and how long each
 * part took. */
#ifndef SIM_EPISODE_H
#define SIM_EPISODE_H

#include "sim/campaign.h"

/* {0} is empty. */
struct episodes {
    struct campaigns *campaigns;
    struct episode *items;
    uint32_t count;
    size_t room;
    bool open;             /* the last one has not ended */
    uint32_t serving;      /* who serves; 0: nobody */
    uint32_t seen;         /* campaigns already looked at */
    uint64_t *served_term; /* [1 .. node_count]: the last term in which the node served */
    size_t served_room;
    uint32_t announcing; /* a new leader whom not all follow yet; 0: none */
    uint64_t announcing_term;
    uint64_t announced_ns; /* when all did; UINT64_MAX: not yet */
    uint32_t announced_in; /* 1 + position of the episode that it ended; 0: not yet ended */
};

void episodes_open(struct episodes *episodes, struct campaigns *campaigns,
                   const struct world *world);
uint64_t episodes_kinds(void);
void episodes_observe(void *episodes, struct world *world, const struct record *record);
void episodes_finish(struct episodes *episodes);
void episodes_close(struct episodes *episodes);

#endif
