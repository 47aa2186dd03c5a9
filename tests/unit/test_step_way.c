/*
 * step: ways that lead back, and what is forgotten on them.
 */
#include "tests/unit/dialogue_says.h"

static const struct draft_flow REDO[] = {
    { .name = "redo",
      .steps = {
          { .name = "name", .say = "Name?", .ask = "text" },
          { .name = "day", .say = "Day?", .ask = "text" },
          { .name = "time", .say = "Time on {{ day }}?", .ask = "text" },
          { .name = "note", .say = "A note?", .ask = "text" },
          { .name = "seat", .say = "Seat at {{ time }}?", .ask = "choice", .choices = { { .label = "In" } } },
          { .name = "sure",
            .say = "All good?",
            .ask = "choice",
            .choices = { { "Yes", NULL, NULL, NULL }, { "Day", NULL, NULL, "day" }, { "Name", NULL, NULL, "name" } } },
          { .name = "end", .say = "{{ name }} {{ day }} {{ time }} {{ note }}" },
      } },
};

static void test_redo_forgets_what_quotes_a_forgotten_answer_and_no_more(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, REDO);
    enters(&d, "redo", NULL, "Name?");
    says(&d, "Ana", "Day?");
    says(&d, "friday", "Time on friday?");
    says(&d, "noon", "A note?");
    says(&d, "none", "Seat at noon? [In]");
    says(&d, "in", "All good? [Yes, Day, Name]");
    says(&d, "day", "Day?");
    holds(&d, "name", "Ana");
    holds(&d, "note", "none");
    holds(&d, "day", "");
    holds(&d, "time", "");
    holds(&d, "seat", ""); /* quotes the time, which quotes the day */
    says(&d, "monday", "Time on monday?");
    says(&d, "nine", "Seat at nine? [In]");       /* the note is known */
    says(&d, "in", "All good? [Yes, Day, Name]"); /* asked again, or it would go round for ever */
    says(&d, "name", "Name?");
    says(&d, "Bo", "All good? [Yes, Day, Name]");
    says(&d, "yes", "Bo monday nine none / (done)");
    dialogue_close(&d);
}

static void test_redo_forgets_later_questions_only_in_whatever_order_they_quote(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a", .say = "a{{ b }}?", .ask = "text" },
                     { .name = "b", .say = "b?", .ask = "text" },
                     { .name = "c", .say = "c{{ d }}?", .ask = "text" },
                     { .name = "d", .say = "d?", .ask = "choice", .choices = { { .label = "in {{ b }}" } } },
                     { .name = "e",
                       .say = "e?",
                       .ask = "text",
                       .branches = { { .only_if = "@e = 'redo'", .redo = "b" } } } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", "{'a':'1','b':'2','c':'3','d':'in 2'}", "e?");
    says(&d, "redo", "b?");
    holds(&d, "a", "1");
    holds(&d, "c", ""); /* quotes d, which stands behind it and offers b */
    holds(&d, "d", "");
    holds(&d, "e", "");
    dialogue_close(&d);
}

static void test_an_answer_that_is_passed_again_takes_its_way_again(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "c",
                       .say = "c?",
                       .ask = "choice",
                       .choices = { { .label = "Far", .next = "d" } } },
                     { .name = "never", .say = "Never." },
                     { .name = "d",
                       .say = "d?",
                       .ask = "text",
                       .branches = { { .only_if = "@again", .next = "end" } } },
                     { .name = "s", .sets = { { "d", "NULL" }, { "again", "1" } }, .next = "c" } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "c? [Far]");
    says(&d, "far", "d?");
    says(&d, "x", "d?");
    says(&d, "y", "<done f> / (done)");
    dialogue_close(&d);
}

static void test_an_answer_that_is_passed_again_must_still_be_accepted(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a",
                       .say = "a?",
                       .ask = "number",
                       .accept_if = "@most IS NULL OR @a <= @most" },
                     { .name = "s",
                       .sets = { { "most", "3" } },
                       .branches = { { .only_if = "@a > 3", .next = "a" } } },
                     { .name = "z", .say = "{{ a }}." } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "a?");
    says(&d, "5", "a?");
    is_unread(&d, "5");
    says(&d, "2", "2. / (done)");
    dialogue_close(&d);
}

static void test_a_question_that_is_put_anew_is_remembered_once_and_not_its_own_forerunner(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "z", .say = "z?", .ask = "text" },
                     { .name = "a", .say = "a?", .ask = "text" },
                     { .name = "s", .action = "flow", .target = "g", .next = "a" } } },
        { .name = "g", .steps = { { .name = "x", .sets = { { "a", "NULL" } } } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "z?");
    says(&d, "1", "a?");
    says(&d, "2", "a?");
    says(&d, "3", "a?");
    assert_int_equal(d.run.frames[0].asked_count, 2);
    says(&d, "back", "z?");
    dialogue_close(&d);
}

static void test_back_leads_to_the_question_before(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, REDO);
    enters(&d, "redo", "{'time':'noon'}", "Name?");
    says(&d, "back", "Name?"); /* there is none before */
    says(&d, "Ana", "Day?");
    says(&d, "friday", "A note?");
    says(&d, "none", "Seat at noon? [In]");
    says(&d, "Back!", "A note?");
    holds(&d, "note", "");
    says(&d, "back", "Day?"); /* the time was never asked for */
    holds(&d, "day", "");
    holds(&d, "time", ""); /* but it was for that day */
    says(&d, "back", "Name?");
    says(&d, "back", "Name?");
    says(&d, "Bo", "Day?");
    dialogue_close(&d);
}

static void test_a_choice_called_back_is_a_choice(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a", .say = "a?", .ask = "text" },
                     { .name = "c",
                       .say = "c?",
                       .ask = "choice",
                       .choices = { { .label = "Front" }, { .label = "Back", .next = "d" } } },
                     { .name = "d", .say = "The {{ c }}." } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "a?");
    says(&d, "x", "c? [Front, Back]");
    says(&d, "back", "The Back. / (done)");
    dialogue_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redo_forgets_what_quotes_a_forgotten_answer_and_no_more),
        cmocka_unit_test(test_redo_forgets_later_questions_only_in_whatever_order_they_quote),
        cmocka_unit_test(test_an_answer_that_is_passed_again_takes_its_way_again),
        cmocka_unit_test(test_an_answer_that_is_passed_again_must_still_be_accepted),
        cmocka_unit_test(test_a_question_that_is_put_anew_is_remembered_once_and_not_its_own_forerunner),
        cmocka_unit_test(test_back_leads_to_the_question_before),
        cmocka_unit_test(test_a_choice_called_back_is_a_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
