#include "sim/command.h"
#include "sim/flags.h"
#include "sim/scenario_schema.h"
#include "sim/tree.h"

static const struct flag flags[] = {{0}};

static int schema(int argc, char **argv)
{
    static const struct usage usage = {
        .command = "schema",
        .operands = "",
        .help = "Prints the JSON Schema (draft 2020-12) of scenarios, for editors and other "
                "programs. raftsim itself checks more than a schema can say.",
        .flags = flags,
    };
    int operands;
    char nothing;
    enum flags_end end = flags_read(&usage, argc, argv, &nothing, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    cJSON *tree = scenario_schema();
    tree_print(tree, stdout);
    cJSON_Delete(tree);
    return STATUS_HELD;
}

const struct command command_schema = {
    .name = "schema",
    .help = "the JSON Schema of scenarios, for editors",
    .run = schema,
};
