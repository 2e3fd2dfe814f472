/* replay [-rewrite] FILE...: the Raft core alone, told what to do and exactly what it then does.
 *
 * A transcript is blocks of commands, a line "----", the expected effects, and an empty line:
 *
 *     nodes 3 pre_vote      so many nodes, with options of the core that are flags, or NAME=NUMBER,
 *                           or a flavor; learners=N: the last N only learn
 *     log 2 1 1 3           before the first step: node 2 has entries of these terms, durable
 *     campaign 1            also: propose 1 ID, read 1 ID, transfer 1 2, forget 1, timeout 1 TICKS,
 * restart 1 tick 1 10             its clock only deliver 1 2           what is on its way to these
 * nodes now; without nodes: until all is quiet lose 3                what is on its way to these
 * nodes; without nodes: all of it slow 2 its disk; fast 2: as before; persist 2: its oldest write
 * is durable
 *
 * Effects are messages ("1>2 vote term 1 log 0/0": index/term of the sender's last entry), notes
 * and, last, the nodes whose state has changed. */
#include "tests/transcripts/say.h"

#include <stdlib.h>
#include <string.h>

enum { NODES = 9, QUEUE = 256, WRITES = 16, TICK_NS = 100000000 };

struct server {
    void *raft;
    const struct raft_view *view;
    struct raft_view shown;
    struct raft_output output;
    uint64_t now_ns;
    bool slow;
    struct raft_write writes[WRITES];
    size_t write_count;
    struct raft_durable disk;
    struct raft_entry log[64], written[WRITES][64];
};

struct play {
    uint32_t count;
    bool started;
    struct raft_options options;
    struct raft_members members;
    struct server node[NODES + 1];
    struct packet queue[QUEUE];
    size_t queued;
    struct text text; /* effects of this block */
    char effects[1 << 16];
};

static void say_states(struct play *play)
{
    for (uint32_t id = 1; play->started && id <= play->count; id++) {
        struct server *node = &play->node[id];
        const struct raft_view *now = node->view, *shown = &node->shown;
        if (now->role == shown->role && now->term == shown->term && now->lead == shown->lead &&
            now->vote == shown->vote && now->commit == shown->commit && now->last == shown->last)
            continue;
        node->shown = *now;
        say(&play->text, "%u: %s term %llu vote %u lead %u commit %llu log", id,
            raft_role_name(now->role), wide(now->term), now->vote, now->lead, wide(now->commit));
        for (uint64_t index = now->first; index <= now->last; index++)
            say(&play->text, " %llu", wide(raft_core.entry(node->raft, index).term));
        say(&play->text, "\n");
    }
}

static void step(struct play *play, uint32_t id, struct raft_input input);

static void persist(struct play *play, uint32_t id)
{
    struct server *node = &play->node[id];
    struct raft_write write = node->writes[0];
    must(node->write_count > 0);
    node->disk.term = write.term;
    node->disk.vote = write.vote;
    node->disk.commit = write.commit;
    if (write.from) {
        memcpy(node->log + write.from - 1, node->written[0], write.entry_count * sizeof *node->log);
        node->disk.count = write.from - 1 + write.entry_count;
    }
    node->write_count--;
    memmove(node->writes, node->writes + 1, node->write_count * sizeof write);
    memmove(node->written, node->written + 1, node->write_count * sizeof *node->written);
    for (size_t i = 0; i < play->queued; i++)
        if (play->queue[i].message.from == id && play->queue[i].message.wait <= write.ticket)
            play->queue[i].message.wait = 0;
    step(play, id, (struct raft_input){.kind = RAFT_PERSISTED, .write = &write});
}

static void take_output(struct play *play, uint32_t id)
{
    struct server *node = &play->node[id];
    const struct raft_output *output = &node->output;
    for (uint32_t i = 0; i < output->note_count; i++)
        say_note(&play->text, id, &output->notes[i]);
    for (uint32_t i = 0; i < output->read_count; i++)
        say_read(&play->text, id, &output->reads[i]);
    if (output->has_write) {
        must(node->write_count < WRITES && output->write.entry_count <= 64);
        if (output->write.entry_count)
            memcpy(node->written[node->write_count], output->write.entries,
                   output->write.entry_count * sizeof *node->log);
        node->writes[node->write_count++] = output->write;
    }
    for (uint32_t i = 0; i < output->message_count; i++) {
        struct packet *packet = &play->queue[play->queued++];
        must(play->queued <= QUEUE && output->messages[i].body_size <= BODY);
        packet->message = output->messages[i];
        if (packet->message.body_size)
            memcpy(packet->body, output->bodies + packet->message.body, packet->message.body_size);
        if (!node->slow)
            packet->message.wait = 0;
        say_message(&play->text, packet);
    }
}

