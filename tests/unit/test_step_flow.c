/*
 * step: flows inside flows, flows on top of flows, rules that changed in between, bounds, ends; and that
 * nobody is left in silence.
 */
#include "tests/unit/dialogue_says.h"

/* Flows inside flows */

static const struct draft_flow NESTED[] = {
    { .name = "shop",
      .title = "your order",
      .retries = 0,
      .give_up = "sorry",
      .steps = {
          { .name = "item", .say = "What?", .ask = "text" },
          { .name = "where",
            .say = "To send it:",
            .action = "flow",
            .target = "address",
            .branches = { { .only_if = ":gave_up AND @item = 'gift'", .say = "Then pick it up.", .next = "end" },
                          { .only_if = "@street = 'mars'", .say = "That is far.", .next = "item2" } } },
          { .name = "item2", .say = "{{ item }} to {{ street }}, {{ code }}. More?", .ask = "text" },
          { .name = "bye", .say = "Bye.", .next = "end" },
          { .name = "sorry", .say = "A colleague will call." },
      } },
    { .name = "address",
      .retries = 0,
      .steps = { { .name = "street", .say = "Street?", .ask = "text" },
                 { .name = "code", .say = "Code?", .ask = "number" } } },
};

static void test_a_flow_inside_returns_behind_the_step_that_ran_it(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, NESTED);
    enters(&d, "shop", NULL, "What?");
    says(&d, "cake", "To send it: / Street?");
    says(&d, "Main St", "Code?");
    says(&d, "4", "cake to Main St, 4. More?"); /* what the inner one has set stays */
    says(&d, "no", "Bye. / (done)");
    enters(&d, "shop", "{'street':'mars','code':'1'}", "What?");
    says(&d, "cake", "To send it: / That is far. / cake to mars, 1. More?");
    dialogue_close(&d);
}

static void test_back_leads_out_of_a_flow_inside(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, NESTED);
    enters(&d, "shop", NULL, "What?");
    says(&d, "cake", "To send it: / Street?");
    says(&d, "Main St", "Code?");
    says(&d, "back", "Street?");
    says(&d, "back", "What?");
    assert_int_equal(d.run.depth, 1);
    says(&d, "tea", "To send it: / Street?");
    dialogue_close(&d);
}

static void test_redo_of_a_step_that_runs_a_flow_forgets_what_that_one_asked(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "city", .say = "City?", .ask = "text" },
                     { .name = "where", .action = "flow", .target = "g" },
                     { .name = "sure",
                       .say = "{{ street }} {{ door }}?",
                       .ask = "choice",
                       .choices = { { "Yes", NULL, NULL, NULL },
                                    { "Street", NULL, NULL, "where" },
                                    { "City", NULL, NULL, "city" } } },
                     { .name = "z", .say = "{{ city }}, {{ street }} {{ door }}." } } },
        { .name = "g",
          .steps = { { .name = "street", .say = "Street in {{ city }}?", .ask = "text" },
                     { .name = "door", .say = "Door?", .ask = "text" },
                     { .name = "never", .action = "flow", .target = "f", .sets = { { "x", "1" } } } } },
    };
    struct draft_flow flows[] = { FLOWS[0], FLOWS[1] };
    struct dialogue d;
    flows[1].steps[2] = (struct draft_step){ 0 };
    OPEN(&d, flows);
    enters(&d, "f", "{'city':'Rome','street':'Main','door':'3'}", "Main 3? [Yes, Street, City]");
    says(&d, "street", "Street in Rome?");
    holds(&d, "door", "");
    says(&d, "Side", "Door?");
    says(&d, "4", "Side 4? [Yes, Street, City]");
    says(&d, "city", "City?");
    holds(&d, "street", ""); /* its question quotes the city */
    holds(&d, "door", "4");
    says(&d, "Oslo", "Street in Oslo?");
    says(&d, "Long", "Long 4? [Yes, Street, City]");
    says(&d, "yes", "Oslo, Long 4. / (done)");
    dialogue_close(&d);

    OPEN(&d, FLOWS); /* flows that run each other in a circle are gone through once */
    enters(&d, "f", "{'city':'Rome'}", "Street in Rome?");
    says(&d, "Main", "Door?");
    says(&d, "back", "Street in Rome?");
    dialogue_close(&d);
}

