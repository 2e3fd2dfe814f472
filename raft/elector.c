#include "raft/elector.h"

#include <stdlib.h>
#include <string.h>

#include "raft/must.h"
#include "raft/room.h"

static const struct elector_rules *const table[] = {
#define ROW(name) &elector_##name,
#include "raft/electors.def"
#undef ROW
};

size_t elector_count(void)
{
    return sizeof table / sizeof *table;
}

const struct elector_rules *elector_at(size_t index)
{
    must(index < elector_count());
    return table[index];
}

const struct elector_rules *elector_find(const char *name)
{
    for (size_t i = 0; i < elector_count(); i++)
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    return NULL;
}

const char *elector_note_name(enum elector_note_kind kind)
{
#define X(id, name) name,
    static const char *const names[] = {ELECTOR_NOTES(X)};
#undef X
    return names[kind];
}

struct metadata_command *elector_output_command(struct elector_output *output,
                                                enum metadata_command_kind kind,
                                                enum metadata_reason reason)
{
    output->commands = room_for(output->commands, &output->command_room, output->command_count + 1u,
                                sizeof *output->commands);
    struct metadata_command *command = &output->commands[output->command_count++];
    *command = (struct metadata_command){.kind = kind, .reason = reason};
    return command;
}

void elector_output_note(struct elector_output *output, struct elector_note note)
{
    output->notes =
        room_for(output->notes, &output->note_room, output->note_count + 1u, sizeof *output->notes);
    output->notes[output->note_count++] = note;
}

void elector_output_close(struct elector_output *output)
{
    free(output->commands);
    free(output->notes);
    *output = (struct elector_output){0};
}
