/*
 * test_complete: what a shell is offered for the word under the cursor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/commands.h"
#include "ctl/complete.h"

/* Customers of a book, one of them hostile. */
static void give_names(void *context, const char *kind, size_t kind_len, struct complete *complete)
{
    (void)context;
    if (kind_len == 12 && memcmp(kind, "CONVERSATION", kind_len) == 0) {
        complete_offer(complete, "ana", "Ana");
        complete_offer(complete, "anton 2", "An\ttab");
        complete_offer(complete, "an\x1b]52;c;eA==\x07", "evil");
        complete_offer(complete, "an\nsecond line", "evil");
        complete_offer(complete, "an\xe2\x80\xae" "right to left", "evil");
        complete_offer(complete, "an\xff", "evil");
        complete_offer(complete, ":files", "evil");
    }
}

/* The candidates of the command line, with blanks between them; its last word is under the cursor. */
static void offer(const char *line, struct buf *names)
{
    char copy[200];
    const char *words[20];
    size_t count = 0;
    struct buf out = { 0 };

    snprintf(copy, sizeof copy, "%s", line);
    for (char *at = copy; at != NULL;)
        words[count++] = strsep(&at, " ");
    complete_words(commands, words, count, give_names, NULL, &out);
    for (const char *at = buf_text(&out); *at != '\0';) {
        buf_addf(names, "%s%.*s", names->len > 0 ? "|" : "", (int)strcspn(at, "\t\n"), at);
        at += strcspn(at, "\n") + 1;
    }
    buf_release(&out);
}

static void words_options_and_values_are_offered_as_they_are_understood(void **state)
{
    static const struct {
        const char *line, *offered;
    } cases[] = {
        { "conv", "conversations" },
        { "hel", "help" },
        { "help conv", "conversations" },
        { "help rules ch", "check" },
        { "help take an", "" }, /* help is about take, and not about anybody */
        { "rules ch", "check" },
        { "ru ch", "check" },
        { "rules check ", ":folders" },
        { "rules nonsense ", "" },
        { "nonsense ", "" },
        { "take an", "ana|anton 2" },
        { "take an too", "" },
        { "conversations --ow", "--owner" },
        { "take --ow", "" },
        { "take --js", "--json" },
        { "conversations --owner a", "agent" },
        { "conversations --owner=", "--owner=bot|--owner=agent|--owner=closed" },
        { "init x --language ", "en|ko|es" },
        { "rules tell --language ", "en|ko" },
        { "--db ", ":files" },
        { "--db x conv", "conversations" },
        { "--db=x conv", "conversations" },
        { "say ana -- --ow", "" },
        { "rules explain se", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf names = { 0 };

        offer(cases[i].line, &names);
        if (strcmp(buf_text(&names), cases[i].offered) != 0)
            fail_msg("\"%s\": offered %s, not %s", cases[i].line, buf_text(&names), cases[i].offered);
        buf_release(&names);
    }
}

/* Else a script for a shell could be given a line that is none. */
static void nothing_that_a_terminal_would_obey_is_offered(void **state)
{
    struct buf names = { 0 };

    (void)state;
    offer("take ", &names);
    assert_string_equal(buf_text(&names), "ana|anton 2");
    buf_release(&names);
}

static void options_before_the_word_are_kept_for_finding_the_book(void **state)
{
    static const char *const WORDS[] = { "--db", "shop.db", "take", "--env=x.env", "--adm" };
    const char *options[OPTION_COUNT] = { NULL };

    (void)state;
    complete_options(WORDS, 5, options);
    assert_string_equal(options[OPTION_DB], "shop.db");
    assert_string_equal(options[OPTION_ENV], "x.env");
    assert_null(options[OPTION_ADMIN]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_options_and_values_are_offered_as_they_are_understood),
        cmocka_unit_test(nothing_that_a_terminal_would_obey_is_offered),
        cmocka_unit_test(options_before_the_word_are_kept_for_finding_the_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
