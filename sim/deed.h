/* What actions are made of: a deed is an item of the plan in effect. It finds its nodes or links,
 * begins, cuts and mends links, draws its chance, and ends. */
#ifndef SIM_DEED_H
#define SIM_DEED_H

#include "sim/world.h"

/* Links as an item of the plan gives them; an absent list means all nodes. */
struct link_params {
    struct targets from, to;
    bool both; /* and back */
};

/* What a deed does to its nodes or links, as far as `max_down` is concerned. */
enum deed_harm { HARMS_NOBODY, STOPS_NODES, CUTS_LINKS };

/* Draws of one deed are told apart by what they are for. */
enum deed_purpose { DRAW_CHANCE, DRAW_TIME, DRAW_TARGET, DRAW_TURN };

/* ---- whom it means (sim/resolve.c); false: some target fits nobody ---- */

/* Sets deed->nodes. */
bool deed_aim(struct world *world, struct deed *deed, const struct targets *node);
/* The same, of nodes that run: only they can be told anything. */
bool deed_aim_running(struct world *world, struct deed *deed, const struct targets *node);
/* Sets deed->from, to and both. False too if that is no link at all. */
bool deed_aim_links(struct world *world, struct deed *deed, const struct link_params *link);
/* Sets the links between deed->nodes and all other nodes, both ways. */
bool deed_aim_around(struct world *world, struct deed *deed);
/* Sets deed->sides; one_way: only what the first side sends to the others is lost. */
bool deed_aim_sides(struct world *world, struct deed *deed, const struct sides *sides,
                    bool one_way);

/* ---- its life (sim/deed.c) ---- */

/* The next deed of the table, not yet begun: occurrence `turn` of an item of the plan. A loan
 * until the next deed; the deed is given back by lowering world->deed_count. */
struct deed *deed_new(struct world *world, uint32_t item, uint32_t turn);
/* Its targets are known: it takes effect, and says so, before the world changes. False: that
 * would bring more nodes down, or cut off, than the item allows. */
bool deed_begin(struct world *world, struct deed *deed, enum deed_harm harm);
/* Ends that part of a running deed that concerns these nodes and the links among them (which
 * deed_mend_core has mended): the whole deed, if that is all it holds. */
void deed_heal(struct world *world, struct deed *deed, const struct raft_set *core);

/* Cuts, or mends, the links that it covers; deed->turns counts these, so odd means cut. Mending
 * what is not cut does nothing. Emits `links`. */
void deed_cut(struct world *world, struct deed *deed);
void deed_mend(struct world *world, struct deed *deed);
/* Mends the links with both ends in `core` for good. True: that changed something; the caller
 * emits `links`. */
bool deed_mend_core(struct world *world, struct deed *deed, const struct raft_set *core);

/* Sends on what it held back, in order: all of it, or what goes from and to nodes in `core`. */
void deed_let_go(struct world *world, struct deed *deed, const struct raft_set *core);

/* The nodes `to` for which the deed covers the link from .. to. */
struct raft_set deed_peers(const struct deed *deed, uint32_t from);

/* A draw for the number-th message of its kind on its link. */
uint64_t deed_draw_message(const struct deed *deed, const struct raft_message *message,
                           uint64_t number, enum deed_purpose purpose);

/* Calls `run` for each node that it holds, least id first. */
void deed_each(struct world *world, const struct deed *deed,
               void (*run)(struct world *world, uint32_t id));

/* ---- sets of nodes ---- */

enum { SET_WORDS = sizeof(struct raft_set) / sizeof(uint64_t) };

static inline void set_join(struct raft_set *set, const struct raft_set *more)
{
    for (int i = 0; i < SET_WORDS; i++)
        set->bits[i] |= more->bits[i];
}

static inline void set_cut(struct raft_set *set, const struct raft_set *less)
{
    for (int i = 0; i < SET_WORDS; i++)
        set->bits[i] &= ~less->bits[i];
}

static inline void set_keep(struct raft_set *set, const struct raft_set *kept)
{
    for (int i = 0; i < SET_WORDS; i++)
        set->bits[i] &= kept->bits[i];
}

static inline bool set_empty(const struct raft_set *set)
{
    return raft_set_next(set, 0) == RAFT_NONE;
}

#endif
