/* What a model may do beside talking, and how what it said is made fit to be said. */
#include "vendor_case.h"

#include "base/utf8.h"

/* An answer of openai's kind with this content and these tool calls (JSON with ' for "). */
static struct vendor_answer answer_of(const struct backend *backend, const char *content, const char *calls, const char *finish)
{
    struct buf body = { 0 };
    struct jsonw w = { .out = &body };

    jsonw_object(&w, NULL);
    jsonw_array(&w, "choices");
    jsonw_object(&w, NULL);
    jsonw_text(&w, "finish_reason", finish);
    jsonw_object(&w, "message");
    jsonw_text(&w, "content", content);
    if (calls != NULL) {
        struct buf json = { 0 };
        buf_add_text(&json, calls);
        for (size_t i = 0; i < json.len; i++)
            json.data[i] = json.data[i] == '\'' ? '"' : json.data[i];
        jsonw_raw(&w, "tool_calls", json.data);
        buf_release(&json);
    }
    jsonw_end_object(&w);
    jsonw_end_object(&w);
    jsonw_end_array(&w);
    jsonw_end_object(&w);
    struct vendor_answer answer = case_read_bytes(backend, 200, body.data, body.len);
    buf_release(&body);
    return answer;
}

static bool is_same(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static void check_answer(const char *what, struct vendor_answer *answer, const char *text, const char *deeds,
                         const char *unlisted)
{
    struct buf done = { 0 };

    case_deeds(answer, &done);
    if (!is_same(answer->text, text) || !is_same(done.len > 0 ? done.data : NULL, deeds) ||
        !is_same(answer->unlisted, unlisted))
        fail_msg("%s: says '%s', does '%s', unlisted '%s' (%s)", what, answer->text, buf_text(&done), answer->unlisted,
                 answer->reason);
    assert_int_equal(answer->class, text != NULL || deeds != NULL ? VENDOR_ANSWERED : VENDOR_EMPTY);
    vendor_answer_release(answer);
    buf_release(&done);
}

static void tool_calls(void **state)
{
    static const struct {
        const char *calls, *deeds, *unlisted;
    } CASES[] = {
        { "[]", NULL, NULL },
        { "null", NULL, NULL },
        { "[{'function':{'name':'close_conversation','arguments':''}}]", "close", NULL },
        { "[{'function':{'name':'close_conversation'}}]", "close", NULL },
        { "[{'function':{'name':'close_conversation','arguments':null}}]", "close", NULL },
        { "[{'function':{'name':'close_conversation','arguments':'{'}}]", NULL,
          "close_conversation with arguments that are no JSON object" },
        { "[{'function':{'name':'close_conversation','arguments':[]}}]", NULL,
          "close_conversation with arguments that are no JSON object" },
        { "[{'function':{'name':'hand_off','arguments':{}}}]", "handoff support", NULL },
        { "[{'function':{'name':'hand_off','arguments':{'team':'billing','x':1}}}]", "handoff billing", NULL },
        { "[{'function':{'name':'hand_off','arguments':{'team':'board'}}}]", NULL, "hand_off board" },
        { "[{'function':{'name':'start_flow','arguments':{}}}]", NULL, "start_flow" },
        { "[{'function':{'name':'start_flow','arguments':{'flow':'refund'}}}]", NULL, "start_flow refund" },
        { "[{'function':{'name':'start_flow','arguments':{'flow':'Order'}}}]", NULL, "start_flow Order" },
        { "[{'function':{'name':'set_variable','arguments':{'name':'size','value':'XL'}}}]", "set size=XL", NULL },
        { "[{'function':{'name':'set_variable','arguments':{'name':'size','value':12.50}}}]", "set size=12.50", NULL },
        { "[{'function':{'name':'set_variable','arguments':{'name':'size','value':true}}}]", "set size=true", NULL },
        { "[{'function':{'name':'set_variable','arguments':{'name':'size','value':''}}}]", "set size=", NULL },
        { "[{'function':{'name':'set_variable','arguments':{'name':'size','value':null}}}]", NULL,
          "set_variable size without a value" },
        { "[{'function':{'name':'set_variable','arguments':{'name':'size','value':{'a':1}}}}]", NULL,
          "set_variable size without a value" },
        { "[{'function':{'name':'set_variable','arguments':{'name':'price','value':'0'}}}]", NULL, "set_variable price" },
        { "[{'function':{'name':'set_variable','arguments':{'value':'0'}}}]", NULL, "set_variable without a name" },
        { "[{'function':{'name':'send_money','arguments':{'to':'me'}}}]", NULL, "send_money" },
        { "[{'function':{'name':'bad\\nname \\u001b[31m'}}]", NULL, "bad name [31m" },
        { "[{}]", NULL, "an act without a name" },
        { "[7,{'function':{'name':'close_conversation'}}]", "close", "an act without a name" },
        { "[{'function':{'name':'close_conversation'}},{'function':{'name':'close_conversation'}}]", "close", NULL },
        { "[{'function':{'name':'set_variable','arguments':{'name':'size','value':'M'}}},"
          "{'function':{'name':'set_variable','arguments':{'name':'size','value':'L'}}},"
          "{'function':{'name':'set_variable','arguments':{'name':'size','value':'M'}}}]",
          "set size=M; set size=L", NULL },
    };
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct vendor_answer answer = answer_of(&backend, NULL, CASES[i].calls, "tool_calls");
        check_answer(CASES[i].calls, &answer, NULL, CASES[i].deeds, CASES[i].unlisted);
        answer = answer_of(&backend, "Yes.", CASES[i].calls, "tool_calls");
        check_answer(CASES[i].calls, &answer, "Yes.", CASES[i].deeds, CASES[i].unlisted);
    }
}

