/* consult and the sessions of vendors: what one gave comes back to it, until it knows it no more. */
#include "desk/health.h"
#include "tests/lib/asking.h"

static const char RULES[] = ASKING_SHOP
    "INSERT INTO backend (name, kind, url, body, text_at, session_at, settle_ms) VALUES\n"
    " ('bot', 'http', 'https://bot.example.com/ask', '{\"s\": {{ vendor_session }}}', '/t', '/s', 0);\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('why', 'why', 'consult', 'bot');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

/* The only question that may leave, with this body; it is answered so. */
static void answer_one(struct fixture *f, const char *body, int status, const char *answer)
{
    struct consult_call *call = claim_one(f);

    assert_string_equal(buf_text(&call->request.body), body);
    settle(f, call, answered(status, answer));
}

static void a_session_is_kept_for_its_conversation_and_given_back(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    answer_one(f, "{\"s\": null}", 200, "{\"t\":\"One.\",\"s\":\"s-1\"}");
    hear(f, "ben", "why");
    answer_one(f, "{\"s\": null}", 200, "{\"t\":\"Two.\"}");
    hear(f, "ana", "why");
    answer_one(f, "{\"s\": \"s-1\"}", 200, "{\"t\":\"Three.\",\"s\":\"s-2\"}");
    hear(f, "ana", "why");
    answer_one(f, "{\"s\": \"s-2\"}", 200, "{\"t\":\"Four.\"}");
    hear(f, "ana", "why");
    answer_one(f, "{\"s\": \"s-2\"}", 200, "{\"t\":\"Five.\"}");
    assert_string_equal(said(f), "One.|Two.|Three.|Four.|Five.");
}

/* The customer hears an answer, and nobody else's questions suffer. */
static void a_session_that_the_vendor_forgot_is_begun_anew(void **state)
{
    static const int REFUSALS[] = { 404, 400 };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        hear(f, "ana", "why");
        settle(f, claim_one(f), answered(200, "{\"t\":\"Hello.\",\"s\":\"s-1\"}"));
        hear(f, "ana", "why");
        answer_one(f, "{\"s\": \"s-1\"}", REFUSALS[i], "{\"error\":\"no such session\"}");
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM lane"), 0);
        answer_one(f, "{\"s\": null}", 200, "{\"t\":\"Again.\",\"s\":\"s-2\"}");
    }
    assert_string_equal(said(f), "Hello.|Again.|Hello.|Again.");
}

static void what_fails_without_a_session_as_well_opens_the_circuit(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    answer_one(f, "{\"s\": null}", 200, "{\"t\":\"One.\",\"s\":\"s-1\"}");
    hear(f, "ana", "why");
    answer_one(f, "{\"s\": \"s-1\"}", 401, "{}");
    answer_one(f, "{\"s\": null}", 401, "{}");
    claim_none(f);
    assert_string_equal(fixture_text(f, "SELECT state FROM lane"), "stopped");
    assert_string_equal(said(f), "One.|Sorry.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_session_is_kept_for_its_conversation_and_given_back),
        TEST(a_session_that_the_vendor_forgot_is_begun_anew),
        TEST(what_fails_without_a_session_as_well_opens_the_circuit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
