/*
 * step: what a step does, and in which order; what counts as known; choices and wrong answers.
 */
#include "tests/unit/dialogue_says.h"

/* The order within a step */

static const struct draft_flow ORDER[] = {
    { .name = "order",
      .steps = {
          { .name = "count",
            .say = "How many {{ thing }} at {{ shop }}?",
            .ask = "number",
            .sets = { { "thing", "'cakes'" }, { "twice", "2 * 2" } },
            .branches = { { .only_if = "@count > @twice", .say = "That is a lot.", .next = "large" },
                          { .only_if = "@count > 2", .say = "Good." },
                          { .only_if = "@count > 1", .say = "Never both." } } },
          { .name = "small", .say = "A small box.", .next = "end" },
          { .name = "large", .say = "A large box.", .sets = { { "twice", "@count * 2" }, { "thing", "NULL" } } },
          { .name = "last", .say = "Twice is {{ twice }}{{ thing }}." },
      } },
};

static void test_sets_then_sentence_then_question_then_branches_then_next(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, ORDER);
    enters(&d, "order", NULL, "How many cakes at Sunny?");
    holds(&d, "twice", "4#");
    says(&d, "5", "That is a lot. / A large box. / Twice is 10. / (done)");
    holds(&d, "count", "5#");
    holds(&d, "thing", "");
    dialogue_close(&d);
}

static void test_a_branch_without_a_way_of_its_own_goes_on_as_the_step(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, ORDER);
    enters(&d, "order", NULL, "How many cakes at Sunny?");
    says(&d, "3", "Good. / A small box. / (done)");
    enters(&d, "order", NULL, "How many cakes at Sunny?");
    says(&d, "1", "A small box. / (done)");
    dialogue_close(&d);
}

static void test_a_set_that_breaks_off_removes_the_variable(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a",
                       .say = "{{ v }}{{ r }}",
                       .sets = { { "v", "'old'" }, { "r", "7 / 2.0" } } },
                     { .name = "b",
                       .say = "[{{ v }}]",
                       .sets = { { "v", "abs(-9223372036854775808)" } } } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "old3.5 / [] / (done)");
    holds(&d, "r", "3.5#");
    dialogue_close(&d);
}

static void test_conditions_see_numbers_as_numbers_and_texts_as_texts(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "n", .say = "n?", .ask = "number" },
                     { .name = "t",
                       .say = "t?",
                       .ask = "text",
                       .branches = { { .only_if = "@t = 10", .say = "Never." },
                                     { .only_if = "@t = '10' AND @n = 10 AND @n < 10.5 AND @s = 'x10'",
                                       .say = "Yes." } } },
                     { .name = "z", .sets = { { "s", "'never'" } } } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", "{'s':'x10'}", "n?");
    says(&d, "10", "t?");
    says(&d, "10", "Yes. / (done)");
    dialogue_close(&d);
}

static void test_dates_are_read_as_of_now(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = { { .name = "f",
                                                 .steps = { { .name = "d", .say = "d?", .ask = "date" } } } };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "d?");
    says(&d, "tomorrow", "<done f> / (done)");
    holds(&d, "d", "2026-05-13");
    dialogue_close(&d);
}

/* Known answers */

static const struct draft_flow TABLE[] = {
    { .name = "table",
      .title = "your booking",
      .retries = 2,
      .steps = {
          { .name = "people",
            .say = "How many?",
            .ask = "number",
            .accept_if = "@people BETWEEN 1 AND 12",
            .retry = "Up to 12, please." },
          { .name = "moment", .say = "Which day?", .ask = "text" },
          { .name = "sure",
            .say = "{{ people }} on {{ moment }}?",
            .ask = "choice",
            .choices = { { "Yes", "ok, sure", NULL, NULL },
                         { "Another day", "other, later", NULL, "moment" },
                         { "No", NULL, "bye", NULL } },
            .branches = { { .only_if = "@people > 8", .say = "A big table." } } },
          { .name = "done", .say = "Booked for {{ moment }}.", .next = "end" },
          { .name = "bye", .say = "As you like." },
      } },
};

static void test_what_the_match_has_brought_is_not_asked(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    enters(&d, "table", "{'people':'4 people','moment':'friday'}", "4 on friday? [Yes, Another day, No]");
    holds(&d, "people", "4#");
    holds(&d, "moment", "friday");
    says(&d, "yes", "Booked for friday. / (done)");
    enters(&d, "table", "{'moment':'friday'}", "How many?");
    holds(&d, "moment", "friday~"); /* its step has not come yet */
    says(&d, "3", "3 on friday? [Yes, Another day, No]");
    dialogue_close(&d);
}

static void test_what_cannot_be_read_or_is_not_accepted_is_asked(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    enters(&d, "table", "{'people':'a few'}", "How many?");
    holds(&d, "people", "");
    enters(&d, "table", "{'people':'40'}", "How many?");
    holds(&d, "people", "");
    dialogue_close(&d);
}