static void what_a_row_does_not_list_is_not_done(void **state)
{
    static const struct backend_act ONLY_SALES[] = { { ACT_HANDOFF, "sales" } };
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    backend.act_count = 0;
    struct vendor_answer answer = answer_of(&backend, "Bye.", "[{'function':{'name':'close_conversation'}},"
                                                              "{'function':{'name':'hand_off'}}]", "tool_calls");
    check_answer("no acts", &answer, "Bye.", NULL, "close_conversation; hand_off");
    backend.acts = ONLY_SALES;
    backend.act_count = 1;
    answer = answer_of(&backend, NULL, "[{'function':{'name':'hand_off','arguments':'{}'}}]", "tool_calls");
    check_answer("one team", &answer, NULL, "handoff sales", NULL);
    answer = answer_of(&backend, NULL, "[{'function':{'name':'hand_off','arguments':{'team':'people'}}}]", "tool_calls");
    check_answer("a team nobody asked for", &answer, NULL, "handoff sales", NULL);
}

static void more_than_eight_deeds_are_too_many(void **state)
{
    struct backend backend = case_backend(BACKEND_OPENAI);
    struct buf calls = { 0 };
    (void)state;
    for (int i = 0; i < 40; i++)
        buf_addf(&calls, "%s{'function':{'name':'set_variable','arguments':{'name':'size','value':'%d'}}}", i > 0 ? "," : "[", i);
    buf_add_char(&calls, ']');
    struct vendor_answer answer = answer_of(&backend, "Noted.", calls.data, "tool_calls");
    assert_int_equal(answer.deed_count, 8);
    assert_string_equal(answer.deeds[7].value, "7");
    assert_non_null(strstr(answer.unlisted, "set_variable: more than 8 acts at once"));
    assert_true(strlen(answer.unlisted) <= 300);
    vendor_answer_release(&answer);
    buf_release(&calls);
}

static void a_value_beyond_1000_bytes_is_refused(void **state)
{
    struct backend backend = case_backend(BACKEND_OPENAI);
    struct buf calls = { 0 };
    (void)state;
    buf_add_text(&calls, "[{'function':{'name':'set_variable','arguments':{'name':'size','value':'");
    for (int i = 0; i < 1001; i++)
        buf_add_char(&calls, 'x');
    buf_add_text(&calls, "'}}}]");
    struct vendor_answer answer = answer_of(&backend, "Noted.", calls.data, "stop");
    check_answer("a long value", &answer, "Noted.", NULL, "set_variable size to more than 1000 bytes");
    buf_release(&calls);
}

/* Without tools */