static void step(struct play *play, uint32_t id, struct raft_input input)
{
    struct server *node = &play->node[id];
    input.now_ns = node->now_ns;
    input.chance_key = id;
    raft_output_clear(&node->output);
    raft_core.step(node->raft, &input, &node->output);
    uint64_t apply_to = node->output.apply_to;
    take_output(play, id);
    while (!node->slow && node->write_count)
        persist(play, id);
    if (apply_to > node->view->applied)
        step(play, id, (struct raft_input){.kind = RAFT_APPLIED, .value = apply_to});
}

/* A crash loses what waited for a write together with the write. */
static void forget_unsent(struct play *play, uint32_t id)
{
    size_t kept = 0;
    for (size_t at = 0; at < play->queued; at++)
        if (play->queue[at].message.from != id || !play->queue[at].message.wait)
            play->queue[kept++] = play->queue[at];
    play->queued = kept;
}

static void boot(struct play *play, uint32_t id)
{
    struct server *node = &play->node[id];
    struct raft_config config = {
        .id = id, .tick_phase_ns = TICK_NS, .options = play->options, .members = &play->members};
    node->disk.first = 1;
    node->disk.entries = node->log;
    node->write_count = 0;
    forget_unsent(play, id);
    node->raft = raft_core.open(node->raft, &config, &node->disk);
    node->view = raft_core.view(node->raft);
    step(play, id, (struct raft_input){.kind = RAFT_START});
}

/* Whether it takes the message at `at` of the queue; `ids` as bits, 0: any. */
static bool wanted(const struct play *play, size_t at, unsigned ids)
{
    const struct raft_message *message = &play->queue[at].message;
    return !message->wait && (!ids || ids >> message->to & 1);
}

static void deliver(struct play *play, unsigned ids, bool lose)
{
    size_t end = play->queued;
    for (size_t at = 0; at < (ids ? end : play->queued);) {
        if (!wanted(play, at, ids)) {
            at++;
            continue;
        }
        struct packet packet = play->queue[at];
        play->queued--;
        end--;
        memmove(&play->queue[at], &play->queue[at + 1], (play->queued - at) * sizeof packet);
        if (!lose && packet.message.to <= play->count)
            step(play, packet.message.to,
                 (struct raft_input){
                     .kind = RAFT_RECEIVE, .message = &packet.message, .body = packet.body});
        if (!ids)
            at = 0;
    }
}

static void set_option(struct play *play, const char *word)
{
    struct raft_options *options = &play->options;
    unsigned learners = 0;
    sscanf(word, "learners=%u", &learners);
    for (; learners; learners--) {
        raft_set_remove(&play->members.voters, play->count + 1 - learners);
        raft_set_add(&play->members.learners, play->count + 1 - learners);
    }
    options->pre_vote |= !strcmp(word, "pre_vote");
    options->check_quorum |= !strcmp(word, "check_quorum");
    options->async_storage |= !strcmp(word, "async_storage");
    if (!strcmp(word, "paper"))
        options->flavor = RAFT_PAPER;
    if (!strcmp(word, "raft-rs"))
        options->flavor = RAFT_RAFT_RS;
    if (options->flavor != RAFT_ETCD)
        options->self_vote_durable = false;
}

static void make_nodes(struct play *play, char *rest)
{
    play->count = (uint32_t)strtoul(rest, &rest, 10);
    must(play->count && play->count <= NODES);
    play->options = (struct raft_options){.tick_ns = TICK_NS,
                                          .election_min = 10,
                                          .election_max = 19,
                                          .election_base = 10,
                                          .heartbeat = 1,
                                          .self_vote_durable = true};
    for (uint32_t id = 1; id <= play->count; id++)
        raft_set_add(&play->members.voters, id);
    char word[32];
    for (int used = 0; sscanf(rest, "%31s%n", word, &used) == 1; rest += used)
        set_option(play, word);
}

static void load_log(struct server *node, char *rest)
{
    for (char *end = rest; *rest; rest = end) {
        uint64_t term = strtoull(rest, &end, 10);
        if (end == rest)
            break;
        node->log[node->disk.count++] = (struct raft_entry){.term = term, .id = term};
        node->disk.term = term;
    }
}

static void tick(struct play *play, uint32_t id, uint64_t ticks)
{
    for (; ticks; ticks--) {
        play->node[id].now_ns += TICK_NS;
        step(play, id, (struct raft_input){.kind = RAFT_TIMEOUT});
    }
}

