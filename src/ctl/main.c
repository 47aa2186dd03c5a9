/*
 * frontdesk: the admin's command line.
 *
 * main finds out where it writes to (a terminal? colours?), has the words understood by the table, and runs
 * the command. It is the one place of ctl that writes to stdout and stderr.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ctl/call.h"
#include "ctl/commands.h"
#include "ctl/complete.h"
#include "ctl/complete_names.h"
#include "ctl/pager.h"

#ifndef FRONTDESK_VERSION
#define FRONTDESK_VERSION "0.1.0"
#endif

static void put(void *context, const char *bytes, size_t len)
{
    struct pager *pager = context;

    if (pager->program != NULL) {
        buf_add(&pager->text, bytes, len);
        return;
    }
    fwrite(bytes, 1, len, stdout);
    fflush(stdout);
}

static bool is_lost(void *context)
{
    (void)context;
    return ferror(stdout) != 0;
}

static void talk(void *context, const char *bytes, size_t len)
{
    struct pager *pager = context;

    if (pager->program != NULL)
        buf_add(&pager->talk, bytes, len);
    else
        fwrite(bytes, 1, len, stderr);
}

/* Also while the rest is gathered for a pager. */
static void hint(void *context, const char *bytes, size_t len)
{
    (void)context;
    fwrite(bytes, 1, len, stderr);
}

static void measure_terminal(size_t *rows, size_t *columns)
{
    struct winsize size = { 0 };
    bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;

    *columns = is_known && size.ws_col > 0 ? size.ws_col : 80;
    *rows = is_known && size.ws_row > 0 ? size.ws_row : 24;
}