static void replies_in_json(void **state)
{
    static const char BROKEN[] = "whatever stands in a reply whose JSON is broken";
    static const struct {
        const char *reply, *text, *deeds, *unlisted;
    } CASES[] = {
        { "{\"say\": \"We open at 9.\", \"do\": []}", "We open at 9.", NULL, NULL },
        { "{\"say\": \" Hi \"}", "Hi", NULL, NULL },
        { "{\"do\": [{\"act\": \"close_conversation\"}]}", NULL, "close", NULL },
        { "{\"say\": null, \"do\": {\"act\": \"hand_off\", \"team\": \"billing\"}}", NULL, "handoff billing", NULL },
        { "{\"say\": \"\", \"do\": [\"close_conversation\"]}", NULL, "close", NULL },
        { "{\"say\": \"Ok\", \"do\": [{\"act\": \"set_variable\", \"name\": \"color\", \"value\": \"red\"},"
          " {\"act\": \"start_flow\", \"flow\": \"order\"}, {\"act\": \"start_flow\", \"flow\": \"spy\"}]}",
          "Ok", "set color=red; flow order", "start_flow spy" },
        { "{\"say\": \"Ok\", \"do\": [{\"act\": \"handoff\"}, 7, null]}", "Ok", "handoff support",
          "an act without a name; an act without a name" },
        { "{\"say\": \"Ok\", \"do\": \"nothing\"}", "Ok", NULL, "nothing" },
        { "```json\n{\"say\": \"In a fence\", \"do\": []}\n```", "In a fence", NULL, NULL },
        { "```\n{\"say\": \"In a fence\"}\n```\n", "In a fence", NULL, NULL },
        { "Here you are:\n{\"say\": \"Behind words\", \"do\": []}\nGood?", "Behind words", NULL, NULL },
        { "<think>{\"say\": \"no\"}</think>{\"say\": \"yes\"}", "yes", NULL, NULL },
        { "We open at 9.", "We open at 9.", NULL, NULL },
        { "A set {1, 2} of things", "A set {1, 2} of things", NULL, NULL },
        { "Prices: {\"cake\": 32}", "Prices: {\"cake\": 32}", NULL, NULL },
        { "{\"say\": \"She said \\\"hi\\\".\", \"do\": []}", "She said \"hi\".", NULL, NULL },
        { "{\"say\": \"She said \"hi\" to us.\", \"do\": []}", "She said \"hi\" to us.", NULL, BROKEN },
        { "{\"say\": \"One\nTwo\", \"do\": []}", "One\nTwo", NULL, BROKEN },
        { "{\"say\": \"Cut in the mid", "Cut in the mid", NULL, BROKEN },
        { "{\"say\": \"Cut behind \\", "Cut behind", NULL, BROKEN },
        { "{\"say\": \"Cut in \\ud83d\\ude", "Cut in", NULL, BROKEN },
        { "{\"say\": \"Done.\", \"do\": [{\"act\": \"close_conv", "Done.", NULL, BROKEN },
        { "{\"say\": 42}", "42", NULL, NULL },
    };
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    backend.has_tools = false;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct vendor_answer answer = answer_of(&backend, CASES[i].reply, NULL, "stop");
        check_answer(CASES[i].reply, &answer, CASES[i].text, CASES[i].deeds, CASES[i].unlisted);
    }
}

static void json_that_is_no_reply_is_garbage(void **state)
{
    static const char *const REPLIES[] = {
        "{\"message\": \"hi\"}", "{}", "{\"say\": [\"a\"]}", "{\"say\": {}}", "{broken", "```json\n[1]\n```",
    };
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    for (size_t i = 0; i < sizeof REPLIES / sizeof REPLIES[0]; i++) {
        backend.has_tools = false;
        struct vendor_answer answer = answer_of(&backend, REPLIES[i], NULL, "stop");
        if (answer.class != VENDOR_GARBAGE || answer.text != NULL || answer.deed_count != 0)
            fail_msg("%s: %s", REPLIES[i], vendor_class_name(answer.class));
        vendor_answer_release(&answer);
        backend.has_tools = true; /* nobody asked for a reply in JSON: a text like any other */
        answer = answer_of(&backend, REPLIES[i], NULL, "stop");
        assert_string_equal(answer.text, REPLIES[i]);
        vendor_answer_release(&answer);
    }
}

static void a_reply_that_was_cut_ends_at_a_sentence(void **state)
{
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    backend.has_tools = false;
    struct vendor_answer answer = answer_of(&backend, "{\"say\": \"Hello. On Mondays we open at t", NULL, "length");
    assert_true(answer.is_cut);
    assert_string_equal(answer.text, "Hello. On Mondays we open at t…");
    vendor_answer_release(&answer);
    answer = answer_of(&backend, "{\"say\": \"We open at nine in the morning. On M", NULL, "length");
    assert_string_equal(answer.text, "We open at nine in the morning.");
    vendor_answer_release(&answer);
    answer = answer_of(&backend, "{\"sa", NULL, "length");
    assert_int_equal(answer.class, VENDOR_EMPTY);
    assert_non_null(strstr(answer.reason, "max_tokens"));
    vendor_answer_release(&answer);
}

