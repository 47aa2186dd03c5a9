/* notify: the desk that had a case hears that another team has it now. Nothing is called: the test reads what would leave. */
#include "desk/notify.h"
#include "desk/upkeep.h"
#include "tests/lib/setup.h"

enum { MINUTE_MS = 60 * 1000 };

static const char RULES[] =
    "INSERT INTO setting (name, value) VALUES ('business_name', 'Sunny Bakery');\n"
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO team (name, notify_url, notify_secret_env, next) VALUES ('day', 'https://pager.example.com/d', 'PAGER', 'night');\n"
    "INSERT INTO team (name, relay_url, relay_secret_env) VALUES ('night', 'https://desk.example.com/n', 'DESK');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('person', 'person', 'handoff', 'day');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static void must(int result, const struct error *error)
{
    if (result != 0)
        fail_msg("%s", error->text);
}

/* What leaves in this round, each taken by its desk; how many say that the case is taken. Each of them by that person. */
static int look_for_taken(struct fixture *f, const char *by)
{
    struct error error = { 0 };
    struct wire accepted = { .end = WIRE_ANSWERED, .status = 200 };
    struct notify_call *calls;
    struct notify_end end;
    int taken = 0;

    f->now += 20;
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(notify_claim(&f->desk, f->now, &calls, &error), &error);
    notify_end_read(&accepted, 0, 5, &end);
    for (const struct notify_call *call = calls; call != NULL; call = call->next) {
        if (strcmp(call->row.type, "released") == 0)
            assert_non_null(strstr(call->row.body, "\"team\":\"day\",\"by\":\"daemon\""));
        if (strcmp(call->row.type, "taken") == 0) {
            assert_non_null(strstr(call->row.body, by));
            taken++;
        }
        must(notify_settle(&f->desk, call, &end, f->now, &error), &error);
    }
    notify_call_free(calls);
    must(desk_commit(&f->desk, &error), &error);
    return taken;
}

static void look(struct fixture *f)
{
    assert_int_equal(look_for_taken(f, ""), 0);
}

static const char *told(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(team || ' ' || type, ', ') FROM (SELECT team, type FROM notification ORDER BY outbox)");
}

static void when_nobody_came_the_case_is_released_to_the_former_and_handed_to_the_next(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "a person please");
    look(f);
    f->now += 30 * MINUTE_MS;
    look(f);
    assert_string_equal(told(f), "day handoff, day released, night handoff");
    hear(f, "mia", "hello?");
    assert_string_equal(told(f), "day handoff, day released, night handoff, night message");
}

static void when_who_took_it_does_not_answer_the_desk_hears_that_the_bot_has_him_again(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "a person please");
    look(f);
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'eva'}"), 200);
    assert_int_equal(look_for_taken(f, "\"by\":\"eva\""), 1);
    f->now += 120 * MINUTE_MS;
    look(f);
    assert_string_equal(told(f), "day handoff, day taken, day released");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), "bot");
}

static void when_anothers_agent_takes_it_the_former_hears_by_whom_it_is_taken(void **state)
{
    struct fixture *f = *state;

    hear(f, "mia", "a person please");
    look(f);
    assert_int_equal(fixture_act(f, "agent-take", "{'conversation':1,'agent':'Ann','team':'night'}"), 200);
    assert_string_equal(told(f), "day handoff, day taken, night taken");
    assert_int_equal(look_for_taken(f, "\"by\":\"agent Ann "), 2);
    assert_int_equal(fixture_act(f, "agent-take", "{'conversation':1,'agent':'Ben','team':'night'}"), 200);
    assert_string_equal(told(f), "day handoff, day taken, night taken, night taken");
    assert_int_equal(look_for_taken(f, "\"by\":\"agent Ben "), 1);
}

/* He wrote by a phone that nobody knew, and comes back by his id: that is another conversation, and a case of the desk at once. */
static void who_turns_out_to_be_known_is_the_desks_in_his_other_conversation(void **state)
{
    static const struct {
        const char *taker, *told;
    } CASES[] = { { NULL, "day handoff, day handoff" }, { "eva", "day handoff, day taken, day handoff, day taken" } };

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct fixture own;
        struct fixture *f = &own;

        (void)state;
        fixture_open(f, RULES);
        hear(f, "ana", "hello");
        hear_from(f, "'user_id':'','phone_number':'+34600999888'", "a person please");
        look(f);
        if (CASES[i].taker != NULL)
            assert_int_equal(fixture_act(f, "take", "{'conversation':2,'actor':'eva'}"), 200);
        assert_int_equal(look_for_taken(f, "eva"), CASES[i].taker != NULL);
        hear_from(f, "'user_id':'ana','phone_number':'+34600999888'", "it is me");
        look_for_taken(f, "eva");
        assert_memory_equal(told(f), CASES[i].told, strlen(CASES[i].told));
        fixture_close(f);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)
    const struct CMUnitTest tests[] = {
        TEST(when_nobody_came_the_case_is_released_to_the_former_and_handed_to_the_next),
        TEST(when_who_took_it_does_not_answer_the_desk_hears_that_the_bot_has_him_again),
        TEST(when_anothers_agent_takes_it_the_former_hears_by_whom_it_is_taken),
        TEST(who_turns_out_to_be_known_is_the_desks_in_his_other_conversation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