static void test_redo_goes_round_until_no_inner_question_quotes_what_is_forgotten(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a", .say = "a?", .ask = "text" },
                     { .name = "in", .action = "flow", .target = "g" },
                     { .name = "c", .say = "c{{ a }}?", .ask = "text" },
                     { .name = "z",
                       .say = "z?",
                       .ask = "text",
                       .branches = { { .only_if = "1", .redo = "a" } } } } },
        { .name = "g", .steps = { { .name = "s", .say = "s{{ c }}?", .ask = "text" } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", "{'a':'1','s':'2','c':'3'}", "z?");
    says(&d, "x", "a?");
    holds(&d, "c", "");
    holds(&d, "s", "");
    dialogue_close(&d);
}

static void test_a_flow_inside_that_gives_up_hands_the_trouble_out(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, NESTED);
    enters(&d, "shop", "{'street':'mars'}", "What?");
    says(&d, "gift", "To send it: / Code?");
    errs(&d, "x", "Then pick it up. / (done)");
    enters(&d, "shop", "{'street':'mars'}", "What?");
    says(&d, "cake", "To send it: / Code?");
    errs(&d, "x", "A colleague will call. / (done)"); /* no branch asks for it: the outer flow's way out */
    dialogue_close(&d);
}

/* Flows on top of flows */

static const struct draft_flow TWO[] = {
    { .name = "table",
      .title = "your booking",
      .retries = 1,
      .steps = { { .name = "people", .say = "How many?", .ask = "number" },
                 { .name = "day", .say = "Which day?", .ask = "text" },
                 { .name = "done", .say = "{{ people }} on {{ day }}." } } },
    { .name = "status",
      .title = "your order",
      .retries = 0,
      .steps = { { .name = "order", .say = "Which order?", .ask = "number" },
                 { .name = "told", .say = "Order {{ order }} is baking." } } },
    { .name = "hours", .title = "hours", .steps = { { .name = "told", .say = "We are open." } } },
    { .name = "person",
      .steps = { { .name = "over", .say = "Wait.", .action = "handoff", .target = "support" } } },
};

static void test_an_interrupted_flow_is_resumed_with_its_question(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", NULL, "How many?");
    says(&d, "4", "Which day?");
    enters(&d, "status", NULL, "Which order?");
    says(&d, "12", "Order 12 is baking. / <resume your booking> / Which day?");
    enters(&d, "hours", NULL, "We are open. / <resume your booking> / Which day?");
    says(&d, "friday", "4 on friday. / (done)");
    dialogue_close(&d);
}

static void test_an_interruption_that_gives_up_resumes_too(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", NULL, "How many?");
    enters(&d, "status", NULL, "Which order?");
    errs(&d, "x", "<gave_up your order> / <resume your booking> / How many?");
    says(&d, "4", "Which day?");
    dialogue_close(&d);
}

static void test_back_does_not_lead_below_an_interruption(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", NULL, "How many?");
    says(&d, "4", "Which day?");
    enters(&d, "status", NULL, "Which order?");
    says(&d, "back", "Which order?");
    assert_int_equal(d.run.depth, 2);
    dialogue_close(&d);
}

static void test_a_flow_begins_anew_when_a_rule_starts_it(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", NULL, "How many?");
    enters(&d, "status", "{'order':'12'}", "Order 12 is baking. / <resume your booking> / How many?");
    enters(&d, "status", NULL, "Which order?"); /* not 12 again */
    says(&d, "13", "Order 13 is baking. / <resume your booking> / How many?");
    says(&d, "4", "Which day?");
    enters(&d, "status", NULL, "Which order?");
    enters(&d, "table", "{'people':'6'}", "Which day?"); /* the passage below is given up */
    assert_int_equal(d.run.depth, 2);
    says(&d, "monday", "6 on monday. / <resume your order> / Which order?");
    says(&d, "1", "Order 1 is baking. / (done)");
    dialogue_close(&d);
}

static void test_the_same_flow_on_top_of_itself_begins_anew(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", "{'people':'4'}", "Which day?");
    enters(&d, "table", "{'people':'6'}", "Which day?");
    says(&d, "friday", "6 on friday. / (done)");
    dialogue_close(&d);
}

static void test_after_something_else_the_question_is_put_again(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", NULL, "How many?");
    gets(&d, FLOW_RESUME, "<resume your booking> / How many?");
    says(&d, "4", "Which day?");
    dialogue_close(&d);
}

static void test_a_hand_over_and_a_cancel_end_all_that_lies_below(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", NULL, "How many?");
    enters(&d, "person", NULL, "Wait. / handoff support / (handoff)");
    enters(&d, "table", NULL, "How many?");
    enters(&d, "status", NULL, "Which order?");
    gets(&d, FLOW_CANCEL, "<cancelled your order> / (cancelled)");
    dialogue_close(&d);
}