/* Texts */

static void cut_texts_end_at_a_sentence(void **state)
{
    static const struct {
        const char *said, *text;
    } CASES[] = {
        { "Yes. We", "Yes." },
        { "Is it far? No! It is ne", "Is it far? No!" },
        { "She said \"come in.\" Then she", "She said \"come in.\"" },
        { "*Open now.* And tom", "*Open now.*" },
        { "First line of it\nSecond l", "First line of it" },
        { "営業時間は九時からです。日曜", "営業時間は九時からです。" },
        { "주문은 내일 도착해요. 배송", "주문은 내일 도착해요." },
        { "It costs 3.50 and that is al", "It costs 3.50 and that is al…" },
        { "We do. It costs 3.", "We do. It costs 3.…" },
        { "It is ready in a moment. It costs 3.", "It is ready in a moment." },
        { "Take these steps now:\n1. Open\n2.", "Take these steps now:\n1. Open" },
        { "Short. And here follows a very long sentence that never ends", "Short. And here follows a very long sentence "
                                                                         "that never ends…" },
        { "no end at all", "no end at all…" },
        { "All is said.", "All is said." },
        { "Wait…", "Wait…" },
    };
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct vendor_answer answer = answer_of(&backend, CASES[i].said, NULL, "length");
        if (!answer.is_cut || strcmp(answer.text, CASES[i].text) != 0)
            fail_msg("%s: %s", CASES[i].said, answer.text);
        vendor_answer_release(&answer);
        answer = answer_of(&backend, CASES[i].said, NULL, "stop");
        assert_string_equal(answer.text, CASES[i].said);
        assert_false(answer.is_cut);
        vendor_answer_release(&answer);
    }
}

static void thoughts_are_not_said(void **state)
{
    static const struct {
        const char *said, *text;
    } CASES[] = {
        { "<think>hm</think>Yes.", "Yes." },
        { " \n<think>\n\n</think>\n\nYes.", "Yes." },
        { "hm, they want\n</think>\nYes.", "Yes." },
        { "<think>it never ends", NULL },
        { "Say <think>a</think> b", "Say <think>a</think> b" },
        { "Yes. <think>", "Yes. <think>" },
        { "\u3000\u00A0 Yes.\u2003\n", "Yes." },
        { "\u200B\uFEFF", NULL },
        { "\t \n", NULL },
        { "", NULL },
        { NULL, NULL },
    };
    struct backend backend = case_backend(BACKEND_OPENAI);
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct vendor_answer answer = answer_of(&backend, CASES[i].said, NULL, "stop");
        check_answer(CASES[i].said != NULL ? CASES[i].said : "null", &answer, CASES[i].text, NULL, NULL);
    }
}

static void texts_end_at_64_kb_on_a_character(void **state)
{
    static const char *const FINISHES[] = { "stop", "length" };
    struct backend backend = case_backend(BACKEND_OPENAI);
    struct buf said = { 0 };
    (void)state;
    while (said.len <= BACKEND_TEXT_MAX)
        buf_add_text(&said, "가나다");
    for (size_t i = 0; i < 2; i++) {
        struct vendor_answer answer = answer_of(&backend, said.data, NULL, FINISHES[i]);
        size_t len = strlen(answer.text);
        assert_true(len <= BACKEND_TEXT_MAX && len > BACKEND_TEXT_MAX - 6);
        assert_true(utf8_is_valid(answer.text, len));
        assert_int_equal(strcmp(answer.text + len - 3, "…") == 0, i == 1);
        vendor_answer_release(&answer);
    }
    buf_release(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tool_calls),
        cmocka_unit_test(what_a_row_does_not_list_is_not_done),
        cmocka_unit_test(more_than_eight_deeds_are_too_many),
        cmocka_unit_test(a_value_beyond_1000_bytes_is_refused),
        cmocka_unit_test(replies_in_json),
        cmocka_unit_test(json_that_is_no_reply_is_garbage),
        cmocka_unit_test(a_reply_that_was_cut_ends_at_a_sentence),
        cmocka_unit_test(cut_texts_end_at_a_sentence),
        cmocka_unit_test(thoughts_are_not_said),
        cmocka_unit_test(texts_end_at_64_kb_on_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
