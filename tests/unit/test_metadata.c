#include "raft/elector.h"

#include "raft/chance.h"
#include "sim/base.h"
#include "tests/unit/unit.h"

/* Two partitions of three replicas: 1 2 3 and 2 3 1. */
static const struct metadata_topic topic = {.count = 2, .replication_factor = 3, .min_insync = 2};
static const uint16_t topic_of[] = {0, 0};
static const uint16_t replicas[] = {1, 2, 3, 2, 3, 1};
static const struct metadata_layout layout = {.topic_count = 1,
                                              .partition_count = 2,
                                              .broker_count = 3,
                                              .stride = 3,
                                              .topics = &topic,
                                              .topic_of = topic_of,
                                              .replicas = replicas};

static struct metadata opened(void)
{
    struct metadata metadata = {0};
    metadata_open(&metadata, &layout);
    return metadata;
}

static uint32_t apply(struct metadata *metadata, struct metadata_command command)
{
    return metadata_apply(metadata, &command, metadata->applied + 1, NULL, NULL);
}

static uint32_t change(struct metadata *metadata, struct metadata_change wanted)
{
    return apply(metadata, (struct metadata_command){
                               .kind = METADATA_CHANGE, .change_count = 1, .changes = &wanted});
}

/* The table of epochs of Kafka's PartitionRegistration: which change counts what. */
static const struct {
    const char *what;
    struct metadata_change change;
    uint32_t leader_epoch, partition_epoch;
} epochs[] = {
    {"the first assignment", {.leader = 1, .isr = 7, .sets_leader = true}, 0, 0},
    {"the isr shrinks", {.expected_epoch = 0, .leader = 1, .isr = 3}, 0, 1},
    {"the isr expands", {.expected_epoch = 1, .leader = 1, .isr = 7}, 0, 2},
    {"another leader", {.expected_epoch = 2, .leader = 2, .isr = 6, .sets_leader = true}, 1, 3},
    {"no leader", {.expected_epoch = 3, .leader = 0, .isr = 2, .sets_leader = true}, 2, 4},
    {"eligible replicas only", {.expected_epoch = 4, .leader = 0, .isr = 2, .elr = 4}, 2, 5},
    {"the same leader again",
     {.expected_epoch = 5, .leader = 0, .isr = 2, .elr = 4, .sets_leader = true},
     3,
     6},
    {"what was decided about an older state", {.expected_epoch = 5, .leader = 3}, 3, 6},
    {"what was decided about a later one", {.expected_epoch = 7, .leader = 3}, 3, 6},
};

START_TEST(each_change_counts_its_partition_and_each_leader_set_its_leader_epoch)
{
    struct metadata metadata = opened();
    const struct metadata_partition *is = &metadata.partitions[0];
    for (size_t i = 0; i < countof(epochs); i++) {
        uint32_t before = is->partition_epoch;
        bool applied = change(&metadata, epochs[i].change) == 1;
        ck_assert_msg(is->leader_epoch == epochs[i].leader_epoch &&
                          is->partition_epoch == epochs[i].partition_epoch,
                      "%s: %u/%u", epochs[i].what, is->leader_epoch, is->partition_epoch);
        ck_assert_msg(applied == (i == 0 || is->partition_epoch > before), "%s", epochs[i].what);
    }
    ck_assert_uint_eq(is->elr, 4);
    metadata_close(&metadata);
}
END_TEST

START_TEST(of_one_command_each_change_that_still_fits_is_applied)
{
    struct metadata metadata = opened();
    struct metadata_change both[] = {
        {.partition = 0, .expected_epoch = 9, .leader = 1, .isr = 7, .sets_leader = true},
        {.partition = 1, .leader = 2, .isr = 7, .sets_leader = true}};
    struct metadata_command command = {.kind = METADATA_CHANGE, .change_count = 2, .changes = both};
    ck_assert_uint_eq(apply(&metadata, command), 1);
    ck_assert(!metadata.partitions[0].assigned);
    ck_assert(metadata.partitions[1].assigned);
    metadata_close(&metadata);
}
END_TEST

