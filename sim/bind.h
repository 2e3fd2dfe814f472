/* Binds JSON to structs by tables of fields, and refuses what does not fit, with its place. */
#ifndef SIM_BIND_H
#define SIM_BIND_H

#include "sim/json.h"
#include "sim/scenario.h"
#include "sim/suggest.h"
#include "sim/text.h"

/* What a reader of values may need: the document, the plan as far as it has been read (its nodes
 * and zones, above all), and where to say what is wrong. */
struct reader {
    const struct json *json;
    struct scenario *scenario;
    struct error *error;
};

/* Refuses a value, or its key: the sentence follows file, line, column and path. Returns false. */
bool refuse_value(const struct reader *reader, const cJSON *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool refuse_key(const struct reader *reader, const cJSON *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "expected WHAT, got VALUE" */
bool refuse_got(const struct reader *reader, const cJSON *value, const char *expected);

/* A table and the struct that its offsets are of. Of a key in two tables, durations are the
 * first's and all else the second's. */
struct binding {
    const struct field *fields; /* NULL: no rows */
    void *target;
};

enum { BINDINGS_MAX = 2 };

/* Binds the members of an object, in the order of the tables' rows. Refuses what is no object,
 * unknown keys and missing ones. What was bound before a refusal stays in the targets, which must
 * be zeroed before and closed after, whatever came of it. */
bool bind_object(struct reader *reader, const cJSON *object, const struct binding *bindings,
                 size_t count);
/* The same for one table. */
bool bind_fields(struct reader *reader, const cJSON *object, const struct field *fields,
                 void *target);
/* Binds one value into the field's member of `target`. */
bool bind_value(struct reader *reader, const struct field *field, const cJSON *value, void *target);
/* Frees what the fields' members own. */
void bind_close(const struct field *fields, void *target);

/* Is it a list of 1 to `most` values (0: any number)? Its length is in *count. */
bool bind_list(struct reader *reader, const cJSON *value, size_t most, uint32_t *count);
/* The same, and it may be empty: nothing of the kind happens. */
bool bind_any_list(struct reader *reader, const cJSON *value, size_t most, uint32_t *count);

/* One value each; `member` is where it goes (see enum field_kind). */
bool bind_text(struct reader *reader, const cJSON *value, char **member);
bool bind_duration(struct reader *reader, const cJSON *value, uint64_t *member);
bool bind_positive(struct reader *reader, const cJSON *value, void *member); /* uint32_t */
bool bind_seed(struct reader *reader, const cJSON *value, void *member);     /* uint64_t */
bool bind_distribution(struct reader *reader, const cJSON *value, struct distribution *member);
bool bind_rtt(struct reader *reader, const cJSON *value, struct distribution *member);
bool bind_targets(struct reader *reader, const cJSON *value, struct targets *member);
bool bind_sides(struct reader *reader, const cJSON *value, struct sides *member);
bool bind_kinds(struct reader *reader, const cJSON *value, uint32_t *member);
bool bind_nodes(struct reader *reader, const cJSON *value, struct raft_set *member);
bool bind_topic(struct reader *reader, const cJSON *value, void *member); /* uint32_t */
bool bind_options(struct reader *reader, const cJSON *value, struct option_changes **member);

/* The nodes that a name or "zone:NAME" stands for; `value` is the text, or its key is. */
bool bind_name(struct reader *reader, const cJSON *value, const char *name, struct raft_set *nodes);
/* The partition whose leader a target means: `name` is what follows "partition-leader:". */
bool bind_partition(struct reader *reader, const cJSON *value, const char *name,
                    uint32_t *partition);
/* For struct action.check: are there topics at all, and has the topic such a partition? */
bool bind_has_topics(const struct reader *reader, const cJSON *item);
bool bind_partitions(const struct reader *reader, const cJSON *item,
                     const struct partitions *partitions);
/* An object of raft options as changes, which the caller closes whatever came of it. Members
 * that `others` names are let pass and left alone. */
bool bind_changes(struct reader *reader, const cJSON *object, const struct field *others,
                  struct option_changes *changes);
/* The same of a preset. */
void preset_changes(const struct preset *preset, struct option_changes *changes);
/* What a node has with that preset and nothing else. */
struct node_options preset_options(const struct preset *preset);
/* Applies the changes that were bound from `value` and refuses what then makes no sense. */
bool bind_applied(struct reader *reader, const cJSON *value, const struct option_changes *changes,
                  struct node_options *options);

/* The words that stand for nodes without naming them. */
struct target_word {
    const char *word, *help;
    enum target_kind kind;
    const char *unbuilt; /* why it is refused: not built yet; NULL: built */
};
size_t target_word_count(void);
const struct target_word *target_word_at(size_t index);

#endif
