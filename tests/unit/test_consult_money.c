/*
 * consult_money: what a question costs, on which day, and who is asked when a cap is reached.
 *
 * A question is charged with 1000 millionths in advance, for an answer of 100 tokens, and costs 10 for each that came.
 */
#include "tests/lib/asking.h"

static const char RULES[] = ASKING_SHOP
    "INSERT INTO backend (name, kind, settle_ms) VALUES ('book', 'faq', 0);\n"
    "INSERT INTO faq (question, answer) VALUES ('Is there parking?', 'Behind the house.');\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms, price_in, price_out, max_tokens) VALUES\n"
    " ('wise', 'openai', " ASKING_URL ", 'm', 0, '0', '10', 100);\n"
    "INSERT INTO backend (name, kind, url, model, settle_ms, price_in, price_out, max_tokens, fallback) VALUES\n"
    " ('safe', 'openai', " ASKING_URL ", 'm', 0, '0', '10', 100, 'book');\n"
    "INSERT INTO rule (name, words, action, target) VALUES\n"
    " ('why', 'why', 'consult', 'wise'), ('park', 'parking', 'consult', 'safe');\n";

/* Room for two questions at full charge, and for none of a third. */
static const char ALL_CAPPED[] = "INSERT INTO setting (name, value) VALUES ('ai_day_cap', '0.0025');\n";
static const char CONTACT_CAPPED[] = "INSERT INTO setting (name, value) VALUES ('ai_contact_day_cap', '0.0025');\n";
static const char ROW_CAPPED[] =
    "INSERT INTO backend (name, kind, url, model, settle_ms, price_in, price_out, max_tokens, day_cap) VALUES\n"
    " ('dear', 'openai', " ASKING_URL ", 'm', 0, '0', '10', 100, '0.0025');\n"
    "INSERT INTO rule (name, priority, words, action, target) VALUES ('dear', 900, 'dear', 'consult', 'dear');\n";
/* 1000 for a million tokens in: 1.00 is a thousand of them. */
static const char SERVICES[] =
    "INSERT INTO backend (name, kind, url, method, text_at, settle_ms, price_in, price_out, day_cap, max_tokens, tokens_in_at,\n"
    " tokens_out_at) VALUES\n"
    " ('getter', 'http', 'https://bot.example.com/ask?q={{ message }}', 'GET', '/t', 0, '1000', '0', '1', 1, '/i', '/o'),\n"
    " ('reader', 'http', 'https://bot.example.com/ask?q={{ message }}', 'GET', '/t', 0, '1000', '0', '1', 600, '/i', '/o');\n"
    "INSERT INTO rule (name, priority, words, action, target) VALUES\n"
    " ('get', 900, 'get', 'consult', 'getter'), ('read', 900, 'read', 'consult', 'reader');\n";
static const char ROW_CONTACT_CAPPED[] =
    "INSERT INTO backend (name, kind, url, model, settle_ms, price_in, price_out, max_tokens, contact_day_cap) VALUES\n"
    " ('dear', 'openai', " ASKING_URL ", 'm', 0, '0', '10', 100, '0.0025');\n"
    "INSERT INTO rule (name, priority, words, action, target) VALUES ('dear', 900, 'dear', 'consult', 'dear');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static void load_with(struct fixture *f, const char *more)
{
    char rules[8000];

    snprintf(rules, sizeof rules, "%s%s", RULES, more);
    fixture_load(f, rules);
}

/* Of all scopes the same: the day's sum. */
static int64_t spent(struct fixture *f)
{
    int64_t all = fixture_int(f, "SELECT coalesce((SELECT sum(cost) FROM spend WHERE scope = 'all'), 0)");

    assert_int_equal(fixture_int(f, "SELECT coalesce((SELECT sum(cost) FROM spend WHERE scope GLOB 'contact *'), 0)"), all);
    assert_int_equal(fixture_int(f, "SELECT coalesce((SELECT sum(cost) FROM spend WHERE scope GLOB 'backend *' "
                                    "AND scope NOT GLOB '* contact *'), 0)"),
                     all);
    assert_int_equal(fixture_int(f, "SELECT coalesce((SELECT sum(cost) FROM spend WHERE scope GLOB 'backend * contact *'), 0)"),
                     all);
    return all;
}

static int64_t used(struct fixture *f)
{
    return fixture_int(f, "SELECT coalesce((SELECT sum(cost) FROM usage), 0)");
}

static int64_t asked(struct fixture *f)
{
    return fixture_int(f, "SELECT coalesce((SELECT sum(asked) FROM usage), 0)");
}

