/*
 * step: services that are called, what comes back, and what does not.
 */
#include "tests/unit/dialogue_says.h"

static const struct draft_service SERVICES[] = {
    { .name = "diary",
      .url = "https://diary.test/{{ day }}?n={{ people }}",
      .body = "{\"n\":{{ people }},\"day\":\"{{ day }}\",\"by\":{{ day }}}",
      .values = { { "free", "/free" },
                  { "code", "/codes/0" },
                  { "is_open", "/open" },
                  { "name", "/name" } } },
    { .name = "ping", .url = "https://ping.test/" },
};

static const struct draft_flow BOOK[] = {
    { .name = "book",
      .title = "your booking",
      .give_up = "person",
      .steps = {
          { .name = "people", .say = "How many?", .ask = "number" },
          { .name = "day", .say = "Which day?", .ask = "text" },
          { .name = "call",
            .say = "One moment.",
            .action = "call",
            .target = "diary",
            .branches = { { .only_if = ":timed_out", .say = "The diary is slow.", .next = "end" },
                          { .only_if = ":failed AND :status = 409", .say = "That day is full.", .redo = "day" },
                          { .only_if = "@free = 0", .say = "No table is free.", .redo = "day" },
                          { .only_if = ":status <> 0 OR :failed = 0 AND @people > 9", .say = "What a party." } } },
          { .name = "done", .say = "Your code is {{ code }}.", .next = "end" },
          { .name = "person", .say = "A colleague will call.", .action = "handoff", .target = "support" },
      } },
    { .name = "order",
      .title = "your order",
      .steps = { { .name = "number", .say = "Which order?", .ask = "number" },
                 { .name = "told", .say = "Order {{ number }} is baking." } } },
    { .name = "pinging", .steps = { { .name = "a", .action = "call", .target = "ping" }, { .name = "b", .say = "Pong." } } },
};

static const char CALLED[] = "One moment. / call diary#1 https://diary.test/friday?n=4 "
                             "{\"n\":4,\"day\":\"friday\",\"by\":\"friday\"}";

static void begin(struct dialogue *d)
{
    OPEN_WITH(d, BOOK, SERVICES);
    enters(d, "book", "{'people':'4','day':'friday'}", CALLED);
    assert_int_equal(d->run.waits, RUN_WAITS_CALL);
}

static void test_an_answer_becomes_variables_and_the_branches_are_asked(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    answers(&d, 1, "{'free':2,'codes':['R7'],'open':true,'name':null}", "Your code is R7. / (done)");
    holds(&d, "free", "2#");
    holds(&d, "code", "R7~");
    holds(&d, "is_open", "1#");
    holds(&d, "name", "");
    dialogue_close(&d);
}

static void test_what_is_absent_is_removed(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    answers(&d, 1, "{'free':0,'codes':['R7'],'name':'Ana'}", "No table is free. / Which day?");
    holds(&d, "code", "R7~");
    says(
        &d, "monday",
        "One moment. / call diary#2 https://diary.test/monday?n=4 {\"n\":4,\"day\":\"monday\",\"by\":\"monday\"}");
    answers(&d, 2, "{'codes':[],'name':{'first':'Ana'},'free':1}", "Your code is . / (done)");
    holds(&d, "code", "");
    holds(&d, "name", ""); /* no scalar */
    holds(&d, "free", "1#");
    dialogue_close(&d);
}

static void test_a_result_for_another_call_changes_nothing(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    answers(&d, 1, "{'free':0}", "No table is free. / Which day?");
    idles(&d, &(struct flow_input){ .kind = FLOW_RESULT, .call = 1 }); /* it has ended */
    idles(&d, &(struct flow_input){ .kind = FLOW_RESULT, .call = 0 }); /* none is awaited */
    says(
        &d, "monday",
        "One moment. / call diary#2 https://diary.test/monday?n=4 {\"n\":4,\"day\":\"monday\",\"by\":\"monday\"}");
    idles(&d, &(struct flow_input){ .kind = FLOW_RESULT, .call = 1 });
    idles(&d, &(struct flow_input){ .kind = FLOW_RESULT, .call = 3 });
    idles(&d, &(struct flow_input){ .kind = FLOW_RESULT, .call = 0 });
    answers(&d, 2, "{'free':1,'codes':[5]}", "Your code is 5. / (done)");
    enters(&d, "pinging", NULL,
           "call ping#3 https://ping.test/"); /* counted on, so that a late one finds nothing */
    dialogue_close(&d);
}

