#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/command.h"
#include "sim/file.h"
#include "sim/flags.h"
#include "sim/plot.h"
#include "sim/text.h"

struct plot_flags {
    struct seed_flag seed;
    struct settings_flag settings;
    const char *folder;
};

static const struct flag flags[] = {
    {"seed", "N", "another seed than the scenario's", take_seed, offsetof(struct plot_flags, seed)},
    {"set", "PATH=VALUE", "changes a key of the scenario", take_setting,
     offsetof(struct plot_flags, settings)},
    {"out", "DIR", "where the files go (reports/out)", take_text,
     offsetof(struct plot_flags, folder)},
    {0},
};

static const struct usage usage = {
    .command = "plot",
    .operands = "FILE",
    .help = "Runs a scenario and draws it with gnuplot, as SVG and PNG: roles, faults and terms "
            "over time. The data and the .gp file are always left.",
    .flags = flags,
    .least = 1,
    .most = 1,
};

/* The scenario's name as one of a file: what means something to a folder or a shell is a '-'. */
static void add_file_name(struct text *text, const char *name)
{
    enum { BYTES_MAX = 100 };
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (; *name && text->count < BYTES_MAX; name++)
        text_bytes(text, strchr(plain, *name) ? name : "-", 1);
}

static bool write_part(const struct plot *plot, const char *folder, const char *ending,
                       struct error *error)
{
    struct file_out file = {0};
    struct text path = {0};
    text_add(&path, "%s/%s.%s", folder, plot->name, ending);
    bool ok = file_out_open(&file, text_of(&path), error);
    if (ok) {
        (strcmp(ending, "dat") == 0 ? plot_data : plot_script)(plot, file.stream);
        ok = file_out_keep(&file, error);
    }
    if (ok)
        printf("%s\n", text_of(&path));
    text_close(&path);
    return ok;
}

enum { NO_GNUPLOT = 127 };

/* Runs gnuplot in the folder, without a person's own settings; its exit status, or NO_GNUPLOT. */
static int run_gnuplot(const char *folder, const char *script)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (chdir(folder) == 0)
            execlp("gnuplot", "gnuplot", "-d", script, (char *)NULL);
        _exit(NO_GNUPLOT);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return 1;
    return WEXITSTATUS(status);
}

static void without_gnuplot(const char *folder, const char *script)
{
    struct text command = {0};
    text_add(&command, "cd ");
    text_shell(&command, folder);
    text_add(&command, " && gnuplot ");
    text_shell(&command, script);
    printf("gnuplot is not installed: the data and the .gp file are there, the pictures are "
           "not.\nOn Debian: apt-get install gnuplot-nox; then: %s\n",
           text_of(&command));
    text_close(&command);
}

static int draw(const struct plot *plot, const char *folder)
{
    struct text script = {0};
    text_add(&script, "./%s.gp", plot->name); /* a name may begin like a flag */
    int status = run_gnuplot(folder, text_of(&script));
    if (status == NO_GNUPLOT)
        without_gnuplot(folder, text_of(&script));
    else if (status != 0)
        fprintf(stderr, "raftsim plot: %s/%s.gp: gnuplot failed with status %d\n", folder,
                plot->name, status);
    else
        printf("%s/%s.svg\n%s/%s.png\n", folder, plot->name, folder, plot->name);
    text_close(&script);
    return status == 0 || status == NO_GNUPLOT ? STATUS_HELD : STATUS_OUTPUT;
}

static int write_and_draw(const struct report *report, const char *folder)
{
    struct text name = {0};
    struct error error;
    struct plot plot;
    int status = STATUS_OUTPUT;
    add_file_name(&name, report->run->scenario->name);
    text_add(&name, "-seed%" PRIu64, report->run->seed);
    plot_open(&plot, report, text_of(&name));
    if (directories_make(folder, &error) && write_part(&plot, folder, "dat", &error) &&
        write_part(&plot, folder, "gp", &error))
        status = draw(&plot, folder);
    else
        fprintf(stderr, "raftsim plot: %s\n", error.text);
    plot_close(&plot);
    text_close(&name);
    return status;
}

static int plot_scenario(const char *program, const struct scenario *scenario, const void *context)
{
    const struct plot_flags *given = context;
    struct run *run = run_new();
    struct strip *strip = strip_new();
    uint64_t seed = seed_of(&given->seed, scenario);
    struct report report = {.run = run,
                            .strip = strip,
                            .program = program,
                            .settings = &given->settings.settings,
                            .flags = ""};
    run_execute(run, scenario, seed,
                &(struct run_options){.subscribe = strip_open, .context = strip});
    int status = write_and_draw(&report, given->folder ? given->folder : "reports/out");
    strip_free(strip);
    run_free(run);
    return status;
}

static int command(int argc, char **argv)
{
    struct plot_flags given = {.seed = {0}};
    const struct scenario_command about = {&usage, &given, &given.settings.settings, plot_scenario};
    return scenario_command(&about, argc, argv);
}

const struct command command_plot = {
    .name = "plot",
    .help = "one run drawn with gnuplot: roles, faults and terms over time",
    .run = command,
};