static void a_question_is_charged_before_it_leaves_and_corrected_behind_it(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    hear(f, "ana", "why");
    call = claim_one(f);
    assert_int_equal(call->charged, 1000);
    assert_string_equal(call->charged_on, "2026-05-11");
    assert_int_equal(spent(f), 1000);
    assert_int_equal(used(f), 0);
    settle(f, call, says_for("Yes.", 7, 20));
    assert_int_equal(spent(f), 200);
    assert_int_equal(used(f), 200);
    assert_string_equal(fixture_text(f, "SELECT asked || ' ' || answered || ' ' || tokens_in || ' ' || tokens_out FROM usage"),
                        "1 1 7 20");
}

/* Whoever breaks the first call off settles its bill; the row must not bring it a second time. */
static void a_question_that_is_asked_again_for_a_joiner_is_paid_twice_and_not_three_times(void **state)
{
    struct fixture *f = *state;
    struct consult_call *first, *second;

    hear(f, "ana", "why one");
    first = claim_one(f);
    hear(f, "ana", "why two");
    settle(f, first, lost());
    second = claim_one(f);
    assert_int_equal(spent(f), 2000);
    settle(f, second, says_for("Yes.", 7, 20));
    assert_int_equal(asked(f), 2);
    assert_int_equal(used(f), 1200);
    assert_int_equal(spent(f), 1200);
}

/* The other order: it is asked again before the end of the first call is known. */
static void a_call_that_ends_behind_its_successor_pays_for_itself_alone(void **state)
{
    struct fixture *f = *state;
    struct consult_call *first, *second;

    hear(f, "ana", "why one");
    first = claim_one(f);
    hear(f, "ana", "why two");
    second = claim_one(f);
    assert_int_equal(spent(f), 2000);
    settle(f, second, says_for("Yes.", 7, 20));
    settle(f, first, says_for("Early.", 7, 30));
    assert_int_equal(asked(f), 2);
    assert_int_equal(used(f), 500);
    assert_int_equal(spent(f), 500);
}

static void who_refuses_or_is_not_reached_is_not_paid(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    settle(f, claim_one(f), answered(400, "{\"error\":{\"message\":\"no\"}}"));
    hear(f, "ben", "why");
    settle(f, claim_one(f), never_left());
    assert_int_equal(asked(f), 2);
    assert_int_equal(used(f), 0);
    assert_int_equal(spent(f), 0);
}

static void a_call_of_which_nobody_knows_stays_charged(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    settle(f, claim_one(f), lost());
    assert_int_equal(used(f), 1000);
    assert_int_equal(spent(f), 1000);
}

/* Its vendor has worked for it, and does not say how much. */
static void an_answer_that_is_garbage_stays_charged(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    settle(f, claim_one(f), answered(200, "<html>It works!</html>"));
    assert_int_equal(used(f), 1000);
    assert_int_equal(spent(f), 1000);
}

/* Half a count is none: what was charged would come back for a part that nobody knows. */
static void an_answer_that_is_counted_by_half_stays_charged(void **state)
{
    static const char *const HALVES[] = { "\"prompt_tokens\":7", "\"completion_tokens\":20" };
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        char body[200];

        snprintf(body, sizeof body, "{\"choices\":[{\"message\":{\"content\":\"Yes.\"}}],\"usage\":{%s}}", HALVES[i]);
        hear(f, "ana", "why");
        settle(f, claim_one(f), answered(200, body));
        assert_int_equal(spent(f), 1000 * (i + 1));
        assert_int_equal(used(f), 1000 * (i + 1));
    }
}

static void a_call_costs_what_it_cost_when_it_was_made(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;
    char dearer[4000];

    hear(f, "ana", "why");
    call = claim_one(f);
    snprintf(dearer, sizeof dearer, "%s", RULES);
    memcpy(strstr(dearer, "'0', '10', 100);"), "'9', '90', 100);", 16);
    fixture_load(f, dearer);
    settle(f, call, says_for("Yes.", 7, 20));
    assert_int_equal(spent(f), 200);
    hear(f, "ana", "why");
    settle(f, claim_one(f), says_for("Yes.", 7, 20));
    assert_int_equal(spent(f), 200 + 7 * 9 + 20 * 90);
}

