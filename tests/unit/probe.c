#include "tests/unit/probe.h"

#include <stdlib.h>

static void *probe_open(void *memory, const struct raft_config *config,
                        const struct raft_durable *durable)
{
    struct probe *probe = memory ? memory : allocate(1, sizeof *probe);
    *probe = (struct probe){.deadline_own_ns = UINT64_MAX, .durable = *durable};
    probe->view = (struct raft_view){.first = 1,
                                     .term = durable->term,
                                     .vote = durable->vote,
                                     .last = durable->count,
                                     .members = config->members};
    probe->view.transferee = config->id; /* a place to keep its own id */
    return probe;
}

static void put_message(struct probe *probe, struct raft_output *output)
{
    struct raft_message *message = raft_output_message(output, 0);
    message->kind = RAFT_MSG_APPEND;
    message->from = probe->view.transferee;
    message->to = probe->send_to;
    message->term = 1;
    message->wait = probe->send_waits ? probe->ticket : 0;
    probe->send_to = 0;
}

static void put_write(struct probe *probe, struct raft_output *output)
{
    uint64_t from = probe->view.last + 1;
    output->has_write = true;
    output->write = (struct raft_write){.ticket = ++probe->ticket,
                                        .term = ++probe->view.term,
                                        .vote = 1,
                                        .from = probe->entry_count ? from : 0,
                                        .entries = probe->entries,
                                        .entry_count = probe->entry_count};
    probe->view.last += probe->entry_count;
    output->write.last_index = probe->view.last;
    probe->write = false;
}

static void probe_step(void *self, const struct raft_input *input, struct raft_output *output)
{
    struct probe *probe = self;
    probe->heard[input->kind]++;
    probe->last_ns = input->now_ns;
    if (probe->write)
        put_write(probe, output);
    if (probe->send_to)
        put_message(probe, output);
    output->deadline_ns = probe->deadline_own_ns;
    if (input->kind == RAFT_TIMEOUT)
        probe->deadline_own_ns = output->deadline_ns = UINT64_MAX;
}

static const struct raft_view *probe_view(const void *self)
{
    return &((const struct probe *)self)->view;
}

static struct raft_entry probe_entry(const void *self, uint64_t index)
{
    const struct probe *probe = self;
    return index >= 1 && index <= countof(probe->entries) ? probe->entries[index - 1]
                                                          : (struct raft_entry){0};
}

const struct raft_backend probe_backend = {
    .name = "probe",
    .help = "does as it is told",
    .open = probe_open,
    .step = probe_step,
    .view = probe_view,
    .entry = probe_entry,
    .close = free,
};
