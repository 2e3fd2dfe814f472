#include "raft/raft.h"

#include <stdlib.h>
#include <string.h>

uint32_t raft_set_count(const struct raft_set *set)
{
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof set->bits / sizeof *set->bits; i++)
        for (uint64_t bits = set->bits[i]; bits; bits &= bits - 1)
            count++;
    return count;
}

uint32_t raft_set_after(const struct raft_set *set, size_t word)
{
    const size_t words = sizeof set->bits / sizeof *set->bits;
    while (++word < words)
        if (set->bits[word])
            return (uint32_t)(word * 64 + (uint32_t)__builtin_ctzll(set->bits[word]));
    return RAFT_NONE;
}

const char *raft_role_name(enum raft_role role)
{
#define X(id, name) name,
    static const char *const names[] = {RAFT_ROLES(X)};
#undef X
    return names[role];
}

const char *raft_message_name(enum raft_message_kind kind)
{
#define X(id, name) name,
    static const char *const names[] = {RAFT_MESSAGES(X)};
#undef X
    return names[kind];
}

const char *raft_note_name(enum raft_note_kind kind)
{
#define X(id, name) name,
    static const char *const names[] = {RAFT_NOTES(X)};
#undef X
    return names[kind];
}

/* Room grows by doubling and is kept for the next run; without memory there is nothing to do. */
static void *grow(void *array, size_t *room, size_t need, size_t size)
{
    if (need <= *room)
        return array;
    *room = need * 2 < 16 ? 16 : need * 2;
    void *grown = realloc(array, *room * size);
    if (!grown)
        abort();
    return grown;
}

struct raft_message *raft_output_message(struct raft_output *output, uint32_t body_size)
{
    size_t padded = ((size_t)body_size + 7) / 8 * 8;
    output->messages = grow(output->messages, &output->message_room, output->message_count + 1u,
                            sizeof *output->messages);
    struct raft_message *message = &output->messages[output->message_count++];
    *message = (struct raft_message){.body = output->body_count, .body_size = (uint32_t)padded};
    if (padded) {
        output->bodies = grow(output->bodies, &output->body_room, output->body_count + padded, 1);
        memset(output->bodies + output->body_count, 0, padded);
        output->body_count += padded;
    }
    return message;
}

void raft_output_reserve(struct raft_output *output, uint32_t count)
{
    output->messages = grow(output->messages, &output->message_room,
                            (size_t)output->message_count + count, sizeof *output->messages);
}

void raft_output_note(struct raft_output *output, struct raft_note note)
{
    output->notes =
        grow(output->notes, &output->note_room, output->note_count + 1u, sizeof *output->notes);
    output->notes[output->note_count++] = note;
}

void raft_output_read(struct raft_output *output, struct raft_read read)
{
    output->reads =
        grow(output->reads, &output->read_room, output->read_count + 1u, sizeof *output->reads);
    output->reads[output->read_count++] = read;
}

void raft_output_close(struct raft_output *output)
{
    free(output->messages);
    free(output->bodies);
    free(output->notes);
    free(output->reads);
    *output = (struct raft_output){0};
}
