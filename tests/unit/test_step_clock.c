/*
 * step: what time does, and when it is to be called. Minutes are counted from when the dialogue was opened;
 * the customer's window closes after a day.
 */
#include "tests/unit/dialogue_says.h"

static const struct draft_flow CLOCK[] = {
    { .name = "talk",
      .title = "the talk",
      .expires_ms = 60 * MINUTE,
      .remind_ms = 40 * MINUTE,
      .steps = { { .name = "a", .say = "a?", .ask = "text" }, { .name = "b", .say = "b?", .ask = "text" } } },
    { .name = "words",
      .expires_ms = 60 * MINUTE,
      .expired = "Too late for {{ title }}.",
      .remind_ms = 40 * MINUTE,
      .reminder = "Still there?",
      .steps = { { .name = "c", .say = "c?", .ask = "choice", .choices = { { .label = "Yes" } } } } },
    { .name = "quick",
      .expires_ms = 60 * MINUTE,
      .steps = {
          { .name = "q",
            .say = "q?",
            .ask = "text",
            .timeout_ms = 10 * MINUTE,
            .branches = { { .say = "always" },
                          { .only_if = ":timed_out AND @vip", .say = "Too slow.", .next = "r" },
                          { .only_if = ":gave_up", .say = "never" } } },
          { .name = "r",
            .say = "r?",
            .retry = "r!",
            .ask = "text",
            .timeout_ms = 20 * MINUTE,
            .branches = { { .only_if = "1" } } },
      } },
    { .name = "dull",
      .expires_ms = 60 * MINUTE,
      .remind_ms = 60 * MINUTE,
      .steps = { { .name = "a", .say = "a?", .ask = "text" } } },
};

static void test_a_silent_customer_is_reminded_once_and_then_the_flow_expires(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "talk", NULL, "a?");
    assert_int_equal(due_in_minutes(&d), 40);
    sleeps(&d, 39);
    assert_int_equal(due_in_minutes(&d), 40); /* told again, since the caller has only this to go by */
    ticks(&d, 40, "<reminder the talk> / a?");
    assert_int_equal(due_in_minutes(&d), 60);
    sleeps(&d, 59);
    ticks(&d, 60, "<expired the talk> / (expired)");
    assert_int_equal(d.run.due_at, INT64_MAX);
    dialogue_close(&d);
}

static void test_every_word_of_the_customer_begins_a_new_silence(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "talk", NULL, "a?");
    ticks(&d, 40, "<reminder the talk> / a?");
    passes(&d, 50);
    says(&d, "x", "b?");
    assert_int_equal(due_in_minutes(&d), 90);
    ticks(&d, 90, "<reminder the talk> / b?");
    passes(&d, 100);
    says(&d, "back", "a?"); /* and so does a word that is no answer */
    assert_int_equal(due_in_minutes(&d), 140);
    passes(&d, 110);
    gets(&d, FLOW_RESUME, "<resume the talk> / a?");
    assert_int_equal(due_in_minutes(&d), 150);
    passes(&d, 120);
    gets(&d, FLOW_WRONG, "<gave_up the talk> / (gave_up)");
    dialogue_close(&d);
}

static void test_a_flow_may_have_words_of_its_own_for_both(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "words", NULL, "c? [Yes]");
    ticks(&d, 40, "Still there? [Yes]");
    ticks(&d, 60, "Too late for words. / (expired)");
    dialogue_close(&d);
}

static void test_a_reminder_that_the_end_follows_at_once_is_left_out(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "talk", NULL, "a?");
    ticks(&d, 70, "<expired the talk> / (expired)");
    enters(&d, "dull", NULL, "a?");
    ticks(&d, 130, "<expired dull> / (expired)");
    dialogue_close(&d);
}

static void test_outside_the_window_nothing_is_said(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    d.env.window_until = d.env.now + 40 * MINUTE; /* closes as the reminder falls due */
    enters(&d, "words", NULL, "c? [Yes]");
    ticks(&d, 40, "");
    assert_int_equal(due_in_minutes(&d), 60);
    sleeps(&d, 50); /* it counts as given */
    ticks(&d, 60, "(expired)");
    enters(&d, "talk", NULL, "a?");
    dialogue_draft(&d, CLOCK, 0);
    ticks(&d, 61, "(changed)");
    dialogue_close(&d);
}

static void test_a_question_that_times_out_takes_a_branch_that_asks_for_it(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "quick", NULL, "q?");
    assert_int_equal(due_in_minutes(&d), 10);
    sleeps(&d, 9);
    ticks(&d, 10, "Too slow. / r?");
    assert_int_equal(due_in_minutes(&d), 30); /* from when it was put */
    sleeps(&d, 29);
    ticks(&d, 30, "<expired quick> / (expired)"); /* no branch of it asks for :timed_out */
    dialogue_close(&d);
}