START_TEST(chroniks_writes_are_compared_with_nothing)
{
    struct metadata metadata = opened();
    const struct metadata_partition *is = &metadata.partitions[0];
    apply(&metadata, (struct metadata_command){.kind = METADATA_ASSIGN});
    ck_assert(is->assigned && !is->has_isr && !is->leader);
    apply(&metadata, (struct metadata_command){.kind = METADATA_LEADER, .leader = 9});
    ck_assert_uint_eq(is->leader, 9);
    apply(&metadata, (struct metadata_command){.kind = METADATA_ISR, .isr = 5});
    ck_assert(is->has_isr && is->isr == 5);
    ck_assert_uint_eq(is->leader_epoch, 1);
    ck_assert_uint_eq(is->partition_epoch, 2);
    apply(&metadata, (struct metadata_command){.kind = METADATA_LEADER, .leader = 9});
    ck_assert_uint_eq(is->leader_epoch, 2);
    ck_assert_uint_eq(is->partition_epoch, 3);
    metadata_close(&metadata);
}
END_TEST

START_TEST(a_brokers_epoch_is_the_index_that_registered_it_and_it_begins_fenced)
{
    struct metadata metadata = opened();
    const struct metadata_broker *is = &metadata.brokers[2];
    ck_assert_uint_eq(is->epoch, 0);
    metadata_apply(
        &metadata,
        &(struct metadata_command){.kind = METADATA_REGISTER, .broker = 2, .incarnation = 5}, 41,
        NULL, NULL);
    ck_assert(is->epoch == 41 && is->incarnation == 5 && is->fenced);
    apply(&metadata, (struct metadata_command){.kind = METADATA_UNFENCE, .broker = 2});
    ck_assert(is->epoch == 41 && !is->fenced);
    apply(&metadata, (struct metadata_command){.kind = METADATA_FENCE, .broker = 2});
    ck_assert(is->epoch == 41 && is->fenced);
    metadata_close(&metadata);
}
END_TEST

START_TEST(an_entry_that_is_no_command_only_moves_the_index)
{
    struct metadata metadata = opened();
    ck_assert_uint_eq(metadata_apply(&metadata, NULL, 7, NULL, NULL), 0);
    ck_assert_uint_eq(metadata.applied, 7);
    ck_assert_uint_eq(metadata.commands, 0);
    ck_assert_uint_eq(metadata.digest, 0);
    metadata_close(&metadata);
}
END_TEST

static void count_changed(void *context, uint32_t partition,
                          const struct metadata_partition *before)
{
    uint64_t *told = context;
    *told = *told * 100 + partition * 10 + before->leader;
}

START_TEST(who_asks_is_told_of_each_changed_partition_as_it_was)
{
    struct metadata metadata = opened();
    uint64_t told = 0;
    struct metadata_change both[] = {{.partition = 1, .leader = 2, .isr = 7},
                                     {.partition = 0, .leader = 3, .isr = 7}};
    struct metadata_command command = {
        .kind = METADATA_FENCE, .broker = 1, .change_count = 2, .changes = both};
    metadata_apply(&metadata, &command, 1, count_changed, &told);
    ck_assert_uint_eq(told, 1000);
    metadata_apply(&metadata, &command, 2, count_changed, &told);
    ck_assert_uint_eq(told, 10001203);
    metadata_close(&metadata);
}
END_TEST

static struct metadata_command any_command(uint64_t n)
{
    uint64_t bits = chance_mix(n + 1);
    return (struct metadata_command){.kind = bits % 2 ? METADATA_LEADER : METADATA_ISR,
                                     .partition = (uint32_t)n,
                                     .leader = (uint16_t)(bits / 2 % 3 + 1),
                                     .isr = (uint16_t)(bits / 8 % 8)};
}

START_TEST(equal_states_have_equal_digests_in_whatever_order_they_were_made)
{
    struct metadata one = opened(), other = opened();
    for (uint64_t n = 0; n < 2; n++) {
        apply(&one, any_command(n));
        apply(&other, any_command(1 - n));
    }
    ck_assert_uint_eq(one.digest, other.digest);
    ck_assert_uint_ne(one.digest, 0);
    apply(&one, (struct metadata_command){.kind = METADATA_FENCE, .broker = 1});
    ck_assert_uint_ne(one.digest, other.digest);
    apply(&one, (struct metadata_command){.kind = METADATA_UNFENCE, .broker = 1});
    ck_assert_uint_eq(one.digest, other.digest);
    metadata_close(&one);
    metadata_close(&other);
}
END_TEST

