/* raftsim: one word says what to do, the command's own flags say how. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/base.h"
#include "sim/command.h"
#include "sim/interrupt.h"
#include "sim/suggest.h"

static void print_help(FILE *out)
{
    fputs("usage: raftsim COMMAND [ARGUMENTS]\n\n"
          "Simulates leader elections: seeded, checked, measured.\n\ncommands:\n",
          out);
    for (size_t i = 0; i < command_count(); i++)
        fprintf(out, "  %-10s %s\n", command_at(i)->name, command_at(i)->help);
    fputs("\nraftsim COMMAND --help explains one. First steps:\n"
          "  raftsim run scenarios/split-vote.json\n"
          "  raftsim new --preset etcd-3.5 --nodes 5 > mine.json\n",
          out);
}

static int unknown(const char *word)
{
    struct suggestion suggestion = {.word = word};
    for (size_t i = 0; i < command_count(); i++)
        suggest_try(&suggestion, command_at(i)->name);
    fprintf(stderr, "raftsim: no command is called '%.60s'%s\n", word,
            suggest_hint(&suggestion).text);
    return STATUS_USAGE;
}

static int obey(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    bool help = strcmp(word, "help") == 0;
    if (argc < 2) {
        print_help(stderr);
        return STATUS_USAGE;
    }
    if (strcmp(word, "--version") == 0) {
        puts("raftsim " RAFTSIM_VERSION);
        return STATUS_HELD;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || (help && argc == 2)) {
        print_help(stdout);
        return STATUS_HELD;
    }
    const struct command *command = command_find(help ? argv[2] : word);
    if (!command)
        return unknown(help ? argv[2] : word);
    char flag[] = "--help", *explain[] = {argv[0], flag, NULL};
    if (help)
        return command->run(2, explain);
    argv[1] = argv[0];
    return command->run(argc - 1, argv + 1);
}

/* What could not be said was not done: a full disk or a closed pipe is told by the exit status. */
int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    interrupt_ends();
    int status = obey(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fputs("raftsim: the output cannot be written\n", stderr);
    return STATUS_OUTPUT;
}
