/*
 * step: each passage owns its answers. Two flows ask for the same names, and one is put on top of the other.
 */
#include "tests/unit/dialogue_says.h"

static const struct draft_flow ALIKE[] = {
    { .name = "table",
      .title = "your table",
      .retries = 0,
      .steps = { { .name = "people", .say = "Guests?", .ask = "number" },
                 { .name = "moment", .say = "When?", .ask = "text" },
                 { .name = "sure", .say = "A table for {{ people }}, {{ moment }}?", .ask = "yes_no" },
                 { .name = "booked", .say = "Table: {{ people }}, {{ moment }}." } } },
    { .name = "boat",
      .title = "your boat",
      .retries = 0,
      .steps = { { .name = "people", .say = "Sailors?", .ask = "number" },
                 { .name = "moment", .say = "Sailing when?", .ask = "text" },
                 { .name = "crew", .action = "flow", .target = "crew" },
                 { .name = "booked", .say = "Boat: {{ people }}, {{ moment }}, {{ captain }}." } } },
    { .name = "crew", .title = "your crew",
      .steps = { { .name = "captain", .say = "Who sails the {{ people }}?", .ask = "text" } } },
};

static void test_what_the_flow_on_top_was_told_does_not_reach_the_flow_below(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, ALIKE);
    enters(&d, "table", "{'note':'window'}", "Guests?");
    says(&d, "4", "When?");
    enters(&d, "boat", NULL, "Sailors?");
    holds(&d, "note", "");
    says(&d, "9", "Sailing when?");
    says(&d, "noon", "Who sails the 9?");
    says(&d, "Ana", "Boat: 9, noon, Ana. / <resume your table> / When?");
    holds(&d, "people", "4#");
    holds(&d, "note", "window~");
    holds(&d, "captain", "");
    says(&d, "friday", "A table for 4, friday?");
    says(&d, "yes", "Table: 4, friday. / (done)");
    dialogue_close(&d);
}

static void test_what_the_flow_below_was_told_does_not_reach_the_flow_on_top(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, ALIKE);
    enters(&d, "boat", "{'people':'9','moment':'noon'}", "Who sails the 9?"); /* a flow run by a step, and its answers */
    enters(&d, "table", "{'moment':'friday'}", "Guests?");
    says(&d, "4", "A table for 4, friday?");
    says(&d, "yes", "Table: 4, friday. / <resume your crew> / Who sails the 9?");
    says(&d, "Ana", "Boat: 9, noon, Ana. / (done)");
    dialogue_close(&d);
}

static void test_a_flow_on_top_that_gives_up_leaves_the_answers_below_as_they_were(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, ALIKE);
    enters(&d, "table", "{'people':'4'}", "When?");
    says(&d, "friday", "A table for 4, friday?");
    enters(&d, "boat", "{'moment':'noon'}", "Sailors?");
    errs(&d, "x", "<gave_up your boat> / <resume your table> / A table for 4, friday?");
    says(&d, "back", "When?");
    holds(&d, "people", "4#");
    dialogue_close(&d);
}

static void test_a_passage_that_is_given_up_below_takes_its_answers_with_it(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN(&d, ALIKE);
    enters(&d, "table", "{'people':'4'}", "When?");
    enters(&d, "boat", "{'people':'9'}", "Sailing when?");
    enters(&d, "table", NULL, "Guests?");
    says(&d, "6", "When?");
    says(&d, "friday", "A table for 6, friday?");
    says(&d, "yes", "Table: 6, friday. / <resume your boat> / Sailing when?");
    says(&d, "noon", "Who sails the 9?");
    says(&d, "Ana", "Boat: 9, noon, Ana. / (done)");
    dialogue_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_flow_on_top_was_told_does_not_reach_the_flow_below),
        cmocka_unit_test(test_what_the_flow_below_was_told_does_not_reach_the_flow_on_top),
        cmocka_unit_test(test_a_flow_on_top_that_gives_up_leaves_the_answers_below_as_they_were),
        cmocka_unit_test(test_a_passage_that_is_given_up_below_takes_its_answers_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
