#define _GNU_SOURCE /* sched_getaffinity: a container may allow fewer processors than there are */
#include "sim/workers.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/interrupt.h"

enum {
    AHEAD_MAX = 256,     /* jobs that a worker may be given before it answers */
    FLUSH_SIZE = 1 << 16 /* a worker answers when so much is ready, or when it has no more to do */
};
#define TICK_NS (100 * NS_PER_MS)
#define GRACE_NS NS_PER_S

/* Before each result. */
struct frame {
    uint64_t job, size;
};

struct worker {
    pid_t pid;    /* 0: none */
    int to, from; /* pipes, seen from the parent */
    uint64_t given[AHEAD_MAX];
    uint32_t count; /* given and not answered, the oldest first */
    uint32_t ahead;
    bool alone; /* what it was given is done alone: no more until then */
    uint64_t asked_ns;
    struct bytes inbox; /* the beginning of a result */
};

struct crew {
    const struct workers *plan;
    struct worker *workers;
    uint32_t count;
    uint64_t next, ended;
    uint64_t *again; /* jobs whose worker died with others under way: done once more, each alone */
    size_t again_count, again_room;
    uint64_t tick_ns, stop_ns; /* stop_ns 0: goes on */
};

void bytes_add(struct bytes *bytes, const void *data, size_t size)
{
    bytes->data = make_room(bytes->data, &bytes->room, bytes->size + size, 1);
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

uint32_t workers_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set) > 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* ---- in a worker ---- */

/* Without its parent a worker has nobody to work for. */
static void send_all(int to, struct bytes *out)
{
    for (size_t done = 0; done < out->size;) {
        ssize_t sent = write(to, out->data + done, out->size - done);
        if (sent < 0 && errno != EINTR)
            _exit(1);
        done += sent > 0 ? (size_t)sent : 0;
    }
    out->size = 0;
}

static bool more_waits(int from)
{
    struct pollfd ready = {.fd = from, .events = POLLIN};
    return poll(&ready, 1, 0) == 1 && ready.revents & POLLIN;
}

static bool receive_job(int from, uint64_t *job)
{
    for (;;) {
        ssize_t got = read(from, job, sizeof *job);
        if (got == sizeof *job)
            return true;
        if (got >= 0 || errno != EINTR)
            return false;
    }
}

static void do_jobs(const struct workers *plan, int from, int to)
{
    void *state = plan->open ? plan->open(plan->context) : NULL;
    struct bytes out = {0};
    uint64_t job;
    while (receive_job(from, &job)) {
        if (out.size > 0 && plan->apart && plan->apart(plan->context, job))
            send_all(to, &out);
        size_t at = out.size;
        bytes_add(&out, &(struct frame){.job = job}, sizeof(struct frame));
        plan->work(plan->context, state, job, &out);
        struct frame frame = {job, out.size - at - sizeof frame};
        memcpy(out.data + at, &frame, sizeof frame);
        if (out.size >= FLUSH_SIZE || !more_waits(from))
            send_all(to, &out);
    }
    _exit(0);
}

/* ---- in the parent ---- */

/* A new worker must not hold the pipes of the others open: they would outlive the parent. */
static void be_worker(struct crew *crew, int from, int to)
{
    for (uint32_t i = 0; i < crew->count; i++)
        if (crew->workers[i].pid) {
            close(crew->workers[i].to);
            close(crew->workers[i].from);
        }
    signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the parent decides */
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    do_jobs(crew->plan, from, to);
}

static void start(struct crew *crew, struct worker *worker)
{
    int down[2], up[2];
    bool piped = pipe(down) == 0 && pipe(up) == 0;
    must(piped);
    fflush(NULL);
    worker->pid = fork();
    must(worker->pid >= 0);
    if (worker->pid == 0) {
        close(down[1]);
        close(up[0]);
        be_worker(crew, down[0], up[1]);
    }
    close(down[0]);
    close(up[1]);
    worker->to = down[1];
    worker->from = up[0];
    worker->count = 0;
    worker->ahead = 1;
    worker->inbox.size = 0;
}

static void give(struct worker *worker, uint64_t job)
{
    worker->given[worker->count++] = job;
    ssize_t sent = write(worker->to, &job, sizeof job);
    (void)sent; /* to a dead worker: its end is seen when its results are read */
    worker->asked_ns = wall_ns();
}

/* Jobs that are done again are done alone, so that the next death names its job. */
static void give_more(struct crew *crew, struct worker *worker)
{
    if (crew->again_count == 0 && crew->next == crew->plan->jobs)
        return;
    if (!worker->pid)
        start(crew, worker);
    worker->alone = worker->alone && worker->count > 0;
    if (worker->alone || worker->count > worker->ahead / 2)
        return;
    if (crew->again_count > 0) {
        worker->alone = worker->count == 0;
        if (worker->alone)
            give(worker, crew->again[--crew->again_count]);
        return;
    }
    while (worker->count < worker->ahead && crew->next < crew->plan->jobs)
        give(worker, crew->next++);
}

