/* The last records of a run that a broken rule may have been about: an observer that remembers,
 * so that a page can show what contradicts what. */
#ifndef SIM_EVIDENCE_H
#define SIM_EVIDENCE_H

#include "sim/text.h"
#include "sim/world.h"

enum { EVIDENCE_MAX = 3 };

struct evidence;

struct evidence *evidence_new(void);
/* Subscribes; the signature is that of run_options.subscribe. Forgets the run before. */
void evidence_open(void *evidence, struct world *world);
void evidence_free(struct evidence *evidence);

/* The records of the judged nodes that the broken rule looks at, oldest first: the one that broke
 * it and those of the same term before it, else those next to it. Returns how many. */
size_t evidence_find(const struct evidence *evidence, const struct judge *judge,
                     struct record found[EVIDENCE_MAX]);

/* Adds a record as a sentence: "n2 votes for n3 in term 9". */
void record_sentence(const struct scenario *scenario, const struct record *record,
                     struct text *text);

#endif