static void test_a_known_choice_takes_its_way(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    enters(&d, "table", "{'people':'4','moment':'friday','sure':'no'}", "As you like. / (done)");
    holds(&d, "sure", "No");
    dialogue_close(&d);
}

static void test_what_a_set_has_put_is_known_too(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = {
              { .name = "a", .sets = { { "n", "4" }, { "w", "'four'" }, { "c", "'Yes'" }, { "bad", "99" } } },
              { .name = "n", .say = "n?", .ask = "number" },
              { .name = "w", .say = "w?", .ask = "number" },
              { .name = "c", .say = "c?", .ask = "choice", .choices = { { .label = "Yes" }, { .label = "No" } } },
              { .name = "bad", .say = "bad?", .ask = "number", .accept_if = "@bad < 10" },
          } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "bad?");
    holds(&d, "n", "4#");
    holds(&d, "w", "4#"); /* read by the type of its step */
    holds(&d, "c", "Yes");
    dialogue_close(&d);
}

static void test_a_typed_choice_that_is_no_label_is_asked(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a", .sets = { { "c", "7" } } },
                     { .name = "c", .say = "c?", .ask = "choice", .choices = { { .label = "Yes" } } } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "c? [Yes]");
    dialogue_close(&d);
}

/* Reading */

static void test_what_is_no_answer_is_unread_and_then_tried_again(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    enters(&d, "table", NULL, "How many?");
    errs(&d, "whatever", "Up to 12, please.");
    errs(&d, "40", "Up to 12, please."); /* read, but not accepted */
    holds(&d, "people", "");
    errs(&d, "hm", "<gave_up your booking> / (gave_up)");
    dialogue_close(&d);
}

static void test_retries_count_anew_for_each_question(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    enters(&d, "table", "{'moment':'friday'}", "How many?");
    errs(&d, "x", "Up to 12, please.");
    errs(&d, "x", "Up to 12, please.");
    says(&d, "9", "9 on friday? [Yes, Another day, No]");
    errs(&d, "?!", "<retry your booking> / 9 on friday? [Yes, Another day, No]"); /* no words of its own */
    errs(&d, "?!", "<retry your booking> / 9 on friday? [Yes, Another day, No]");
    errs(&d, "?!", "<gave_up your booking> / (gave_up)");
    dialogue_close(&d);
}

static const struct draft_flow OUT[] = {
    { .name = "out",
      .retries = 0,
      .give_up = "help",
      .steps = {
          { .name = "a",
            .say = "a?",
            .ask = "number",
            .branches = { { .say = "always" },
                          { .only_if = ":timed_out = 0", .say = "That fact is not set." },
                          { .only_if = ":gave_up AND @vip = 0", .say = "not for you" },
                          { .only_if = ":gave_up = 1", .say = "Never mind.", .next = "c" } } },
          { .name = "b", .say = "b?", .ask = "number", .branches = { { .only_if = "@b > 0 OR 1", .next = "c" } } },
          { .name = "c",
            .say = "c{{ a }}.",
            .next = "b",
            .branches = { { .only_if = ":gave_up", .say = "That is over." } } },
          { .name = "help", .say = "Say 1 for help.", .ask = "number" },
      } },
};

static void test_spent_retries_take_a_branch_that_asks_for_it_or_the_flows_way_out(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, OUT);
    enters(&d, "out", NULL, "a?");
    errs(&d, "x", "Never mind. / c. / b?");
    errs(&d, "x", "Say 1 for help.");           /* its branch does not ask for :gave_up */
    errs(&d, "x", "<gave_up out> / (gave_up)"); /* where the way out is the station itself, it is no way */
    dialogue_close(&d);
}

static void test_without_trouble_its_facts_are_0_and_all_branches_count(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, OUT);
    enters(&d, "out", NULL, "a?");
    says(&d, "1", "always / b?");
    dialogue_close(&d);
}

static void test_a_choice_goes_before_the_branches(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    enters(&d, "table", "{'people':'10','moment':'friday'}", "10 on friday? [Yes, Another day, No]");
    says(&d, "no", "As you like. / (done)");
    enters(&d, "table", "{'people':'10','moment':'friday'}", "10 on friday? [Yes, Another day, No]");
    says(&d, "later", "Which day?");
    says(&d, "monday", "10 on monday? [Yes, Another day, No]");
    says(&d, "1", "A big table. / Booked for monday. / (done)");
    holds(&d, "sure", "Yes");
    dialogue_close(&d);
}

static void test_labels_are_templates_and_blank_ones_are_not_offered(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "c",
                       .say = "Which?",
                       .ask = "choice",
                       .choices = { { .label = "{{ shop }}" },
                                    { .label = "{{ nothing }} " },
                                    { .label = "None" } } } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "Which? [Sunny, None]");
    says(&d, "sunny", "<done f> / (done)");
    holds(&d, "c", "Sunny");
    dialogue_close(&d);
}