static bool wants_colour(void)
{
    const char *refusal = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return (refusal == NULL || refusal[0] == '\0') && terminal != NULL && terminal[0] != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

static struct output_place find_place(struct pager *pager)
{
    bool is_terminal = isatty(STDOUT_FILENO);
    struct stat file;
    size_t rows, columns;

    measure_terminal(&rows, &columns);
    return (struct output_place){ .put = put,
                                  .talk = talk,
                                  .hint = hint,
                                  .is_lost = is_lost,
                                  .context = pager,
                                  .is_terminal = is_terminal,
                                  .is_file = fstat(STDOUT_FILENO, &file) == 0 && S_ISREG(file.st_mode) && file.st_size == 0,
                                  .has_colour = is_terminal && wants_colour(),
                                  .columns = columns };
}

/* Such a document could never be closed. */
static bool is_endless(const struct parsed *parsed)
{
    return parsed->options[OPTION_FOLLOW] != NULL || (parsed->command != NULL && parsed->command->run == command_follow);
}

static enum output_form form_of(const struct parsed *parsed)
{
    if (parsed->options[OPTION_JSON] != NULL)
        return is_endless(parsed) ? OUTPUT_JSON_LINES : OUTPUT_JSON;
    if (parsed->options[OPTION_CSV] != NULL)
        return OUTPUT_CSV;
    return parsed->options[OPTION_HTML] != NULL ? OUTPUT_HTML : OUTPUT_TEXT;
}

static const char WELCOME[] = "frontdesk answers what your customers write, and lets you see how.\n"
                              "\n"
                              "  frontdesk status                how things are, and what needs you\n"
                              "  frontdesk conversations         who wrote\n"
                              "  frontdesk transcript anna       what was said with anna\n"
                              "  frontdesk rules try 'hello'     what would be answered to this text\n"
                              "  frontdesk chat                  be a customer, here in the terminal\n"
                              "\n"
                              "All commands: frontdesk --help. One of them: frontdesk outbox --help.\n";

static void tell_as_json(const struct output_place *place, const char *noun, const char *text)
{
    struct output *output = output_new(OUTPUT_JSON, place);

    output_document(output, noun, text);
    output_end(output);
}

/* Who asks for JSON is a program, and not to be welcomed. */
static int refuse_as_json(const struct output_place *place)
{
    struct output *output = output_new(OUTPUT_JSON, place);

    output_note(output, NOTE_FAILURE, "there is no command: frontdesk --help lists them all");
    output_end(output);
    return EXIT_USAGE;
}

/* Without a command: the welcome, the version, or help. */
static int tell(const struct parsed *parsed, const struct output_place *place)
{
    bool is_version = parsed->options[OPTION_VERSION] != NULL, is_json = parsed->options[OPTION_JSON] != NULL;
    struct buf text = { 0 };
    int code = EXIT_DONE;

    if (is_json && !is_version && parsed->options[OPTION_HELP] == NULL)
        return refuse_as_json(place);
    if (is_version) {
        buf_add_text(&text, "frontdesk " FRONTDESK_VERSION "\n");
    } else if (parsed->options[OPTION_HELP] == NULL) {
        buf_add_text(&text, WELCOME);
        code = EXIT_USAGE;
    } else {
        command_help(commands, parsed->words, parsed->word_count, place->columns, &text);
    }
    if (code == EXIT_DONE && is_json)
        tell_as_json(place, is_version ? "version" : "help", is_version ? FRONTDESK_VERSION : buf_text(&text));
    else
        (code == EXIT_DONE ? place->put : place->talk)(place->context, text.data, text.len);
    buf_release(&text);
    return code;
}

static void end_pager(struct pager *pager)
{
    size_t rows, columns;

    if (pager->program == NULL)
        return;
    measure_terminal(&rows, &columns);
    pager_end(pager, rows, columns);
}

static int run(const struct parsed *parsed, struct output *output)
{
    struct error error = { 0 };
    struct call call;
    int code;

    if (call_init(&call, parsed, output, clock_wall_ms(), &error) != 0)
        code = call_fail(&call, EXIT_FAILED, "%s", error.text);
    else
        code = parsed->command->run(&call);
    call_release(&call);
    return code;
}

/* A full disk or a closed pipe behind stdout is a failure that scripts must see. */
static int check_stdout(int code)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE) {
        /* Whoever closed the pipe has seen enough: `frontdesk status | head`. */
        if (errno == EPIPE)
            return EXIT_FAILED;
        fprintf(stderr, "frontdesk: what was asked for could not be written: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    return code;
}

/*
 * "frontdesk complete -- WORD...": for the scripts of `frontdesk completion`. No command of the table, since its words are
 * any words, half of one included. Whatever is wrong, it says nothing and ends well.
 */
static int complete(int argc, char **argv, const struct output_place *place)
{
    const char *const *words = (const char *const *)argv + 3;
    size_t count = argc > 3 ? (size_t)argc - 3 : 0;
    struct output *output = output_new(OUTPUT_TEXT, place);
    struct parsed parsed = { 0 };
    struct error error = { 0 };
    struct buf text = { 0 };
    struct call call;

    complete_options(words, count, parsed.options);
    if (call_init(&call, &parsed, output, clock_wall_ms(), &error) == 0)
        complete_words(commands, words, count, complete_names_of_book, &call, &text);
    call_release(&call);
    place->put(place->context, text.data, text.len);
    buf_release(&text);
    output_end(output);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct pager pager = { 0 };
    struct output_place place = find_place(&pager);
    struct error error = { 0 };
    struct parsed parsed;
    struct output *output;
    int code;

    /* A reader that goes away (head, less) must not kill us within an act. */
    signal(SIGPIPE, SIG_IGN);
    log_open(LEVEL_ERROR, STDERR_FILENO);
    if (argc > 2 && strcmp(argv[1], "complete") == 0 && strcmp(argv[2], "--") == 0)
        return check_stdout(complete(argc, argv, &place));
    code = command_parse(commands, argc, argv, &parsed, &error) == 0 ? EXIT_DONE : EXIT_USAGE;
    if (code == EXIT_DONE)
        pager_init(&pager, &parsed, place.is_terminal);
    if (code == EXIT_DONE && parsed.command == NULL) {
        code = tell(&parsed, &place);
    } else {
        output = output_new(form_of(&parsed), &place);
        if (code == EXIT_DONE)
            code = run(&parsed, output);
        else
            output_note(output, NOTE_FAILURE, "%s", error.text);
        output_end(output);
    }
    end_pager(&pager);
    parsed_release(&parsed);
    return check_stdout(code);
}
