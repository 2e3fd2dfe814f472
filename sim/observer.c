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

bool invariant_judges(const struct invariant *invariant, const struct scenario *scenario)
{
    return (!invariant->of_topics || (scenario && scenario->layout.partition_count > 0)) &&
           (!invariant->of_reads || (scenario && scenario->any_reads));
}

size_t invariants_judging(const struct scenario *scenario)
{
    size_t count = 0;
    for (size_t i = 0; i < countof(invariants); i++)
        count += invariant_judges(invariants[i], scenario);
    return count;
}