/* Commands about one node; false: there is no such command. */
static bool command_node(struct play *play, const char *name, uint32_t id, uint64_t value)
{
    static const struct {
        const char *name;
        enum raft_input_kind kind;
    } inputs[] = {
        {"campaign", RAFT_CAMPAIGN}, {"propose", RAFT_PROPOSE},      {"read", RAFT_READ},
        {"transfer", RAFT_TRANSFER}, {"forget", RAFT_FORGET_LEADER}, {"timeout", RAFT_SET_TIMEOUT}};
    must(id >= 1 && id <= play->count);
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        if (!strcmp(name, inputs[i].name)) {
            step(play, id,
                 (struct raft_input){
                     .kind = inputs[i].kind, .node = (uint32_t)value, .value = value});
            return true;
        }
    if (!strcmp(name, "tick"))
        tick(play, id, value);
    else if (!strcmp(name, "restart"))
        boot(play, id);
    else if (!strcmp(name, "persist"))
        persist(play, id);
    else if (!strcmp(name, "slow") || !strcmp(name, "fast"))
        play->node[id].slow = name[0] == 's';
    else
        return false;
    return true;
}

static unsigned read_ids(char *rest)
{
    unsigned ids = 0;
    for (char *end = rest; *rest; rest = end) {
        unsigned long id = strtoul(rest, &end, 10);
        if (end == rest)
            break;
        ids |= 1u << id;
    }
    return ids;
}

static void start_all(struct play *play)
{
    for (uint32_t id = 1; !play->started && id <= play->count; id++)
        boot(play, id);
    play->started = true;
}

static void command(struct play *play, char *line)
{
    char name[32] = "";
    int used = 0;
    unsigned id = 0;
    unsigned long long value = 0;
    sscanf(line, "%31s%n", name, &used);
    char *rest = line + used;
    sscanf(rest, "%u %llu", &id, &value);
    if (!strcmp(name, "nodes")) {
        make_nodes(play, rest);
    } else if (!strcmp(name, "log")) {
        strtoul(rest, &rest, 10);
        load_log(&play->node[id], rest);
    } else {
        start_all(play);
        if (!strcmp(name, "deliver") || !strcmp(name, "lose"))
            deliver(play, read_ids(rest), name[0] == 'l');
        else if (!command_node(play, name, id, value))
            say(&play->text, "no such command: %s\n", name);
    }
}

static void play_close(struct play *play)
{
    for (uint32_t id = 1; id <= play->count; id++) {
        raft_core.close(play->node[id].raft);
        raft_output_close(&play->node[id].output);
    }
    free(play);
}

/* The expected effects that begin at `line`, up to an empty line; returns what follows. */
static const char *skip_effects(const char *line)
{
    while (*line && *line != '\n') {
        const char *end = strchr(line, '\n');
        line = end ? end + 1 : line + strlen(line);
    }
    return line;
}

/* Plays the transcript; `result` gets it with the effects that were seen. False: they differ. */
static bool play_text(const char *path, const char *text, struct text *result)
{
    struct play *play = calloc(1, sizeof *play);
    must(play != NULL);
    play->text = (struct text){.at = play->effects, .room = sizeof play->effects};
    bool same = true;
    int number = 0;
    for (const char *line = text, *next; *line; line = next) {
        char words[256];
        next = line + strcspn(line, "\n");
        snprintf(words, sizeof words, "%.*s", (int)(next - line), line);
        next += *next == '\n';
        number++;
        say(result, "%s\n", words);
        if (strcmp(words, "----")) {
            if (words[0] && words[0] != '#')
                command(play, words);
            continue;
        }
        const char *wanted = next;
        next = skip_effects(wanted);
        say_states(play);
        if (same && (play->text.used != (size_t)(next - wanted) ||
                     memcmp(play->text.at, wanted, play->text.used))) {
            same = false;
            printf("%s:%d: wanted\n%.*sgot\n%.*s", path, number + 1, (int)(next - wanted), wanted,
                   (int)play->text.used, play->text.at);
        }
        memcpy(result->at + result->used, play->text.at, play->text.used);
        result->used += play->text.used;
        play->text.used = 0;
    }
    play_close(play);
    return same;
}

static bool replay(const char *path, bool rewrite)
{
    static const size_t room = 1 << 20;
    char *text = calloc(1, room);
    struct text result = {.at = calloc(1, room), .room = room};
    FILE *file = fopen(path, "rb");
    must(text != NULL && result.at != NULL);
    bool same = file && fread(text, 1, room - 1, file) > 0;
    if (file)
        fclose(file);
    if (!same)
        printf("%s: cannot be read\n", path);
    else
        same = play_text(path, text, &result);
    if (rewrite && !same && result.used && (file = fopen(path, "wb"))) {
        same = fwrite(result.at, 1, result.used, file) == result.used;
        same &= fclose(file) == 0;
    }
    free(text);
    free(result.at);
    return same;
}

int main(int count, char **arguments)
{
    int first = count > 1 && !strcmp(arguments[1], "-rewrite") ? 2 : 1, failed = 0;
    for (int i = first; i < count; i++)
        failed += !replay(arguments[i], first == 2);
    printf("%d passed, %d failed\n", count - first - failed, failed);
    return failed || count == first ? EXIT_FAILURE : EXIT_SUCCESS;
}