/* It is three seconds to midnight in Seoul; the answer comes two seconds after it. */
static void a_call_over_midnight_belongs_to_the_day_on_which_it_was_charged(void **state)
{
    struct fixture *f = *state;
    struct consult_call *call;

    f->now = INT64_C(1778511597000);
    hear(f, "ana", "why");
    call = claim_one(f);
    assert_string_equal(call->charged_on, "2026-05-11");
    f->now += 5 * SECOND_MS;
    settle(f, call, says_for("Yes.", 7, 20));
    assert_string_equal(fixture_text(f, "SELECT group_concat(DISTINCT day) FROM spend"), "2026-05-11");
    assert_int_equal(spent(f), 200);
    assert_string_equal(fixture_text(f, "SELECT group_concat(day || ' ' || cost) FROM usage"), "2026-05-11 200");
    hear(f, "ana", "why");
    settle(f, claim_one(f), says_for("Yes.", 7, 30));
    assert_int_equal(fixture_int(f, "SELECT cost FROM spend WHERE scope = 'all' AND day = '2026-05-12'"), 300);
}

/* Of what the daemon did not live to see, all may have been spent. */
static void a_charge_that_was_lost_with_the_daemon_is_told_to_the_owner(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    consult_call_free(claim_one(f));
    fixture_reopen(f, true);
    settle(f, claim_one(f), says_for("Yes.", 7, 20));
    assert_int_equal(asked(f), 2);
    assert_int_equal(used(f), 1200);
    assert_int_equal(spent(f), 1200);
}

static void a_charge_that_was_lost_is_told_also_when_nobody_is_asked_again(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "why");
    consult_call_free(claim_one(f));
    f->now += 2 * MINUTE_MS;
    fixture_reopen(f, true);
    claim_none(f);
    assert_string_equal(question_state(f), "expired");
    assert_int_equal(asked(f), 1);
    assert_int_equal(used(f), 1000);
    assert_int_equal(spent(f), 1000);
}

static void charges_that_were_lost_twice_are_told_when_the_fallback_answers(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "is there parking");
    for (int i = 0; i < 2; i++) {
        consult_call_free(claim_one(f));
        fixture_reopen(f, true);
    }
    claim_none(f);
    assert_string_equal(said(f), "Behind the house.");
    assert_int_equal(fixture_int(f, "SELECT sum(cost) FROM usage WHERE backend = 'safe'"), 2000);
    assert_int_equal(fixture_int(f, "SELECT sum(cost) FROM usage WHERE backend = 'book'"), 0);
    assert_int_equal(spent(f), 2000);
}

/* Two questions are under way at full charge: a third would go beyond the cap, whoever asks. */
static void fill(struct fixture *f, const char *first, const char *second, const char *text, struct consult_call *calls[2])
{
    hear(f, first, text);
    calls[0] = claim_one(f);
    hear(f, second, text);
    calls[1] = claim_one(f);
}

static void drain(struct fixture *f, struct consult_call *calls[2])
{
    settle(f, calls[0], says_for("One.", 7, 100));
    settle(f, calls[1], says_for("Two.", 7, 100));
    assert_int_equal(used(f), 2000);
}

static void the_cap_of_all_is_hard(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls[2];

    load_with(f, ALL_CAPPED);
    fill(f, "ana", "ben", "why", calls);
    hear(f, "cat", "why");
    claim_none(f);
    assert_string_equal(question_state(f), "dead");
    assert_string_equal(fixture_text(f, "SELECT detail FROM event WHERE kind = 'consult_failed'"),
                        "the setting ai_day_cap is spent for today");
    assert_string_equal(said(f), "Sorry.");
    assert_int_equal(spent(f), 2000);
    drain(f, calls);
    hear(f, "cat", "why");
    claim_none(f);
    assert_string_equal(said(f), "Sorry.|One.|Two.|Sorry.");
    f->now += 24 * HOUR_MS;
    hear(f, "cat", "why");
    settle(f, claim_one(f), says_for("Again.", 7, 10));
}

/* Two questions cost 2000 millionths. */
static void a_cap_may_be_filled_exactly_and_one_of_nothing_asks_nobody(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls[2];

    load_with(f, "INSERT INTO setting (name, value) VALUES ('ai_day_cap', '0.002');\n");
    fill(f, "ana", "ben", "why", calls);
    drain(f, calls);
    hear(f, "cat", "why");
    claim_none(f);
    assert_int_equal(spent(f), 2000);
    f->now += 24 * HOUR_MS;
    load_with(f, "INSERT INTO setting (name, value) VALUES ('ai_day_cap', '0');\n");
    hear(f, "cat", "why");
    claim_none(f);
    assert_int_equal(spent(f), 2000);
    assert_string_equal(said(f), "One.|Two.|Sorry.|Sorry.");
}

static void a_fallback_that_costs_nothing_answers_beyond_the_cap(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls[2];

    load_with(f, ALL_CAPPED);
    fill(f, "ana", "ben", "why", calls);
    hear(f, "cat", "tell me of parking");
    claim_none(f);
    assert_string_equal(said(f), "Behind the house.");
    drain(f, calls);
}

