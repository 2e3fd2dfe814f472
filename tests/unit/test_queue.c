#include "sim/queue.h"

#include <stdlib.h>

#include "raft/chance.h"
#include "sim/base.h"
#include "tests/unit/unit.h"

/* What a queue must do, done the slow way: the earliest of a plain list. */
struct model {
    struct moment moments[4096];
    uint64_t numbers[4096];
    size_t count;
};

static uint64_t model_pop(struct model *model)
{
    size_t least = 0;
    for (size_t i = 1; i < model->count; i++) {
        const struct moment *a = &model->moments[i], *b = &model->moments[least];
        if (a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order < b->order))
            least = i;
    }
    uint64_t number = model->numbers[least];
    model->count--;
    model->moments[least] = model->moments[model->count];
    model->numbers[least] = model->numbers[model->count];
    return number;
}

static void push_both(struct queue *queue, struct model *model, uint64_t at_ns, uint64_t number)
{
    model->moments[model->count] = queue_push(queue, at_ns, (struct event){.number = number});
    model->numbers[model->count++] = number;
}

static void pop_both(struct queue *queue, struct model *model)
{
    struct moment moment;
    struct event event;
    uint64_t wanted = model_pop(model);
    ck_assert(queue_pop(queue, &moment, &event));
    ck_assert_uint_eq(event.number, wanted);
}

static const struct {
    size_t most;   /* pending at once: below and above where a list becomes a heap */
    uint64_t span; /* of times; small: many ties */
} mixes[] = {{3, 4}, {20, 1000}, {40, 3}, {60, 1 << 30}, {2000, 50}, {2000, 1 << 30}};

START_TEST(any_mix_of_times_pops_in_order)
{
    struct queue queue = {0};
    struct model *model = allocate(1, sizeof *model);
    uint64_t key = (uint64_t)_i;
    for (uint64_t n = 0; n < 40000; n++) {
        uint64_t bits = chance_draw(key, n);
        bool grow = (n / (4 * mixes[_i].most)) % 2 == 0 ? bits % 4 != 0 : bits % 4 == 0;
        if (model->count < mixes[_i].most && (grow || model->count == 0))
            push_both(&queue, model, bits / 4 % mixes[_i].span, n);
        else if (model->count > 0)
            pop_both(&queue, model);
    }
    while (model->count > 0)
        pop_both(&queue, model);
    ck_assert(!queue_pop(&queue, &(struct moment){0}, &(struct event){0}));
    queue_close(&queue);
    free(model);
}
END_TEST

START_TEST(an_order_taken_early_is_kept_at_one_instant)
{
    struct queue queue = {0};
    struct moment moment;
    struct event event;
    struct moment early = {7, queue_order(&queue)};
    queue_push(&queue, 7, (struct event){.number = 2});
    queue_push_at(&queue, early, (struct event){.number = 1});
    ck_assert(queue_pop(&queue, &moment, &event));
    ck_assert_uint_eq(event.number, 1);
    ck_assert(queue_pop(&queue, &moment, &event));
    ck_assert_uint_eq(event.number, 2);
    queue_close(&queue);
}
END_TEST

static void count(void *context, struct event *event)
{
    *(uint64_t *)context += event->number;
}

START_TEST(clearing_hands_over_each_event_once_and_begins_orders_anew)
{
    struct queue queue = {0};
    uint64_t sum = 0;
    for (uint64_t n = 1; n <= 100; n++)
        queue_push(&queue, n, (struct event){.number = n});
    ck_assert(queue_pop(&queue, &(struct moment){0}, &(struct event){0}));
    queue_clear(&queue, count, &sum);
    ck_assert_uint_eq(sum, 5050 - 1);
    ck_assert_uint_eq(queue_push(&queue, 5, (struct event){0}).order, 0);
    queue_close(&queue);
}
END_TEST

Suite *suite_queue(void)
{
    Suite *suite = suite_create("queue");
    TCase *tests = tcase_create("queue");
    tcase_add_loop_test(tests, any_mix_of_times_pops_in_order, 0, (int)countof(mixes));
    tcase_add_test(tests, an_order_taken_early_is_kept_at_one_instant);
    tcase_add_test(tests, clearing_hands_over_each_event_once_and_begins_orders_anew);
    suite_add_tcase(suite, tests);
    return suite;
}
