#include "sim/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* The program's one variable: a signal handler can be told nothing else. */
static volatile sig_atomic_t caught;

static void note(int number)
{
    caught = number;
}

/* The status that a shell gives a program that a signal ended. */
static void end(int number)
{
    _exit(128 + number);
}

static void handle(void (*handler)(int number))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void interrupt_ends(void)
{
    handle(end);
}

void interrupt_watch(void)
{
    handle(note);
}

int interrupt_signal(void)
{
    return caught;
}
