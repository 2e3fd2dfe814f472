#include "sim/flags.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "sim/command.h"
#include "sim/quantity.h"
#include "sim/run.h"
#include "sim/suggest.h"
#include "sim/text.h"

enum { FLAGS_MAX = 24, WORD_MAX = 24, HELP_COLUMN = 24, HELP_COLUMNS = 80 };

static size_t flag_count(const struct flag *flags)
{
    size_t count = 0;
    while (flags[count].name)
        count++;
    must(count < FLAGS_MAX);
    return count;
}

static bool is_letter(const struct flag *flag)
{
    return flag->name[1] == '\0';
}

static void print_help(const struct usage *usage)
{
    struct text text = {0};
    text_add(&text, "usage: raftsim %s%s%s [flags]\n\n", usage->command,
             *usage->operands ? " " : "", usage->operands);
    text_wrap(&text, 0, HELP_COLUMNS, usage->help);
    text_add(&text, "\n");
    for (const struct flag *flag = usage->flags; flag->name; flag++) {
        text_add(&text, "  %s%s%s%s", is_letter(flag) ? "-" : "--", flag->name,
                 flag->argument ? " " : "", flag->argument ? flag->argument : "");
        text_column(&text, HELP_COLUMN, 2);
        text_wrap(&text, HELP_COLUMN, HELP_COLUMNS, flag->help);
    }
    text_add(&text, "  --help");
    text_column(&text, HELP_COLUMN, 2);
    text_add(&text, "this text\n");
    if (usage->examples)
        text_add(&text, "\n%s", usage->examples);
    fputs(text_of(&text), stdout);
    text_close(&text);
}

static enum flags_end wrong(const struct usage *usage, const char *sentence)
{
    fprintf(stderr, "raftsim %s: %s (see: raftsim %s --help)\n", usage->command, sentence,
            usage->command);
    return FLAGS_WRONG;
}

static enum flags_end unknown_flag(const struct usage *usage, const char *word)
{
    const char *names[FLAGS_MAX];
    char bare[WORD_MAX];
    struct error error;
    size_t count = flag_count(usage->flags);
    for (size_t i = 0; i < count; i++)
        names[i] = usage->flags[i].name;
    word += strspn(word, "-");
    size_t size = strcspn(word, "=");
    snprintf(bare, sizeof bare, "%.*s", (int)(size < WORD_MAX ? size : WORD_MAX - 1), word);
    const char *nearest = nearest_of(bare, names, count);
    if (nearest)
        refuse(&error, "unknown flag --%s; did you mean --%s?", bare, nearest);
    else
        refuse(&error, "unknown flag %s%s", strlen(bare) > 1 ? "--" : "-", bare);
    return wrong(usage, error.text);
}

static enum flags_end take_one(const struct usage *usage, const struct flag *flag, void *into)
{
    struct error error = {{0}}, said;
    if (flag->take((char *)into + flag->offset, optarg, &error))
        return FLAGS_GO;
    refuse(&said, "--%s: %.300s", flag->name, error.text);
    return wrong(usage, said.text);
}

static enum flags_end check_operands(const struct usage *usage, uint32_t given, char **words)
{
    struct error error;
    if (given < usage->least)
        refuse(&error, "expected %s", usage->operands);
    else if (given > usage->most)
        refuse(&error, "unexpected word '%.200s'", words[usage->most]);
    else
        return FLAGS_GO;
    return wrong(usage, error.text);
}

/* One step of getopt_long. `choice`: what it returned. */
static enum flags_end meet(const struct usage *usage, int choice, char **argv, void *into)
{
    struct error error;
    if (choice == 'h') {
        print_help(usage);
        return FLAGS_HELPED;
    }
    if (choice == '?') {
        char letter[] = {'-', (char)optopt, '\0'};
        bool known = optopt > 0xff; /* a switch that was given an argument */
        if (!known)
            return unknown_flag(usage, optopt ? letter : argv[optind - 1]);
        refuse(&error, "--%s takes no argument", usage->flags[optopt - 0x100].name);
        return wrong(usage, error.text);
    }
    if (choice == ':') {
        refuse(&error, "%.200s needs an argument", argv[optind - 1]);
        return wrong(usage, error.text);
    }
    const struct flag *flag = usage->flags;
    while (choice < 0x100 && !(is_letter(flag) && *flag->name == choice))
        flag++;
    return take_one(usage, choice < 0x100 ? flag : &usage->flags[choice - 0x100], into);
}