static void test_a_question_put_again_has_its_time_again(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    d.flows[2].retries = 1;
    enters(&d, "quick", "{'r':'known'}", "q?");
    passes(&d, 6);
    gets(&d, FLOW_WRONG, "<retry quick> / q?");
    assert_int_equal(due_in_minutes(&d), 16);
    dialogue_close(&d);
    OPEN(&d, CLOCK);
    d.flows[2].retries = 1;
    enters(&d, "quick", "{'q':'known'}", "always / r?");
    passes(&d, 6);
    gets(&d, FLOW_WRONG, "r!");
    assert_int_equal(due_in_minutes(&d), 26);
    dialogue_close(&d);
}

static void test_dates_are_dealt_with_in_the_order_of_their_times(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "quick", NULL, "q?");
    ticks(&d, 300, "Too slow. / r? / <expired quick> / (expired)"); /* a machine that slept */
    dialogue_close(&d);
}

static void test_of_two_dates_at_once_the_steps_own_goes_first(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    d.flows[2].expires_ms = 10 * MINUTE;
    enters(&d, "quick", NULL, "q?");
    ticks(&d, 10, "Too slow. / r? / <expired quick> / (expired)");
    dialogue_close(&d);
}

static void test_the_innermost_flow_says_how_long_is_waited(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "talk", NULL, "a?");
    enters(&d, "quick", NULL, "q?");
    assert_int_equal(due_in_minutes(&d), 10);
    ticks(&d, 10, "Too slow. / r?");
    ticks(&d, 30, "<expired quick> / (expired)"); /* with all that lies below */
    dialogue_close(&d);
}

static void test_a_call_whose_end_got_lost_is_taken_for_timed_out(void **state)
{
    (void)state;
    static const struct draft_service SERVICES[] = { { .name = "s", .url = "https://s.test/" } };
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .expires_ms = MINUTE,
          .steps = { { .name = "c",
                       .action = "call",
                       .target = "s",
                       .branches = { { .only_if = ":timed_out", .say = "Too slow.", .next = "end" } } } } },
    };
    struct dialogue d;
    OPEN_WITH(&d, FLOWS, SERVICES);
    enters(&d, "f", NULL, "call s#1 https://s.test/");
    assert_int_equal(d.run.due_at - d.env.now, 5000 + CALL_GRACE_MS);
    d.env.now += 5000 + CALL_GRACE_MS - 1;
    idles(&d, &(struct flow_input){ .kind = FLOW_CLOCK });
    d.env.now++;
    gets(&d, FLOW_CLOCK, "Too slow. / (done)");
    dialogue_close(&d);
}

static void test_rules_that_changed_are_noticed_at_once(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, CLOCK);
    enters(&d, "talk", NULL, "a?");
    dialogue_draft(&d, &CLOCK[1], 1);
    struct flow_input other = { .kind = FLOW_RESULT, .call = 7 };
    passes(&d, 5);
    idles(&d, &other);
    assert_int_equal(due_in_minutes(&d), 5);
    gets(&d, FLOW_CLOCK, "<changed talk> / (changed)");
    dialogue_close(&d);
}

/* Silence that a branch answers */

static const struct draft_flow NAG[] = {
    { .name = "nag",
      .retries = 9,
      .steps = { { .name = "q",
                   .say = "q?",
                   .ask = "number",
                   .timeout_ms = MINUTE,
                   .branches = { { .only_if = ":timed_out", .say = "Still there?", .redo = "q" } } },
                 { .name = "r",
                   .say = "r?",
                   .ask = "text",
                   .timeout_ms = MINUTE,
                   .branches = { { .only_if = ":timed_out", .next = "s" } } },
                 { .name = "s",
                   .say = "s?",
                   .ask = "text",
                   .timeout_ms = MINUTE,
                   .branches = { { .only_if = ":timed_out", .next = "r" } } } } },
    { .name = "short",
      .title = "short",
      .steps = { { .name = "q",
                   .say = "?",
                   .ask = "text",
                   .timeout_ms = MINUTE,
                   .branches = { { .only_if = ":timed_out", .say = "Never mind.", .next = "end" } } } } },
};

static void test_a_silent_customer_is_not_asked_for_ever(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, NAG);
    enters(&d, "nag", NULL, "q?");
    ticks(&d, 1, "Still there? / q?");
    ticks(&d, 2, "Still there? / q?");
    ticks(&d, 3, "Still there? / q?");
    ticks(&d, 4, "<expired nag> / (expired)"); /* as if there were no branch */
    enters(&d, "nag", "{'q':'4'}", "r?");
    ticks(&d, 5, "s?"); /* nor in a circle of questions */
    ticks(&d, 6, "r?");
    ticks(&d, 7, "s?");
    ticks(&d, 8, "<expired nag> / (expired)");
    dialogue_close(&d);
}