static void test_values_are_escaped_for_their_place(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN_WITH(&d, BOOK, SERVICES);
    enters(&d, "book", "{'people':'4'}", "Which day?");
    says(&d, "a/../b?x=1&y=\"z\", \\",
         "One moment. / call diary#1 https://diary.test/a%2F..%2Fb%3Fx%3D1%26y%3D%22z%22%2C%20%5C?n=4 "
         "{\"n\":4,\"day\":\"a/../b?x=1&y=\\\"z\\\", \\\\\",\"by\":\"a/../b?x=1&y=\\\"z\\\", \\\\\"}");
    dialogue_close(&d);
}

/* Failures */

static void test_a_value_that_would_call_another_address_has_failed_before_it_left(void **state)
{
    (void)state;
    static const struct draft_service SHOP[] = {
        { .name = "shop", .url = "https://shop.test/o/{{ x }}?y={{ y }}" },
    };
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .give_up = "sorry",
          .steps = { { .name = "x", .say = "x?", .ask = "text" },
                     { .name = "c",
                       .action = "call",
                       .target = "shop",
                       .branches = { { .only_if = ":failed AND @vip AND @x = '.'", .say = "No.", .next = "end" } } },
                     { .name = "over", .say = "Fine.", .next = "end" },
                     { .name = "sorry", .say = "Sorry." } } },
        { .name = "unset", .steps = { { .name = "c", .action = "call", .target = "shop" } } },
    };
    struct dialogue d;
    OPEN_WITH(&d, FLOWS, SHOP);
    enters(&d, "f", NULL, "x?");
    says(&d, "..", "Sorry. / (done)");
    assert_int_equal(d.run.call, 0); /* none was made */
    enters(&d, "f", "{'x':'.'}", "No. / (done)");
    enters(&d, "unset", NULL, "<gave_up unset> / (gave_up)");
    enters(&d, "f", "{'x':'...'}", "call shop#1 https://shop.test/o/...?y="); /* a name like any other; y may be empty */
    dialogue_close(&d);
}

static void test_a_failure_takes_a_branch_that_asks_for_it_or_the_way_out(void **state)
{
    (void)state;
    static const char OUT[] = "A colleague will call. / handoff support / (handoff)";
    struct dialogue d;
    begin(&d);
    fails(&d, 1, 504, true, "The diary is slow. / (done)");
    enters(&d, "book", "{'people':'4','day':'x'}",
           "One moment. / call diary#2 https://diary.test/x?n=4 {\"n\":4,\"day\":\"x\",\"by\":\"x\"}");
    fails(&d, 2, 409, false, "That day is full. / Which day?");
    says(&d, "y", "One moment. / call diary#3 https://diary.test/y?n=4 {\"n\":4,\"day\":\"y\",\"by\":\"y\"}");
    fails(&d, 3, 0, false, OUT);
    dialogue_close(&d);
}

static void test_a_failed_answer_may_still_bring_values(void **state)
{
    (void)state;
    struct json *json = NULL;
    struct dialogue d;
    begin(&d);
    assert_int_equal(json_parse("{\"free\":3}", 10, JSON_STRICT, &json, NULL), 0);
    struct flow_input input = {
        .kind = FLOW_RESULT, .call = 1, .has_failed = true, .status = 409, .answer = json
    };
    follows(&d, dialogue_run(&d, &input), FLOW_STEPPED, "409", "That day is full. / Which day?");
    holds(&d, "free", "3#");
    json_free(json);
    dialogue_close(&d);
}

static void test_an_answer_that_is_no_json_has_failed_where_values_are_wanted(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    struct flow_input input = { .kind = FLOW_RESULT, .call = 1, .status = 200 };
    follows(&d, dialogue_run(&d, &input), FLOW_STEPPED, "no JSON",
            "What a party. / Your code is . / (done)"); /* the branch that asks for :status */
    enters(&d, "pinging", NULL, "call ping#2 https://ping.test/");
    input.call = 2;
    follows(&d, dialogue_run(&d, &input), FLOW_STEPPED, "no JSON", "Pong. / (done)");
    dialogue_close(&d);
}

static void test_after_a_success_the_facts_of_trouble_are_0(void **state)
{
    (void)state;
    struct dialogue d;
    OPEN_WITH(&d, BOOK, SERVICES);
    enters(&d, "book", "{'people':'10','day':'x'}",
           "One moment. / call diary#1 https://diary.test/x?n=10 {\"n\":10,\"day\":\"x\",\"by\":\"x\"}");
    answers(&d, 1, "{'free':1,'codes':['A']}", "What a party. / Your code is A. / (done)");
    dialogue_close(&d);
}