static void take_frame(struct crew *crew, struct worker *worker, const struct frame *frame,
                       unsigned char *data)
{
    must(worker->count > 0 && worker->given[0] == frame->job);
    struct bytes result = {.data = data, .size = (size_t)frame->size};
    crew->plan->take(crew->plan->context, frame->job, &result);
    memmove(worker->given, worker->given + 1, --worker->count * sizeof *worker->given);
    crew->ended++;
}

static void take_frames(struct crew *crew, struct worker *worker)
{
    struct bytes *inbox = &worker->inbox;
    struct frame frame;
    size_t at = 0;
    while (inbox->size - at >= sizeof frame) {
        memcpy(&frame, inbox->data + at, sizeof frame);
        if (inbox->size - at - sizeof frame < frame.size)
            break;
        take_frame(crew, worker, &frame, inbox->data + at + sizeof frame);
        at += sizeof frame + (size_t)frame.size;
    }
    memmove(inbox->data, inbox->data + at, inbox->size - at);
    inbox->size -= at;
}

static void bury(struct crew *crew, struct worker *worker)
{
    int status = 0;
    char why[48];
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(worker->to);
    close(worker->from);
    worker->pid = 0;
    if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "signal %d", WTERMSIG(status));
    else
        snprintf(why, sizeof why, "exit status %d", WEXITSTATUS(status));
    if (worker->count == 1) {
        crew->plan->lost(crew->plan->context, worker->given[0], why);
        crew->ended++;
        return;
    }
    for (uint32_t i = worker->count; i-- > 0;) {
        crew->again =
            make_room(crew->again, &crew->again_room, crew->again_count + 1, sizeof *crew->again);
        crew->again[crew->again_count++] = worker->given[i];
    }
}

/* Whoever answers fast is given more at a time, so that pipes cost nothing beside the work. */
static void hear(struct crew *crew, struct worker *worker)
{
    unsigned char buffer[FLUSH_SIZE];
    ssize_t got = read(worker->from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR)
        return;
    if (got <= 0) {
        bury(crew, worker);
        return;
    }
    bytes_add(&worker->inbox, buffer, (size_t)got);
    take_frames(crew, worker);
    bool fast = wall_ns() - worker->asked_ns < 20 * NS_PER_MS;
    if (fast && worker->ahead < AHEAD_MAX)
        worker->ahead *= 2;
    else if (!fast && worker->ahead > 1)
        worker->ahead /= 2;
}

static void listen_to_all(struct crew *crew)
{
    struct pollfd *ready = allocate(crew->count, sizeof *ready);
    for (uint32_t i = 0; i < crew->count; i++)
        ready[i] = (struct pollfd){crew->workers[i].pid ? crew->workers[i].from : -1, POLLIN, 0};
    int any = poll(ready, crew->count, (int)(TICK_NS / NS_PER_MS));
    for (uint32_t i = 0; any > 0 && i < crew->count; i++)
        if (ready[i].revents)
            hear(crew, &crew->workers[i]);
    free(ready);
}

static void look_around(struct crew *crew)
{
    uint64_t now_ns = wall_ns();
    if (now_ns - crew->tick_ns >= TICK_NS) {
        crew->tick_ns = now_ns;
        bool enough = crew->plan->tick && crew->plan->tick(crew->plan->context) == WORKERS_ENOUGH;
        if (enough && !crew->stop_ns)
            crew->stop_ns = now_ns;
    }
    if (interrupt_signal() && !crew->stop_ns)
        crew->stop_ns = now_ns;
}

static bool goes_on(const struct crew *crew)
{
    bool under_way = false;
    for (uint32_t i = 0; i < crew->count; i++)
        under_way = under_way || crew->workers[i].count > 0;
    if (crew->stop_ns)
        return under_way && wall_ns() - crew->stop_ns < GRACE_NS;
    return crew->ended < crew->plan->jobs;
}

static void dismiss(struct crew *crew)
{
    for (uint32_t i = 0; i < crew->count; i++) {
        struct worker *worker = &crew->workers[i];
        if (worker->pid) {
            close(worker->to);
            close(worker->from);
            if (worker->count > 0)
                kill(worker->pid, SIGKILL);
            while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
                continue;
        }
        free(worker->inbox.data);
    }
    free(crew->workers);
    free(crew->again);
}

uint64_t workers_run(const struct workers *plan)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN}, before;
    struct crew crew = {.plan = plan, .count = plan->count ? plan->count : workers_processors()};
    if (crew.count > plan->jobs)
        crew.count = plan->jobs > 0 ? (uint32_t)plan->jobs : 1;
    crew.workers = allocate(crew.count, sizeof *crew.workers);
    crew.tick_ns = wall_ns();
    sigaction(SIGPIPE, &ignored, &before);
    while (goes_on(&crew)) {
        for (uint32_t i = 0; i < crew.count && !crew.stop_ns; i++)
            give_more(&crew, &crew.workers[i]);
        listen_to_all(&crew);
        look_around(&crew);
    }
    dismiss(&crew);
    sigaction(SIGPIPE, &before, NULL);
    return crew.ended;
}