static void test_every_word_of_the_customer_lets_questions_time_out_again(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, NAG);
    enters(&d, "nag", NULL, "q?");
    for (int round = 0; round < 3; round++) {
        ticks(&d, 3 * round + 1, "Still there? / q?");
        ticks(&d, 3 * round + 2, "Still there? / q?");
        ticks(&d, 3 * round + 3, "Still there? / q?");
        errs(&d, "x", "<retry nag> / q?");
    }
    ticks(&d, 10, "Still there? / q?");
    says(&d, "4", "r?");
    ticks(&d, 11, "s?");
    ticks(&d, 12, "r?");
    ticks(&d, 13, "s?");
    ticks(&d, 14, "<expired nag> / (expired)");
    dialogue_close(&d);
}

static void test_a_flow_on_top_that_times_out_counts_for_the_silence_of_the_one_below(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, NAG);
    enters(&d, "nag", NULL, "q?");
    enters(&d, "short", NULL, "?");
    ticks(&d, 1, "Never mind. / <resume nag> / q?");
    ticks(&d, 2, "Still there? / q?");
    ticks(&d, 3, "Still there? / q?");
    ticks(&d, 4, "<expired nag> / (expired)");
    dialogue_close(&d);
}

static const struct draft_flow LATE[] = {
    { .name = "person",
      .steps = { { .name = "q",
                   .say = "q?",
                   .ask = "text",
                   .timeout_ms = 10 * MINUTE,
                   .branches = { { .only_if = ":timed_out", .say = "Too slow.", .next = "over" } } },
                 { .name = "over", .say = "A colleague will call.", .action = "handoff", .target = "support" } } },
    { .name = "more",
      .title = "more",
      .expired = "Too late.",
      .steps = { { .name = "q",
                   .say = "q?",
                   .ask = "text",
                   .timeout_ms = 10 * MINUTE,
                   .branches = { { .only_if = ":timed_out", .say = "Too slow.", .next = "sure" } } },
                 { .name = "sure", .say = "Shall I cancel it?", .ask = "yes_no" } } },
    { .name = "done",
      .steps = { { .name = "q",
                   .say = "q?",
                   .ask = "text",
                   .timeout_ms = 10 * MINUTE,
                   .branches = { { .only_if = ":timed_out", .say = "Too slow.", .next = "end" } } } } },
};

static void check_late(const char *flow, const char *inside, const char *outside)
{
    for (int is_outside = 0; is_outside <= 1; is_outside++) {
        struct dialogue d;
        OPEN(&d, LATE);
        d.env.window_until = d.env.now + 10 * MINUTE + 1 - is_outside;
        enters(&d, flow, NULL, "q?");
        ticks(&d, 10, is_outside ? outside : inside);
        dialogue_close(&d);
    }
}

static void test_outside_the_window_a_branch_is_taken_without_a_word(void **state)
{
    (void)state;
    check_late("person", "Too slow. / A colleague will call. / handoff support / (handoff)", "handoff support / (handoff)");
    check_late("done", "Too slow. / (done)", "(done)");
}

/* Or the customer's next yes would answer what he has never heard. */
static void test_a_question_that_may_not_be_put_is_not_waited_for(void **state)
{
    (void)state;
    struct dialogue d;
    check_late("more", "Too slow. / Shall I cancel it?", "(expired)");
    OPEN(&d, LATE);
    d.env.window_until = d.env.now + 10 * MINUTE;
    enters(&d, "more", NULL, "q?");
    enters(&d, "done", NULL, "q?");
    ticks(&d, 10, "(expired)"); /* nor that of a flow below */
    dialogue_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_silent_customer_is_reminded_once_and_then_the_flow_expires),
        cmocka_unit_test(test_every_word_of_the_customer_begins_a_new_silence),
        cmocka_unit_test(test_a_flow_may_have_words_of_its_own_for_both),
        cmocka_unit_test(test_a_reminder_that_the_end_follows_at_once_is_left_out),
        cmocka_unit_test(test_outside_the_window_nothing_is_said),
        cmocka_unit_test(test_a_question_that_times_out_takes_a_branch_that_asks_for_it),
        cmocka_unit_test(test_a_question_put_again_has_its_time_again),
        cmocka_unit_test(test_dates_are_dealt_with_in_the_order_of_their_times),
        cmocka_unit_test(test_of_two_dates_at_once_the_steps_own_goes_first),
        cmocka_unit_test(test_the_innermost_flow_says_how_long_is_waited),
        cmocka_unit_test(test_a_call_whose_end_got_lost_is_taken_for_timed_out),
        cmocka_unit_test(test_rules_that_changed_are_noticed_at_once),
        cmocka_unit_test(test_a_silent_customer_is_not_asked_for_ever),
        cmocka_unit_test(test_every_word_of_the_customer_lets_questions_time_out_again),
        cmocka_unit_test(test_a_flow_on_top_that_times_out_counts_for_the_silence_of_the_one_below),
        cmocka_unit_test(test_outside_the_window_a_branch_is_taken_without_a_word),
        cmocka_unit_test(test_a_question_that_may_not_be_put_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
