/* The parts of reading a scenario: one function for each part of the file, and the tables of
 * their fields, which the JSON Schema is made of. */
#ifndef SIM_SCENARIO_READ_H
#define SIM_SCENARIO_READ_H

#include "sim/bind.h"

enum {
    ITEMS_MAX = 10000,
    CLIENTS_MAX = 1000,
    KEYS_MAX = 1000000,
    LINKS_MAX = 1000,
    WINDOWS_MAX = 100,
    LOG_MAX = 1000000,
    TOPICS_MAX = 10000,
    PARTITIONS_MAX = 1000000,
};

/* Each reads one value into reader->scenario; `member` is not used. */
bool read_cluster(struct reader *reader, const cJSON *value, void *member);
bool read_nodes(struct reader *reader, const cJSON *value, void *member);
bool read_zones(struct reader *reader, const cJSON *value, void *member);
bool read_voters(struct reader *reader, const cJSON *value, void *member);
bool read_learners(struct reader *reader, const cJSON *value, void *member);
bool read_network(struct reader *reader, const cJSON *value, void *member);
bool read_disk(struct reader *reader, const cJSON *value, void *member);
bool read_clock(struct reader *reader, const cJSON *value, void *member);
bool read_topics(struct reader *reader, const cJSON *value, void *member);
bool read_elector(struct reader *reader, const cJSON *value, void *member);
bool read_clients(struct reader *reader, const cJSON *value, void *member);
bool read_timeline(struct reader *reader, const cJSON *value, void *member);
bool read_chaos(struct reader *reader, const cJSON *value, void *member);
bool read_windows(struct reader *reader, const cJSON *value, void *member);
bool read_sweep(struct reader *reader, const cJSON *value, void *member);
/* These read into `member`: a struct condition, struct expectations. */
bool read_condition(struct reader *reader, const cJSON *value, void *member);
bool read_expect(struct reader *reader, const cJSON *value, void *member);

/* Who votes, where "cluster" does not say it. */
bool complete_members(struct reader *reader, const cJSON *cluster);
/* What the network is like where the file says nothing of it. */
void network_default(struct scenario *scenario);
/* Who chooses leaders where the file does not say it. */
void elector_default(struct scenario *scenario);
void topics_close(struct scenario *scenario);
/* Frees what the timeline and chaos own; what the expectations own. */
void items_close(struct scenario *scenario);
void expectations_close(struct expectations *expectations);

/* May a node, a zone or a window have this name? Otherwise refuses `value`, or its key. */
bool check_name(const struct reader *reader, const cJSON *value, const char *name);

extern const struct field scenario_fields[], cluster_fields[], override_fields[], start_fields[],
    network_fields[], link_fields[], rule_fields[], disk_fields[], clock_fields[], client_fields[],
    propose_fields[], read_fields[], produce_fields[], topic_fields[], elector_fields[],
    timeline_fields[], chaos_fields[], condition_fields[], sweep_fields[];

#endif
