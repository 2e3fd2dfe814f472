#include "sim/observer.h"

static const struct invariant *const invariants[] = {
#define ROW(name) &invariant_##name,
#include "sim/invariants.def"
#undef ROW
};

size_t invariant_count(void)
{
    return countof(invariants);
}

const struct invariant *invariant_at(size_t index)
{
    must(index < countof(invariants));
    return invariants[index];
}
