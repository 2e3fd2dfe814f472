#include "sim/store.h"

static const char head[] =
    "-- One row: what was asked, and of which plan.\n"
    "CREATE TABLE sweep (\n"
    "  scenario TEXT, -- its name\n"
    "  file TEXT, -- as it was given\n"
    "  plan TEXT, -- the scenario's text, with all --set made\n"
    "  settings TEXT, -- those --set, a JSON list\n"
    "  digest TEXT, -- of plan: another plan has another store\n"
    "  raftsim TEXT, -- the program's version\n"
    "  tables TEXT, -- digest of these definitions\n"
    "  trace_version INTEGER, -- of the trace hash\n"
    "  first_seed INTEGER, last_seed INTEGER -- that were asked for\n"
    ");\n"
    "-- One row a run.\n"
    "CREATE TABLE run (\n"
    "  seed INTEGER,\n"
    "  verdict TEXT, -- pass, expectation, safety, liveness, undecided; died: raftsim itself did\n"
    "  rule TEXT, -- that was broken\n"
    "  detail TEXT, -- why it did not pass\n"
    "  safe INTEGER, live INTEGER, -- 1 or 0, whatever was expected\n"
    "  hash TEXT, -- of its trace\n"
    "  simulated_ms REAL,\n";

static const char episode[] =
    "  PRIMARY KEY (seed));\n"
    "-- One row for each time without a serving leader; number 0 is the start.\n"
    "CREATE TABLE episode (\n"
    "  seed INTEGER, number INTEGER,\n"
    "  cause TEXT, outcome TEXT, -- elected, resumed, open: it had not ended\n"
    "  at_ms REAL,\n"
    "  lost INTEGER, leader INTEGER, -- nodes; 0: none\n"
    "  term INTEGER,\n";

static const char partition[] =
    "  PRIMARY KEY (seed, number)) WITHOUT ROWID;\n"
    "-- One row for each time without a serving leader of a partition.\n"
    "CREATE TABLE partition_episode (\n"
    "  seed INTEGER, number INTEGER,\n"
    "  \"partition\" INTEGER, -- counted from 0 over all topics\n"
    "  cause TEXT, outcome TEXT, -- elected, resumed, kept, open\n"
    "  at_ms REAL,\n"
    "  lost INTEGER, leader INTEGER, -- brokers; 0: none\n";

static const char tail[] = "  PRIMARY KEY (seed, number)) WITHOUT ROWID;\n"
                           "-- Samples of the expectations of the sweep that are about a window.\n"
                           "CREATE TABLE asked (\n"
                           "  seed INTEGER,\n"
                           "  expectation INTEGER, -- its position in sweep.expect\n"
                           "  value REAL -- null: an episode that had not ended\n"
                           ");\n";

static void add_columns(struct text *sql, const struct column *columns, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        text_add(sql, "  \"%s\" REAL, -- %s\n", columns[i].name, columns[i].ref.metric->help);
}

void store_schema(struct text *sql, const struct columns *columns)
{
    text_add(sql, "%s", head);
    add_columns(sql, columns->run, columns->run_count);
    text_add(sql, "%s", episode);
    add_columns(sql, columns->episode, columns->episode_count);
    text_add(sql, "%s", partition);
    add_columns(sql, columns->partition, columns->partition_count);
    text_add(sql, "%s", tail);
}
