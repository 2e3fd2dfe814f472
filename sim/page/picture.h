/* The window of time that a page's picture shows. */
#ifndef SIM_PAGE_PICTURE_H
#define SIM_PAGE_PICTURE_H

#include "sim/page/page.h"

enum { SCOPE_TICK = 10 }; /* columns between two labels of the axis */

struct scope {
    uint64_t from_ns, step_ns; /* of the first column; of each column */
    uint32_t columns;
    uint32_t left; /* where the columns begin on the line */
};

static inline uint64_t scope_ns(const struct scope *scope, uint32_t column)
{
    return scope->from_ns + column * scope->step_ns;
}

/* The column on the line where something at that time stands; the first for what was before. */
static inline size_t scope_column(const struct scope *scope, uint64_t at_ns)
{
    uint64_t after_ns = at_ns > scope->from_ns ? at_ns - scope->from_ns : 0;
    return scope->left + (size_t)(after_ns / scope->step_ns);
}

/* What the plan did then, a line each. */
void picture_faults(const struct page *page, const struct scope *scope);

#endif
