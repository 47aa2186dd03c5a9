/* The end of a conversation: when it is closed by itself, who closes it else, and that it is summed up, once. */
#include "desk/parting.h"
#include "tests/lib/asking.h"

static const char RULES[] = ASKING_SHOP
    "INSERT INTO setting (name, value) VALUES ('idle_close', '30 minutes');\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO rule (name, words, action, say) VALUES ('bye', 'bye', 'close', 'Goodbye.');\n"
    "INSERT INTO rule (name, words, action, target, say) VALUES ('person', 'person', 'handoff', 'support', 'One moment.');\n";

static int setup(void **state)
{
    return asking_open(state, RULES);
}

static void round_at(struct fixture *f, int64_t ms)
{
    f->now += ms;
    claim_none(f);
}

/* All texts of ours have left, and were taken. */
static void let_go(struct fixture *f)
{
    run_sql(f, "UPDATE outbox SET state = 'accepted', settled_at = due_at WHERE settled_at IS NULL");
    run_sql(f, "UPDATE turn SET state = 'answered', closed_at = opened_at WHERE state = 'open'");
}

static const char *owner(struct fixture *f)
{
    return fixture_text(f, "SELECT owner FROM conversation ORDER BY id DESC LIMIT 1");
}

static void a_conversation_is_closed_when_nobody_has_said_anything_for_idle_close(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "your hours?");
    let_go(f);
    round_at(f, 20 * MINUTE_MS);
    hear(f, "ana", "your hours again?");
    let_go(f);
    round_at(f, 29 * MINUTE_MS);
    assert_string_equal(owner(f), "bot");
    round_at(f, MINUTE_MS);
    assert_string_equal(owner(f), "closed");
    assert_string_equal(fixture_text(f, "SELECT closed_by FROM conversation"), "idle");
    assert_string_equal(fixture_text(f, "SELECT outcome || ' ' || summary_by FROM conversation"), "answered frontdesk");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'summary'"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM parting"), 0);
}

static const struct CMUnitTest TESTS[] = {
    cmocka_unit_test_setup_teardown(a_conversation_is_closed_when_nobody_has_said_anything_for_idle_close, setup, asking_close),
};

int main(void)
{
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