enum flags_end flags_read(const struct usage *usage, int argc, char **argv, void *into,
                          int *operands)
{
    struct option options[FLAGS_MAX + 1] = {{0}};
    char letters[FLAGS_MAX + 3] = ":h";
    size_t count = flag_count(usage->flags), long_count = 0, letter_count = strlen(letters);
    for (size_t i = 0; i < count; i++) {
        const struct flag *flag = &usage->flags[i];
        if (is_letter(flag))
            letters[letter_count++] = *flag->name;
        else
            options[long_count++] = (struct option){
                .name = flag->name, .has_arg = flag->argument != NULL, .val = 0x100 + (int)i};
    }
    options[long_count] = (struct option){.name = "help", .val = 'h'};
    opterr = 0;
    optind = 0; /* glibc: begins anew */
    int choice;
    while ((choice = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        enum flags_end end = meet(usage, choice, argv, into);
        if (end != FLAGS_GO)
            return end;
    }
    *operands = optind;
    return check_operands(usage, (uint32_t)(argc - optind), argv + optind);
}

int flags_status(enum flags_end end)
{
    return end == FLAGS_WRONG ? STATUS_USAGE : STATUS_HELD;
}

int scenario_command(const struct scenario_command *command, int argc, char **argv)
{
    struct scenario scenario;
    struct error error;
    int operands, status = STATUS_USAGE;
    enum flags_end end = flags_read(command->usage, argc, argv, command->flags, &operands);
    if (end != FLAGS_GO)
        return flags_status(end);
    if (scenario_read(&scenario, argv[operands], command->settings, &error) &&
        expectations_check(&scenario, &error))
        status = command->work(argv[0], &scenario, command->flags);
    else
        fprintf(stderr, "%s\n", error.text);
    scenario_close(&scenario);
    return status;
}

bool take_switch(void *field, const char *argument, struct error *error)
{
    (void)argument, (void)error;
    *(bool *)field = true;
    return true;
}

bool take_text(void *field, const char *argument, struct error *error)
{
    if (!*argument)
        return refuse(error, "expected a text, got an empty one");
    *(const char **)field = argument;
    return true;
}

bool take_json(void *field, const char *argument, struct error *error)
{
    *(bool *)field = strcmp(argument, "json") == 0;
    return strcmp(argument, "json") == 0 || strcmp(argument, "text") == 0 ||
           refuse(error, "expected text or json, got '%.60s'", argument);
}

bool take_count(void *field, const char *argument, struct error *error)
{
    int64_t count;
    if (!whole_parse(argument, &count) || count < 1)
        return refuse(error, "expected a whole number of at least 1, got '%.60s'", argument);
    *(uint64_t *)field = (uint64_t)count;
    return true;
}

/* "1..10000" or "7". */
bool take_seeds(void *field, const char *argument, struct error *error)
{
    struct seeds_flag *flag = field;
    flag->given = seeds_parse(argument, &flag->first, &flag->last);
    return flag->given ||
           refuse(error, "expected seeds such as 1..10000, all below 2^53, got '%.60s'", argument);
}

bool take_seed(void *field, const char *argument, struct error *error)
{
    struct seed_flag *flag = field;
    flag->given = true;
    return seed_parse(argument, &flag->seed) ||
           refuse(error, "expected a number below 2^53 or a commit's hexadecimal id, got '%.60s'",
                  argument);
}

bool take_duration(void *field, const char *argument, struct error *error)
{
    uint64_t *ns = field;
    return (duration_parse(argument, ns) && *ns > 0) ||
           refuse(error, "expected a duration with its unit, such as 60s, got '%.60s'", argument);
}

uint64_t seed_of(const struct seed_flag *flag, const struct scenario *scenario)
{
    return flag->given ? flag->seed : scenario->seed;
}

struct seeds_flag range_of(const struct seeds_flag *flag, const struct scenario *scenario)
{
    if (flag->given)
        return *flag;
    if (scenario->seeds_given)
        return (struct seeds_flag){true, scenario->sweep_first, scenario->sweep_last};
    return (struct seeds_flag){true, 1, 1000};
}

bool take_setting(void *field, const char *argument, struct error *error)
{
    struct settings_flag *flag = field;
    const char *equals = strchr(argument, '=');
    if (!equals || equals == argument)
        return refuse(error, "expected PATH=VALUE, got '%.60s'", argument);
    if (flag->settings.count == SETTINGS_MAX)
        return refuse(error, "at most %d changes", SETTINGS_MAX);
    flag->items[flag->settings.count++] = argument;
    flag->settings.items = flag->items;
    return true;
}