static void test_a_request_that_grew_too_long_has_failed_before_it_left(void **state)
{
    (void)state;
    struct draft_service service = { .name = "s" };
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "v", .say = "v?", .ask = "text" },
                     { .name = "c",
                       .action = "call",
                       .target = "s",
                       .branches = { { .only_if = ":failed", .say = "Too long.", .next = "end" } } } } },
    };
    for (int extra = 0; extra <= 1; extra++) {
        struct buf url = { 0 };
        struct dialogue d;
        while (url.len < CALL_URL_MAX - 900 + (size_t)extra)
            buf_add_char(&url, 'x');
        buf_add_text(&url, "{{ v }}");
        service.url = buf_text(&url);
        dialogue_open(&d, FLOWS, 1, &service, 1);
        enters(&d, "f", NULL, "v?");
        struct buf text = { 0 };
        while (text.len < 900)
            buf_add_text(&text, "\u00e9"); /* 2 bytes, 6 in a URL */
        buf_truncate(&text, 300);
        if (extra == 0) {
            struct flow_input input = { .kind = FLOW_TEXT, .text = buf_text(&text) };
            assert_int_equal(dialogue_run(&d, &input), FLOW_STEPPED);
            assert_int_equal(d.effects.list[0].kind, FLOW_CALL);
            assert_int_equal(strlen(d.effects.list[0].url), CALL_URL_MAX);
        } else {
            says(&d, buf_text(&text), "Too long. / (done)");
        }
        buf_release(&text);
        buf_release(&url);
        dialogue_close(&d);
    }
}

static void test_calls_that_are_tried_again_for_ever_end(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "q", .say = "q?", .ask = "text" },
                     { .name = "c",
                       .action = "call",
                       .target = "ping",
                       .branches = { { .only_if = ":failed", .next = "c" } } } } },
    };
    char called[80];
    struct dialogue d;
    OPEN_WITH(&d, FLOWS, SERVICES);
    enters(&d, "f", "{'q':'x'}", "call ping#1 https://ping.test/");
    for (int call = 1; call < FLOW_CALLS_MAX; call++) {
        snprintf(called, sizeof called, "call ping#%d https://ping.test/", call + 1);
        fails(&d, call, 500, false, called);
    }
    fails(&d, FLOW_CALLS_MAX, 500, false, "<gave_up f> / (gave_up)");
    dialogue_close(&d);
}

static void test_every_word_of_the_customer_allows_further_calls(void **state)
{
    (void)state;
    static const struct draft_flow FLOWS[] = {
        { .name = "f",
          .steps = { { .name = "q", .say = "q?", .ask = "text" },
                     { .name = "c",
                       .action = "call",
                       .target = "ping",
                       .branches = { { .only_if = "1", .redo = "q" } } } } },
    };
    struct dialogue d;
    OPEN_WITH(&d, FLOWS, SERVICES);
    enters(&d, "f", NULL, "q?");
    for (int call = 1; call <= FLOW_CALLS_MAX + 5; call++) {
        struct flow_input input = { .kind = FLOW_TEXT, .text = "x" };
        assert_int_equal(dialogue_run(&d, &input), FLOW_STEPPED);
        answers(&d, call, "{}", "q?");
    }
    dialogue_close(&d);
}

/* While it is awaited */

static void test_a_message_meanwhile_is_unread_and_then_idle(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    is_unread(&d, "hello?");
    is_unread(&d, "back");
    idles(&d, &(struct flow_input){ .kind = FLOW_WRONG, .text = "hello?" });
    idles(&d, &(struct flow_input){ .kind = FLOW_RESUME });
    answers(&d, 1, "{'free':2,'codes':['R7']}", "Your code is R7. / (done)");
    dialogue_close(&d);
}

static void test_a_result_for_an_interrupted_flow_waits_until_it_is_resumed(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    enters(&d, "order", NULL, "Which order?");
    answers(&d, 1, "{'free':2,'codes':['R7']}", "");
    holds(&d, "code", ""); /* it is the booking's, not the order's */
    idles(&d, &(struct flow_input){ .kind = FLOW_RESULT, .call = 1 }); /* once */
    says(&d, "9", "Order 9 is baking. / <resume your booking> / Your code is R7. / (done)");
    dialogue_close(&d);
}