/* Rules that changed */

static const struct draft_flow OLD[] = {
    { .name = "f",
      .title = "old",
      .steps = { { .name = "a", .say = "a?", .ask = "text" }, { .name = "b", .say = "b?", .ask = "text" } } },
    { .name = "outer",
      .give_up = "out",
      .steps = { { .name = "in",
                   .action = "flow",
                   .target = "inner",
                   .branches = { { .only_if = ":gave_up AND @q = 'x'", .say = "I see.", .next = "end" } } },
                 { .name = "after", .say = "after?", .ask = "text" },
                 { .name = "out", .say = "Outside." } } },
    { .name = "inner",
      .steps = { { .name = "q", .say = "q?", .ask = "text" }, { .name = "r", .say = "r?", .ask = "text" } } },
};

static void test_a_run_moves_along_with_new_rules(void **state)
{
    (void)state;
    static const struct draft_flow NEW[] = {
        { .name = "f",
          .steps = { { .name = "b", .say = "B?", .ask = "text" },
                     { .name = "c", .say = "c?", .ask = "text" } } },
    };
    struct dialogue d;
    OPEN(&d, OLD);
    enters(&d, "f", NULL, "a?");
    says(&d, "x", "b?");
    dialogue_draft(&d, NEW, 1);
    says(&d, "y", "c?");
    says(&d, "back", "B?");
    says(&d, "back", "B?"); /* the question before is no more */
    dialogue_close(&d);
}

static void check_change(const struct draft_flow *flows, size_t count, enum flow_input_kind kind,
                         const char *expected)
{
    struct dialogue d;
    OPEN(&d, OLD);
    enters(&d, "f", NULL, "a?");
    says(&d, "x", "b?");
    dialogue_draft(&d, flows, count);
    struct flow_input input = { .kind = kind, .text = "y" };
    follows(&d, dialogue_run(&d, &input), FLOW_STEPPED, "y", expected);
    dialogue_close(&d);
}

static void test_a_step_that_is_gone_takes_the_way_out_of_its_flow(void **state)
{
    (void)state;
    static const struct draft_flow WITH_A_WAY[] = {
        { .name = "f",
          .give_up = "out",
          .steps = { { .name = "out", .say = "Sorry." }, { .name = "c", .say = "c?" } } },
    };
    static const struct draft_flow WITHOUT[] = {
        { .name = "f", .title = "new", .steps = { { .name = "c", .say = "c" } } }
    };
    static const struct draft_flow NO_QUESTION[] = {
        { .name = "f", .title = "new", .steps = { { .name = "b", .say = "b" } } }
    };
    static const enum flow_input_kind KINDS[] = { FLOW_TEXT, FLOW_WRONG, FLOW_RESUME, FLOW_CLOCK };
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        check_change(WITH_A_WAY, 1, KINDS[i], "Sorry. / c? / (done)");
        check_change(WITHOUT, 1, KINDS[i], "<changed new> / (changed)");
        check_change(NO_QUESTION, 1, KINDS[i], "<changed new> / (changed)");
        check_change(WITHOUT, 0, KINDS[i], "<changed f> / (changed)");
    }
    check_change(WITHOUT, 0, FLOW_CANCEL, "<cancelled f> / (cancelled)");
}

static void test_when_the_inner_flow_is_gone_the_outer_one_finds_a_way(void **state)
{
    (void)state;
    struct draft_flow alone[] = { OLD[1], { .name = "inner", .steps = { { .name = "z", .say = "z" } } } };
    struct dialogue d;
    OPEN(&d, OLD);
    for (int round = 0; round < 2; round++) {
        enters(&d, "outer", NULL, "q?");
        says(&d, round == 0 ? "x" : "y", "r?");
        dialogue_draft(&d, alone, 2);
        says(&d, "z", round == 0 ? "I see. / (done)" : "Outside. / (done)");
        dialogue_draft(&d, OLD, COUNT(OLD));
    }
    dialogue_close(&d);
}

static void test_when_the_outer_step_is_gone_the_end_of_the_inner_flow_is_a_change(void **state)
{
    (void)state;
    static const struct draft_flow NEW[] = {
        { .name = "outer", .title = "new", .steps = { { .name = "x", .say = "x" } } },
        { .name = "inner", .steps = { { .name = "r", .say = "r?", .ask = "text" } } },
    };
    struct dialogue d;
    OPEN(&d, OLD);
    enters(&d, "outer", NULL, "q?");
    says(&d, "x", "r?");
    dialogue_draft(&d, NEW, 2);
    says(&d, "y", "<changed new> / (changed)");
    dialogue_close(&d);
}

