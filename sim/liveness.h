/* Is progress owed, and is it made? Judged only where nothing stands in its way: see
 * ARCHITECTURE.md, "Liveness". */
#ifndef SIM_LIVENESS_H
#define SIM_LIVENESS_H

#include "sim/health.h"

struct liveness {
    bool absent;              /* it was owed, and nobody served in time */
    uint64_t absent_from_ns;  /* nobody served from here, though it was owed, */
    uint64_t absent_until_ns; /* to here: when somebody served again; NS_MAX: nobody did */
    uint64_t quiet_since_ns;  /* when what it depends on last changed */
};

/* Subscribes; call after health_open. */
void liveness_open(struct liveness *liveness, struct world *world);
/* To be called when health->due_ns has come: an alarm of the world's makes that an event. */
void liveness_due(struct liveness *liveness, struct world *world);
/* No plan of this cluster waits longer for progress that is owed. */
uint64_t liveness_longest_ns(const struct scenario *scenario);
/* "holds", "not required: ..", "absent: ..": written to `text`. */
void liveness_text(const struct liveness *liveness, const struct world *world, char *text,
                   size_t size);

#endif
