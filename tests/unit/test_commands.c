/*
 * test_commands: command lines and what the table makes of them; and that chat stays on this machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "ctl/chat.h"
#include "ctl/commands.h"

enum { WORDS_MAX = 12 };

/* Splits at blanks; a _ within a word stands for a blank. */
static int split(char *line, char **words)
{
    int count = 0;

    for (char *at = line; *at != '\0';) {
        words[count++] = at;
        at += strcspn(at, " ");
        if (*at == ' ')
            *at++ = '\0';
        for (char *c = words[count - 1]; *c != '\0'; c++)
            if (*c == '_')
                *c = ' ';
    }
    return count;
}

struct typed {
    char line[200];
    char *words[WORDS_MAX];
    struct parsed parsed;
    struct error error;
};

static int parse(struct typed *typed, const char *line)
{
    memset(typed, 0, sizeof *typed);
    snprintf(typed->line, sizeof typed->line, "frontdesk%s%s", line[0] != '\0' ? " " : "", line);
    return command_parse(commands, split(typed->line, typed->words), typed->words, &typed->parsed,
                         &typed->error);
}

static void understands(void **state)
{
    static const struct {
        const char *line, *pattern, *first, *second;
    } cases[] = {
        { "status", "status", NULL, NULL },
        { "statu", "status", NULL, NULL },
        { "stats", "stats", NULL, NULL },
        { "s", NULL, NULL, NULL },
        { "sa 3 hello", "say CONVERSATION TEXT...", "3", "hello" },
        { "o l", "outbox list", NULL, NULL },
        { "why ana", "why MESSAGE|USER", "ana", NULL },
        { "outbox sh 12", "outbox show ID", "12", NULL },
        { "webh re 4", "webhooks replay ID", "4", NULL },
        { "rules check", "rules check [DIR]", NULL, NULL },
        { "rules check ./shop", "rules check [DIR]", "./shop", NULL },
        { "ru tr where is it?", "rules try TEXT...", "where is it?", NULL },
        { "say ana I am_here", "say CONVERSATION TEXT...", "ana", "I am here" },
        { "say ana -- --json", "say CONVERSATION TEXT...", "ana", "--json" },
        { "--json tr +82_10", "transcript CONVERSATION", "+82 10", NULL },
        { "rules diff", "rules diff [FROM] [TO]", NULL, NULL },
        { "rules di 3 ./draft", "rules diff [FROM] [TO]", "3", "./draft" },
        { "rules hist --limit 3", "rules history", NULL, NULL },
        { "rules rollb 3", "rules rollback N", "3", NULL },
        { "rules rep ./draft --until today", "rules replay DIR", "./draft", NULL },
        { "take status", "take CONVERSATION", "status", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct typed typed;

        assert_int_equal(parse(&typed, cases[i].line), cases[i].pattern != NULL ? 0 : -1);
        if (cases[i].pattern != NULL) {
            assert_string_equal(typed.parsed.command->pattern, cases[i].pattern);
            if (cases[i].first != NULL)
                assert_string_equal(typed.parsed.holes[0], cases[i].first);
            else
                assert_null(typed.parsed.holes[0]);
            if (cases[i].second != NULL)
                assert_string_equal(typed.parsed.holes[1], cases[i].second);
        }
        parsed_release(&typed.parsed);
    }
}

/* A sentence that tells what could stand there. */
static void refuses(void **state)
{
    static const struct {
        const char *line, *sentence;
    } cases[] = {
        { "frobnicate", "there is no command \"frobnicate\"; frontdesk help lists all of them" },
        { "help frobnicate", "there is no command \"frobnicate\"; frontdesk help lists all of them" },
        { "statsu", "there is no command \"statsu\"; did you mean \"frontdesk status\"?" },
        { "statsu --help", "there is no command \"statsu\"; did you mean \"frontdesk status\"?" },
        { "trnascript ana", "there is no command \"trnascript\"; did you mean \"frontdesk transcript\"?" },
        { "convs", "there is no command \"convs\"; did you mean \"frontdesk conversations\"?" },
        { "rollback 3", "there is no command \"rollback\"; did you mean \"frontdesk rules rollback\"?" },
        { "show 3", "there is no command \"show\"; did you mean \"frontdesk outbox show\" or \"frontdesk webhooks show\"" },
        { "outbox", "\"frontdesk outbox\" is not complete: next comes list, show, retry, drop; more is told by frontdesk outbox --help" },
        { "outbox lst", "\"frontdesk outbox\" has no \"lst\"; did you mean \"frontdesk outbox list\"?" },
        { "help outbox lst", "\"frontdesk outbox\" has no \"lst\"; did you mean \"frontdesk outbox list\"?" },
        { "outbox everything", "\"frontdesk outbox\" has no \"everything\": it has list, show, retry, drop" },
        { "--limit 3", "--limit belongs behind a command; frontdesk help lists them" },
        { "st", "\"st\" could be status, stats" },
        { "c", "\"c\" could be conversations, chat, close" },
        { "ru l", "\"l\" could be load, list" },
        { "why", "\"frontdesk why\" is not complete: next comes MESSAGE|USER" },
        { "outbox show x", "ID is a number, and \"x\" is none" },
        { "outbox show 99999999999999999999", "ID is a number, and \"99999999999999999999\" is none" },
        { "rules rollback", "\"frontdesk rules rollback\" is not complete: next comes N" },
        { "rules rollback -1", "N is a number, and \"-1\" is none" },
        { "rules history --until today", "--until does not belong to \"frontdesk rules history\"" },
        { "outbox show -1", "ID is a number, and \"-1\" is none" },
        { "status now", "\"now\" is too much: \"frontdesk status\" ends there" },
        { "status --owner bot", "--owner does not belong to \"frontdesk status\"" },
        { "conversations --ownr bot", "there is no option --ownr; did you mean --owner?" },
        { "conversations --s today", "--s could be --since, --state, --script, --strict" },
        { "conversations --owner", "--owner wants a value: --owner OWNER" },
        { "status --json=1", "--json takes no value" },
        { "status --csv", "--csv is for lists, and \"frontdesk status\" is none; it has --json" },
        { "outbox list --csv --json", "--csv and --json exclude each other" },
        { "transcript ana --html --json", "--json and --html exclude each other" },
        { "outbox list --html", "--html does not belong to \"frontdesk outbox list\"" },
        { "", NULL },
    };

    (void)state;
    for (size_t i = 0; cases[i].sentence != NULL; i++) {
        struct typed typed;

        assert_int_equal(parse(&typed, cases[i].line), -1);
        if (strncmp(typed.error.text, cases[i].sentence, strlen(cases[i].sentence)) != 0)
            fail_msg("%s: %s", cases[i].line, typed.error.text);
        parsed_release(&typed.parsed);
    }
}

static void takes_options_anywhere(void **state)
{
    struct typed typed;

    (void)state;
    assert_int_equal(parse(&typed, "--lim=5 conversations --rule hours --rules ./shop --since 2_hours --json"),
                     0);
    assert_string_equal(typed.parsed.options[OPTION_LIMIT], "5");
    assert_string_equal(typed.parsed.options[OPTION_RULE], "hours");
    assert_string_equal(typed.parsed.options[OPTION_RULES], "./shop");
    assert_string_equal(typed.parsed.options[OPTION_SINCE], "2 hours");
    assert_non_null(typed.parsed.options[OPTION_JSON]);
    assert_null(typed.parsed.options[OPTION_CSV]);
    parsed_release(&typed.parsed);
}

/* The table itself: every command is reached by its own words, and has help. */
static void every_command_is_reachable(void **state)
{
    (void)state;
    for (const struct command *command = commands; command->pattern != NULL; command++) {
        char line[120] = "";
        struct typed typed;
        struct buf help = { 0 };

        for (const char *at = command->pattern; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
            bool is_hole = *at < 'a';

            snprintf(line + strlen(line), sizeof line - strlen(line), "%s%.*s",
                     at == command->pattern ? "" : " ", is_hole ? 1 : (int)strcspn(at, " "),
                     is_hole ? "7" : at);
        }
        assert_int_equal(parse(&typed, line), 0);
        assert_ptr_equal(typed.parsed.command, command);
        assert_non_null(command->run);
        assert_int_equal(
            command_help(commands, (const char *const *)typed.words + 1, typed.parsed.word_count, 80, &help), 1);
        assert_non_null(strstr(buf_text(&help), command->pattern));
        assert_non_null(strstr(buf_text(&help), command->help));
        buf_release(&help);
        parsed_release(&typed.parsed);
    }
}

/* Of the lines that are not indented. */
static size_t longest_sentence(const char *help)
{
    size_t longest = 0;

    for (size_t len; *help != '\0'; help += len + (help[len] == '\n')) {
        len = strcspn(help, "\n");
        if (*help != ' ' && len > longest)
            longest = len;
    }
    return longest;
}

/* Nobody counts the columns of his terminal: sentences fit it, and what is to be typed stays in one line. */
static void helps(void **state)
{
    struct typed typed;
    struct buf help = { 0 };

    (void)state;
    assert_int_equal(parse(&typed, "help outbox"), 0);
    assert_null(typed.parsed.command);
    assert_non_null(typed.parsed.options[OPTION_HELP]);
    assert_int_equal(command_help(commands, typed.parsed.words, typed.parsed.word_count, 80, &help), 4);
    parsed_release(&typed.parsed);
    buf_clear(&help);
    assert_int_equal(parse(&typed, "help conversations"), 0);
    for (size_t columns = 40; columns <= 80; columns += 40) {
        assert_int_equal(command_help(commands, typed.parsed.words, typed.parsed.word_count, columns, &help), 1);
        assert_in_range(longest_sentence(buf_text(&help)), columns - 15, columns);
        assert_non_null(strstr(buf_text(&help), "\n  frontdesk conversations --since today --unanswered\n"));
        buf_clear(&help);
    }
    parsed_release(&typed.parsed);
    assert_int_equal(parse(&typed, "help help"), 0);
    assert_int_equal(typed.parsed.word_count, 0); /* all of it */
    parsed_release(&typed.parsed);
    buf_release(&help);
}

static void chat_stays_here(void **state)
{
    static const struct {
        const char *url;
        bool is_here;
    } cases[] = {
        { "http://127.0.0.1:9001", true },
        { "http://127.8.9.1/", true },
        { "http://localhost:9001/", true },
        { "http://[::1]:9001", true },
        { "http://localhost", true },
        { "https://rest.iad-01.braze.com", false },
        { "http://rest.iad-01.braze.com", false },
        { "http://127.0.0.1.evil.example", false },
        { "http://localhost.evil.example", false },
        { "http://127.0.0.1@evil.example", false },
        { "http://localhost:80@evil.example", false },
        { "http://127.evil.example", false },
        { "http://[::1]evil.example", false },
        { "http://[::2]:80", false },
        { "http://10.0.0.1", false },
        { "https://127.0.0.1", false },
        { "127.0.0.1:9001", false },
        { "http://", false },
        { "", false },
        { "http://127.0.0.1\\@evil.example", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (chat_is_loopback(cases[i].url) != cases[i].is_here)
            fail_msg("%s", cases[i].url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understands),
        cmocka_unit_test(refuses),
        cmocka_unit_test(takes_options_anywhere),
        cmocka_unit_test(every_command_is_reachable),
        cmocka_unit_test(helps),
        cmocka_unit_test(chat_stays_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