static void test_an_interrupted_flow_that_is_gone_is_spoken_of(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "table", NULL, "How many?");
    enters(&d, "status", NULL, "Which order?");
    dialogue_draft(&d, &TWO[1], 1);
    says(&d, "4", "Order 4 is baking. / <changed table> / (changed)");
    dialogue_close(&d);
}

static void test_a_flow_that_is_not_there_is_spoken_of(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, TWO);
    enters(&d, "nowhere", NULL, "<changed > / (changed)");
    enters(&d, "table", NULL, "How many?");
    enters(&d, "nowhere", NULL, "<changed your booking>");
    says(&d, "4", "Which day?");
    dialogue_close(&d);
}

/* Bounds */

static void test_a_loop_without_a_question_ends(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "loop",
          .give_up = "a",
          .steps = { { .name = "a", .sets = { { "n", "ifnull(@n, 0) + 1" } } },
                     { .name = "b", .next = "a" } } },
        { .name = "known",
          .steps = { { .name = "q", .say = "q?", .ask = "number" }, { .name = "s", .next = "q" } } },
        { .name = "self", .steps = { { .name = "in", .action = "flow", .target = "self" } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "loop", NULL, "<gave_up loop> / (gave_up)");
    holds(&d, "n", "50#");
    assert_int_equal(d.effects.steps, FLOW_STEPS_MAX + 1);
    enters(&d, "known", NULL, "q?");
    says(&d, "4", "<gave_up known> / (gave_up)");
    enters(&d, "self", NULL, "<gave_up self> / (gave_up)");
    assert_int_equal(d.effects.steps, FLOW_DEPTH_MAX);
    dialogue_close(&d);
}

static void test_a_hundred_stations_are_allowed(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a", .sets = { { "n", "ifnull(@n, 0) + 1" } } },
                     { .name = "b", .branches = { { .only_if = "@n < 49", .next = "a" } } },
                     { .name = "c" },
                     { .name = "d", .say = "{{ n }}" } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "f", NULL, "49 / (done)");
    assert_int_equal(d.effects.steps, 100);
    dialogue_close(&d);
}

static void test_interruptions_are_bounded_too(void **state)
{
    (void)state;
    struct draft_flow flows[FLOW_DEPTH_MAX + 1];
    char names[FLOW_DEPTH_MAX + 1][16];
    struct dialogue d;
    for (int i = 0; i <= FLOW_DEPTH_MAX; i++) {
        snprintf(names[i], sizeof names[i], "f%d", i);
        flows[i] = (struct draft_flow){ .name = names[i],
                                        .steps = { { .name = names[i], .say = "?", .ask = "text" } } };
    }
    OPEN(&d, flows);
    for (int i = 0; i < FLOW_DEPTH_MAX; i++)
        enters(&d, names[i], NULL, "?");
    enters(&d, names[FLOW_DEPTH_MAX], NULL, "<gave_up f7> / (gave_up)");
    dialogue_close(&d);
}

static void test_variables_are_bounded_and_the_oldest_makes_room(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "a", .say = "a?", .ask = "text" },
                     { .name = "b", .say = "b?", .ask = "text" } } },
    };
    struct buf values = { 0 }, long_text = { 0 }, cut = { 0 };
    struct dialogue d;
    OPEN(&d, FLOWS);
    buf_add_text(&values, "{'v0':'x'");
    for (int i = 1; i < FLOW_VARIABLES_MAX; i++)
        buf_addf(&values, ",'v%d':'x'", i);
    buf_add_text(&values, "}");
    enters(&d, "f", buf_text(&values), "a?");
    holds(&d, "v0", "x~");
    for (int i = 0; i < 333; i++)
        buf_add_text(&cut, "가");
    buf_add_text(&long_text, buf_text(&cut));
    buf_add_text(&long_text, "가나다"); /* 1,000 bytes are in the middle of a letter */
    says(&d, buf_text(&long_text), "b?");
    holds(&d, "a", buf_text(&cut));
    holds(&d, "v0", "");
    holds(&d, "v1", "x~");
    assert_int_equal(d.run.variables.count, FLOW_VARIABLES_MAX);
    buf_release(&values);
    buf_release(&long_text);
    buf_release(&cut);
    dialogue_close(&d);
}

/* Silence */