static void the_cap_of_one_contact_is_hard_and_spares_others(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls[2];

    load_with(f, CONTACT_CAPPED);
    fill(f, "ana", "ben", "why", calls);
    drain(f, calls);
    hear(f, "ana", "why");
    calls[0] = claim_one(f);
    settle(f, calls[0], says_for("Three.", 7, 100));
    hear(f, "ana", "why");
    claim_none(f);
    assert_string_equal(question_state(f), "dead");
    hear(f, "ben", "why");
    settle(f, claim_one(f), says_for("Four.", 7, 100));
    assert_string_equal(said(f), "One.|Two.|Three.|Sorry.|Four.");
}

static void the_cap_of_a_row_is_hard_and_spares_others(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls[2];

    load_with(f, ROW_CAPPED);
    fill(f, "ana", "ben", "dear", calls);
    hear(f, "cat", "dear");
    claim_none(f);
    assert_string_equal(question_state(f), "dead");
    hear(f, "cat", "why");
    settle(f, claim_one(f), says_for("Mine.", 7, 0));
    assert_string_equal(said(f), "Sorry.|Mine.");
    drain(f, calls);
}

static void the_cap_of_a_row_for_one_contact_is_hard_and_spares_others(void **state)
{
    struct fixture *f = *state;
    struct consult_call *calls[2];

    load_with(f, ROW_CONTACT_CAPPED);
    fill(f, "ana", "ben", "dear", calls);
    drain(f, calls);
    hear(f, "ana", "dear");
    settle(f, claim_one(f), says_for("Three.", 7, 100));
    hear(f, "ana", "dear");
    claim_none(f);
    assert_string_equal(question_state(f), "dead");
    hear(f, "ben", "dear");
    settle(f, claim_one(f), says_for("Four.", 7, 100));
}

/* Its address is all that a GET says: of three questions of 900 letters each, one fits under the cap. */
static void a_get_is_charged_for_its_address(void **state)
{
    struct fixture *f = *state;
    char json[1200], text[901];
    struct consult_call *calls;

    load_with(f, SERVICES);
    memset(text, 'x', 900);
    text[900] = '\0';
    for (int i = 0; i < 3; i++) {
        snprintf(json, sizeof json, "{'user_id':'u%d','message':'get %s'}", i, text);
        fixture_receive(f, "whatsapp", json);
    }
    calls = claim(f);
    assert_int_equal(count_calls(calls), 1);
    settle(f, calls, answered(200, "{\"t\":\"Yes.\",\"i\":600,\"o\":1}"));
    assert_int_equal(spent(f), 600 * 1000);
}

/* What it adds to the question nobody knows here. */
static void a_service_is_charged_for_reading_as_much_as_it_may_write(void **state)
{
    struct fixture *f = *state;

    load_with(f, SERVICES);
    hear(f, "ana", "read");
    hear(f, "ben", "read");
    settle(f, claim_one(f), answered(200, "{\"t\":\"Yes.\",\"i\":600,\"o\":1}"));
    assert_int_equal(spent(f), 600 * 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_is_charged_before_it_leaves_and_corrected_behind_it),
        TEST(a_question_that_is_asked_again_for_a_joiner_is_paid_twice_and_not_three_times),
        TEST(a_call_that_ends_behind_its_successor_pays_for_itself_alone),
        TEST(who_refuses_or_is_not_reached_is_not_paid),
        TEST(a_call_of_which_nobody_knows_stays_charged),
        TEST(an_answer_that_is_garbage_stays_charged),
        TEST(an_answer_that_is_counted_by_half_stays_charged),
        TEST(a_call_costs_what_it_cost_when_it_was_made),
        TEST(a_call_over_midnight_belongs_to_the_day_on_which_it_was_charged),
        TEST(a_charge_that_was_lost_with_the_daemon_is_told_to_the_owner),
        TEST(a_charge_that_was_lost_is_told_also_when_nobody_is_asked_again),
        TEST(charges_that_were_lost_twice_are_told_when_the_fallback_answers),
        TEST(the_cap_of_all_is_hard),
        TEST(a_cap_may_be_filled_exactly_and_one_of_nothing_asks_nobody),
        TEST(a_fallback_that_costs_nothing_answers_beyond_the_cap),
        TEST(the_cap_of_one_contact_is_hard_and_spares_others),
        TEST(the_cap_of_a_row_is_hard_and_spares_others),
        TEST(the_cap_of_a_row_for_one_contact_is_hard_and_spares_others),
        TEST(a_get_is_charged_for_its_address),
        TEST(a_service_is_charged_for_reading_as_much_as_it_may_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