static void test_media_and_patterns_are_read(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "code", .say = "Code?", .ask = "pattern", .pattern = "r(?<value>\\d+)" },
                     { .name = "photo", .say = "A photo?", .ask = "media" },
                     { .name = "end", .say = "{{ code }} {{ photo }}" } } },
    };
    struct flow_input photo = { .kind = FLOW_TEXT, .media = "[\"https://x.test/1.jpg\"]" };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "Code?");
    is_unread(&d, "z7");
    says(&d, "it is R7", "A photo?");
    is_unread(&d, "no");
    assert_int_equal(dialogue_run(&d, &photo), FLOW_STEPPED);
    assert_string_equal(dialogue_tell(&d), "7 https://x.test/1.jpg / (done)");
    dialogue_close(&d);
}

/* The rest of a sentence */

static void test_a_step_may_have_a_campaign_and_properties_of_its_own(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a",
                       .say = "Look.",
                       .campaign = "gallery",
                       .properties = { { "picture", "{{ shop }}.jpg" }, { "note", "\"{{ none }}\"" } } },
                     { .name = "b",
                       .say = "Like it?",
                       .ask = "text",
                       .campaign = "gallery",
                       .retry = "Well?" } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL,
           "Look. by gallery {\"picture\":\"Sunny.jpg\",\"note\":\"\\\"\\\"\"} / Like it? by gallery");
    dialogue_close(&d);
}

static void test_the_same_input_gives_the_same(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    enters(&d, "table", "{'people':'4'}", "Which day?");
    struct flow_input input = { .kind = FLOW_TEXT, .text = "friday" };
    struct run before;
    run_copy(&d.run, &before);
    for (int round = 0; round < 2; round++) {
        struct run run;
        struct flow_effects effects = { 0 };
        struct buf row = { 0 };
        run_copy(&before, &run);
        assert_int_equal(flow_step_run(&d.env, &input, &run, &effects), FLOW_STEPPED);
        run_format(&run, &row);
        assert_non_null(strstr(buf_text(&row), "{\"name\":\"moment\",\"value\":\"friday\"}"));
        assert_int_equal(effects.count, 1);
        assert_int_equal(effects.steps, 1);
        assert_string_equal(effects.list[0].text, "4 on friday?");
        assert_string_equal(effects.list[0].step->name, "sure");
        assert_string_equal(effects.list[0].flow->name, "table");
        run_release(&run);
        flow_effects_release(&effects);
        buf_release(&row);
    }
    run_release(&before);
    dialogue_close(&d);
}

static void test_look_ups(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TABLE);
    const struct flow *flow = flow_find(d.flows, 1, "table");
    assert_ptr_equal(flow, d.flows);
    assert_null(flow_find(d.flows, 1, "tab"));
    assert_ptr_equal(flow_step(flow, "sure"), &flow->steps[2]);
    assert_null(flow_step(flow, "table.sure"));
    assert_true(flow_quotes(flow->steps[2].say, "moment"));
    assert_false(flow_quotes(flow->steps[2].say, "mom"));
    assert_false(flow_quotes(NULL, "moment"));
    dialogue_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets_then_sentence_then_question_then_branches_then_next),
        cmocka_unit_test(test_a_branch_without_a_way_of_its_own_goes_on_as_the_step),
        cmocka_unit_test(test_a_set_that_breaks_off_removes_the_variable),
        cmocka_unit_test(test_what_the_match_has_brought_is_not_asked),
        cmocka_unit_test(test_what_cannot_be_read_or_is_not_accepted_is_asked),
        cmocka_unit_test(test_a_known_choice_takes_its_way),
        cmocka_unit_test(test_what_a_set_has_put_is_known_too),
        cmocka_unit_test(test_a_typed_choice_that_is_no_label_is_asked),
        cmocka_unit_test(test_what_is_no_answer_is_unread_and_then_tried_again),
        cmocka_unit_test(test_retries_count_anew_for_each_question),
        cmocka_unit_test(test_spent_retries_take_a_branch_that_asks_for_it_or_the_flows_way_out),
        cmocka_unit_test(test_without_trouble_its_facts_are_0_and_all_branches_count),
        cmocka_unit_test(test_a_choice_goes_before_the_branches),
        cmocka_unit_test(test_labels_are_templates_and_blank_ones_are_not_offered),
        cmocka_unit_test(test_media_and_patterns_are_read),
        cmocka_unit_test(test_a_step_may_have_a_campaign_and_properties_of_its_own),
        cmocka_unit_test(test_the_same_input_gives_the_same),
        cmocka_unit_test(test_conditions_see_numbers_as_numbers_and_texts_as_texts),
        cmocka_unit_test(test_dates_are_read_as_of_now),
        cmocka_unit_test(test_look_ups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