static void test_nobody_is_left_in_silence(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "nothing", .steps = { { .name = "a", .say = "{{ none }}" } } },
        { .name = "empty", .steps = { { 0 } } },
        { .name = "over", .steps = { { .name = "a", .action = "handoff", .target = "support" } } },
        { .name = "close", .steps = { { .name = "a", .action = "close" } } },
        { .name = "ask",
          .steps = { { .name = "a", .say = " \u200b ", .ask = "number", .retry = "{{ none }}" } } },
        { .name = "choose",
          .steps = { { .name = "a", .say = "Well." },
                     { .name = "b",
                       .ask = "choice",
                       .choices = { { .label = "Yes" }, { .label = "No" } } } } },
        { .name = "two", .steps = { { .name = "a", .say = "How many?" }, { .name = "b", .ask = "number" } } },
    };
    struct dialogue d;
    OPEN(&d, FLOWS);
    enters(&d, "nothing", NULL, "<done nothing> / (done)");
    enters(&d, "empty", NULL, "<done empty> / (done)");
    enters(&d, "over", NULL, "<handoff over> / handoff support / (handoff)");
    enters(&d, "close", NULL, "<done close> / close / (closed)");
    enters(&d, "choose", NULL, "Well. / <ask choose> [Yes, No]"); /* buttons hang below words of their own */
    says(&d, "yes", "<done choose> / (done)");
    enters(&d, "two", NULL, "How many?"); /* the sentence before has asked */
    gets(&d, FLOW_CANCEL, "<cancelled two> / (cancelled)");
    d.flows[4].retries = 1;
    enters(&d, "ask", NULL, "<ask ask>");
    errs(&d, "x", "<retry ask>");
    says(&d, "back", "<ask ask>");
    says(&d, "4", "<done ask> / (done)");
    dialogue_close(&d);
}

static void test_what_is_for_nobody_changes_nothing(void **state)
{
    (void)state;
    static const enum flow_input_kind KINDS[] = { FLOW_TEXT,  FLOW_WRONG,  FLOW_RESULT,
                                                  FLOW_CLOCK, FLOW_RESUME, FLOW_CANCEL };
    struct dialogue d;
    OPEN(&d, TWO);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT(KINDS); i++)
            idles(&d, &(struct flow_input){ .kind = KINDS[i], .text = "4" });
        assert_int_equal(d.run.due_at, INT64_MAX);
        enters(&d, "hours", NULL, "We are open. / (done)"); /* then it is no more */
    }
    dialogue_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flow_inside_returns_behind_the_step_that_ran_it),
        cmocka_unit_test(test_back_leads_out_of_a_flow_inside),
        cmocka_unit_test(test_redo_of_a_step_that_runs_a_flow_forgets_what_that_one_asked),
        cmocka_unit_test(test_redo_goes_round_until_no_inner_question_quotes_what_is_forgotten),
        cmocka_unit_test(test_a_flow_inside_that_gives_up_hands_the_trouble_out),
        cmocka_unit_test(test_an_interrupted_flow_is_resumed_with_its_question),
        cmocka_unit_test(test_an_interruption_that_gives_up_resumes_too),
        cmocka_unit_test(test_back_does_not_lead_below_an_interruption),
        cmocka_unit_test(test_a_flow_begins_anew_when_a_rule_starts_it),
        cmocka_unit_test(test_the_same_flow_on_top_of_itself_begins_anew),
        cmocka_unit_test(test_after_something_else_the_question_is_put_again),
        cmocka_unit_test(test_a_hand_over_and_a_cancel_end_all_that_lies_below),
        cmocka_unit_test(test_a_run_moves_along_with_new_rules),
        cmocka_unit_test(test_a_step_that_is_gone_takes_the_way_out_of_its_flow),
        cmocka_unit_test(test_when_the_inner_flow_is_gone_the_outer_one_finds_a_way),
        cmocka_unit_test(test_when_the_outer_step_is_gone_the_end_of_the_inner_flow_is_a_change),
        cmocka_unit_test(test_an_interrupted_flow_that_is_gone_is_spoken_of),
        cmocka_unit_test(test_a_flow_that_is_not_there_is_spoken_of),
        cmocka_unit_test(test_a_loop_without_a_question_ends),
        cmocka_unit_test(test_a_hundred_stations_are_allowed),
        cmocka_unit_test(test_interruptions_are_bounded_too),
        cmocka_unit_test(test_variables_are_bounded_and_the_oldest_makes_room),
        cmocka_unit_test(test_nobody_is_left_in_silence),
        cmocka_unit_test(test_what_is_for_nobody_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