/* One service for both flows, and the flow on top has its answer already. */
static void test_a_late_result_reaches_the_variables_of_the_flow_that_called(void **state)
{
    (void)state;
    static const struct draft_service STORE[] = { { .name = "store",
                                                    .url = "https://store.test/{{ thing }}",
                                                    .values = { { "left", "/left" }, { "thing", "/thing" } } } };
    static const struct draft_flow FLOWS[] = {
        { .name = "tea",
          .steps = { { .name = "thing", .say = "Which tea?", .ask = "text" },
                     { .name = "look", .action = "call", .target = "store" },
                     { .name = "told", .say = "Tea: {{ left }} of {{ thing }}." } } },
        { .name = "cake",
          .steps = { { .name = "thing", .say = "Which cake?", .ask = "text" },
                     { .name = "look", .action = "call", .target = "store" },
                     { .name = "sure", .say = "{{ left }} of {{ thing }}, take one?", .ask = "yes_no" },
                     { .name = "told", .say = "Cake: {{ left }} of {{ thing }}." } } },
    };
    struct dialogue d;
    OPEN_WITH(&d, FLOWS, STORE);
    enters(&d, "tea", "{'thing':'mint'}", "call store#1 https://store.test/mint");
    enters(&d, "cake", "{'thing':'nut'}", "call store#2 https://store.test/nut");
    answers(&d, 2, "{'left':5,'thing':'nut'}", "5 of nut, take one?");
    answers(&d, 1, "{'left':70}", "");
    holds(&d, "left", "5#");
    holds(&d, "thing", "nut~");
    says(&d, "yes", "Cake: 5 of nut. / <resume tea> / Tea: 70 of . / (done)"); /* what is absent is removed */
    dialogue_close(&d);
}

static void test_a_failure_for_an_interrupted_flow_waits_too(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    enters(&d, "order", NULL, "Which order?");
    fails(&d, 1, 409, false, "");
    says(&d, "9", "Order 9 is baking. / <resume your booking> / That day is full. / Which day?");
    dialogue_close(&d);
}

static void test_an_interrupted_flow_whose_call_is_still_out_waits_for_it(void **state)
{
    (void)state;
    struct dialogue d;
    begin(&d);
    enters(&d, "order", NULL, "Which order?");
    says(&d, "9", "Order 9 is baking. / <resume your booking>"); /* it is not called twice */
    assert_int_equal(d.run.waits, RUN_WAITS_CALL);
    answers(&d, 1, "{'free':2,'codes':['R7']}", "Your code is R7. / (done)");
    dialogue_close(&d);
}

static void test_an_interrupted_flow_whose_call_is_gone_awaits_it_no_more(void **state)
{
    (void)state;
    struct draft_flow changed[] = { BOOK[1],
                                    { .name = "book",
                                      .title = "new",
                                      .give_up = "tell",
                                      .steps = { { .name = "tell", .say = "What now?", .ask = "text" } } } };
    struct dialogue d;
    begin(&d);
    enters(&d, "order", NULL, "Which order?");
    dialogue_draft(&d, changed, 2);
    says(&d, "9", "Order 9 is baking. / What now?");
    idles(&d, &(struct flow_input){ .kind = FLOW_RESULT, .call = 1 });
    dialogue_close(&d);
}

static void test_a_result_for_a_step_that_is_gone_takes_the_way_out(void **state)
{
    (void)state;
    static const struct draft_flow NEW[] = {
        { .name = "book", .title = "new", .steps = { { .name = "call", .say = "Call us." } } },
    };
    struct dialogue d;
    begin(&d);
    dialogue_draft(&d, NEW, 1);
    answers(&d, 1, "{'free':2}", "<changed new> / (changed)");
    dialogue_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_becomes_variables_and_the_branches_are_asked),
        cmocka_unit_test(test_what_is_absent_is_removed),
        cmocka_unit_test(test_a_result_for_another_call_changes_nothing),
        cmocka_unit_test(test_values_are_escaped_for_their_place),
        cmocka_unit_test(test_a_value_that_would_call_another_address_has_failed_before_it_left),
        cmocka_unit_test(test_a_failure_takes_a_branch_that_asks_for_it_or_the_way_out),
        cmocka_unit_test(test_a_failed_answer_may_still_bring_values),
        cmocka_unit_test(test_an_answer_that_is_no_json_has_failed_where_values_are_wanted),
        cmocka_unit_test(test_after_a_success_the_facts_of_trouble_are_0),
        cmocka_unit_test(test_a_request_that_grew_too_long_has_failed_before_it_left),
        cmocka_unit_test(test_calls_that_are_tried_again_for_ever_end),
        cmocka_unit_test(test_a_message_meanwhile_is_unread_and_then_idle),
        cmocka_unit_test(test_a_result_for_an_interrupted_flow_waits_until_it_is_resumed),
        cmocka_unit_test(test_a_late_result_reaches_the_variables_of_the_flow_that_called),
        cmocka_unit_test(test_a_failure_for_an_interrupted_flow_waits_too),
        cmocka_unit_test(test_an_interrupted_flow_whose_call_is_still_out_waits_for_it),
        cmocka_unit_test(test_every_word_of_the_customer_allows_further_calls),
        cmocka_unit_test(test_an_interrupted_flow_whose_call_is_gone_awaits_it_no_more),
        cmocka_unit_test(test_a_result_for_a_step_that_is_gone_takes_the_way_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