/* Each of these differs from all the others in one thing. */
static const struct metadata_change unlike[] = {
    {.leader = 1, .isr = 1},
    {.leader = 2, .isr = 1},
    {.leader = 1, .isr = 2},
    {.leader = 1, .isr = 1, .elr = 1},
    {.leader = 1, .isr = 1, .recovering = true},
    {.partition = 1, .leader = 1, .isr = 1},
};

START_TEST(states_that_differ_in_one_thing_have_other_digests)
{
    uint64_t digests[countof(unlike)];
    for (size_t i = 0; i < countof(unlike); i++) {
        struct metadata metadata = opened();
        change(&metadata, unlike[i]);
        digests[i] = metadata.digest;
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_ne(digests[i], digests[j]);
        metadata_close(&metadata);
    }
}
END_TEST

START_TEST(a_copy_is_equal_and_goes_its_own_way)
{
    struct metadata one = opened(), other = opened();
    apply(&one, any_command(0));
    metadata_copy(&other, &one);
    ck_assert_uint_eq(other.digest, one.digest);
    ck_assert_uint_eq(other.applied, 1);
    apply(&other, any_command(1));
    ck_assert_uint_ne(other.digest, one.digest);
    ck_assert_uint_eq(one.partitions[1].partition_epoch, 0);
    apply(&one, any_command(1));
    ck_assert_uint_eq(other.digest, one.digest);
    metadata_close(&one);
    metadata_close(&other);
}
END_TEST

START_TEST(one_opened_again_is_empty)
{
    struct metadata metadata = opened();
    apply(&metadata, any_command(0));
    metadata_open(&metadata, &layout);
    ck_assert_uint_eq(metadata.digest, 0);
    ck_assert_uint_eq(metadata.applied, 0);
    ck_assert_uint_eq(metadata.partitions[0].partition_epoch, 0);
    metadata_close(&metadata);
}
END_TEST

START_TEST(sets_are_bits_of_positions_among_the_replicas)
{
    ck_assert_uint_eq(metadata_bit(&layout, 0, 1), 1);
    ck_assert_uint_eq(metadata_bit(&layout, 1, 1), 4);
    ck_assert_uint_eq(metadata_bit(&layout, 1, 4), 0);
    ck_assert_uint_eq(metadata_all(&layout, 1), 7);
    ck_assert_uint_eq(metadata_first(&layout, 1, 6), 3);
    ck_assert_uint_eq(metadata_first(&layout, 1, 0), 0);
}
END_TEST

START_TEST(every_rule_set_is_found_by_its_name)
{
    ck_assert_uint_eq(elector_count(), 6);
    for (size_t i = 0; i < elector_count(); i++)
        ck_assert_ptr_eq(elector_find(elector_at(i)->name), elector_at(i));
    ck_assert_ptr_eq(elector_find("chronik-2.2.3"), &elector_chronik_2_2_3);
    ck_assert_ptr_null(elector_find("chronik"));
}
END_TEST

Suite *suite_metadata(void)
{
    Suite *suite = suite_create("metadata");
    TCase *tests = tcase_create("metadata");
    tcase_add_test(tests, each_change_counts_its_partition_and_each_leader_set_its_leader_epoch);
    tcase_add_test(tests, of_one_command_each_change_that_still_fits_is_applied);
    tcase_add_test(tests, chroniks_writes_are_compared_with_nothing);
    tcase_add_test(tests, a_brokers_epoch_is_the_index_that_registered_it_and_it_begins_fenced);
    tcase_add_test(tests, an_entry_that_is_no_command_only_moves_the_index);
    tcase_add_test(tests, who_asks_is_told_of_each_changed_partition_as_it_was);
    tcase_add_test(tests, equal_states_have_equal_digests_in_whatever_order_they_were_made);
    tcase_add_test(tests, states_that_differ_in_one_thing_have_other_digests);
    tcase_add_test(tests, a_copy_is_equal_and_goes_its_own_way);
    tcase_add_test(tests, one_opened_again_is_empty);
    tcase_add_test(tests, sets_are_bits_of_positions_among_the_replicas);
    tcase_add_test(tests, every_rule_set_is_found_by_its_name);
    suite_add_tcase(suite, tests);
    return suite;
}
