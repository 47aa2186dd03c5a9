/* handover: who is told of a case, and what happens when nobody comes, or nobody answers. */
#include "desk/handover.h"
#include "store/handover.h"
#include "tests/lib/phone.h"

static const char RULES[] = PHONE_SHOP
    "INSERT INTO setting (name, value) VALUES ('take_timeout', '10 minutes'), ('agent_timeout', '30 minutes');\n"
    "INSERT INTO opening (days, opens, closes) VALUES ('daily', '08:00', '18:00');\n"
    "INSERT INTO team (name, notify_user, nobody, closed) VALUES\n"
    " ('support', 'kim, lee', 'Sorry {{ first_name | default: \"there\" }}, nobody is free.', 'Closed; a person reads this "
    "{{ next_opening }}.'), ('on-call', NULL, NULL, NULL);\n"
    "INSERT INTO rule (name, words, action, target, say) VALUES ('leak', 'leak', 'handoff', 'on-call', 'Shut the valve.'),\n"
    " ('complain', 'complain', 'flow', 'complaint', NULL);\n"
    "INSERT INTO flow (name) VALUES ('complaint');\n"
    "INSERT INTO step (name, say, ask) VALUES ('complaint.what', 'What about?', 'text');\n"
    "INSERT INTO step (name, say, action, target) VALUES ('complaint.who', 'Somebody takes over.', 'handoff', 'support');\n";

static const char CHAIN[] = PHONE_SHOP
    "INSERT INTO team (name, notify_user, nobody, next) VALUES ('support', 'kim', NULL, 'office'), ('office', 'lee', 'Sorry.', NULL);\n";

static const char BOTH_SORRY[] = PHONE_SHOP
    "INSERT INTO team (name, notify_user, nobody, next) VALUES ('support', 'kim', 'Sorry.', 'office'), ('office', 'lee', 'So sorry.', "
    "NULL);\n";

static const char NO_PEOPLE[] = PHONE_SHOP "INSERT INTO team (name, nobody) VALUES ('support', 'We will write to you.');\n";

static const char TEMPLATE_ONLY[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO rule (name, words, action, target, say) VALUES ('person', 'person', 'handoff', 'support', 'One moment.');\n"
    "INSERT INTO team (name, notify_user) VALUES ('support', 'kim');\n";

#define TEN(text) text text text text text text text text text text
static const char BY_PHONE[] = PHONE_SHOP "INSERT INTO team (name, notify_user) VALUES ('support', '+34600111222');\n";
static const char LONG_ID[] =
    PHONE_SHOP "INSERT INTO team (name, notify_user) VALUES ('support', '" TEN("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") "');\n";

static int setup_by_phone(void **state)
{
    return setup_open(state, BY_PHONE);
}

static int setup_long_id(void **state)
{
    return setup_open(state, LONG_ID);
}

/* 2026-05-11 is a Monday; f->now is 11:46:40 UTC. */
static int setup(void **state)
{
    return setup_open(state, RULES);
}

static int setup_no_timeouts(void **state)
{
    return setup_open(state, PHONE_SHOP "INSERT INTO setting (name, value) VALUES ('take_timeout', '0 seconds'), "
                                        "('agent_timeout', '0 seconds'), ('idle_close', '30 days');\n"
                                        "INSERT INTO team (name, notify_user, nobody) VALUES ('support', 'kim', 'Sorry.');\n");
}

static int setup_chain(void **state)
{
    return setup_open(state, CHAIN);
}

static int setup_both_sorry(void **state)
{
    return setup_open(state, BOTH_SORRY);
}

static int setup_no_people(void **state)
{
    return setup_open(state, NO_PEOPLE);
}

static int setup_template_only(void **state)
{
    return setup_open(state, TEMPLATE_ONLY);
}

static const char *events(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(kind) FROM event WHERE conversation = 1 AND kind NOT IN ('told', 'summary')");
}

/* Told */

static void everybody_of_the_team_is_told_and_who_answers_first_has_it(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_expect(f, "kim", "#1 ana");
    phone_expect(f, "lee", "#1 ana");
    phone_write(f, "lee", "Hello, Lee here");
    phone_expect(f, "kim", "#1 ana: lee has taken it.");
    phone_write(f, "kim", "#1 Kim here");
    phone_expect(f, "kim", "#1 is no case that you can answer now. Nothing was sent.");
    phone_write(f, "kim", "Kim here");
    phone_expect(f, "kim", "Your text was not sent");
    assert_string_equal(phone_said(f, "ana"), "Hello, Lee here");
    assert_string_equal(fixture_text(f, "SELECT agent FROM conversation WHERE id = 1"), "lee");
}

static void who_takes_it_at_the_desk_has_it(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    assert_int_equal(fixture_act(f, "take", "{'actor':'eva','conversation':1}"), 200);
    phone_look(f);
    phone_expect(f, "kim", "#1 ana: eva has taken it.");
    phone_write(f, "kim", "Hello");
    assert_string_equal(phone_said(f, "ana"), "");
    phone_write(f, "ana", "hello?");
    phone_expect(f, "kim", "Your text was not sent"); /* what the customer writes is for who has it */
}

static void who_has_it_on_the_phone_has_it_before_the_desk(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    assert_int_equal(fixture_act(f, "take", "{'actor':'eva','conversation':1}"), 409);
    assert_string_equal(fixture_text(f, "SELECT agent FROM conversation WHERE id = 1"), "kim");
}

/* Known before by her id alone, and told by her phone alone. */
static void who_is_told_by_phone_answers_by_whatever_id_comes_with_it(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "owner-1", "hours");
    phone_write(f, "ana", "a person please");
    phone_expect(f, "+34600111222", "#1 ana");
    hear_from(f, "'user_id':'owner-1','phone_number':'+34 600 111 222'", "Hello");
    phone_look(f);
    assert_string_equal(phone_said(f, "ana"), "Hello");
    phone_write(f, "owner-1", "done");
    phone_expect(f, "owner-1", "#1 ana: the bot answers again.");
}

/* Braze gave her an external id while she was at it: she has another name then, and still the case. */
static void who_is_given_an_id_meanwhile_keeps_her_case(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    hear_from(f, "'user_id':'','phone_number':'+34600111222'", "Hello");
    assert_string_equal(fixture_text(f, "SELECT agent FROM conversation WHERE id = 1"), "+34600111222");
    hear_from(f, "'user_id':'kim','phone_number':'+34600111222'", "It is ready");
    hear_from(f, "'user_id':'kim','phone_number':'+34600111222'", "done");
    phone_look(f);
    assert_string_equal(phone_said(f, "ana"), "Hello|It is ready");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation WHERE id = 1"), "bot");
}

static void an_id_of_any_length_has_cases(void **state)
{
    struct fixture *f = *state;
    char long_id[301];

    memset(long_id, 'x', 300);
    long_id[300] = '\0';
    phone_write(f, "ana", "a person please");
    phone_write(f, long_id, "Hello");
    phone_write(f, long_id, "Are you there?");
    assert_string_equal(phone_said(f, "ana"), "Hello|Are you there?");
}

static void a_late_summary_is_not_waited_for(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "a person please");
    must(desk_begin(&f->desk, &error), &error); /* as while a backend writes it */
    must(db_run(f->desk.db, "DELETE FROM parting", &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    phone_pass(f, 9 * SECOND_MS);
    phone_expect(f, "kim", "");
    assert_string_equal(phone_last(f, "kim"), "");
    phone_pass(f, 1 * SECOND_MS);
    phone_expect(f, "kim", "#1 ana (whatsapp) waits for a person:\n> a person please\nWhat you write here now goes to ana.");
}

static void what_he_writes_before_it_is_told_is_among_the_words(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "a person please");
    hear(f, "ana", "it is urgent");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana (whatsapp) waits for a person:\n> a person please\n> it is urgent\n");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM notice WHERE contact = (SELECT contact FROM identity "
                                    "WHERE value = 'kim')"), 1);
}

static void outside_her_window_without_a_template_the_text_is_held_and_goes_when_she_writes(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM outbox ORDER BY id DESC LIMIT 1"),
                        "held: the 24-hour window is closed and channel whatsapp has no campaign row of layout 'template'");
    phone_write(f, "kim", "#list");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE state = 'held'"), 0);
    phone_write(f, "kim", "Hello");
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

static void outside_her_window_it_goes_by_the_template(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    assert_string_equal(fixture_text(f, "SELECT DISTINCT sent_by FROM outbox o JOIN notice n ON n.message = o.message"), "reopen");
    phone_write(f, "kim", "Hello");
    phone_write(f, "ana", "hi");
    assert_string_equal(fixture_text(f, "SELECT sent_by FROM outbox o JOIN notice n ON n.message = o.message "
                                        "WHERE n.contact = (SELECT contact FROM identity WHERE value = 'kim') ORDER BY o.id DESC LIMIT 1"),
                        "reply");
}

/* No limit of notices keeps a customer's words from who answers him. */
static void relayed_words_are_no_flood_of_notices(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    for (int i = 0; i < 70; i++)
        phone_write(f, "ana", i % 2 == 0 ? "and another thing" : "and one more");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox o JOIN notice n ON n.message = o.message "
                                    "WHERE o.state = 'accepted' AND n.handover = 1"), 73); /* with the case to both, and who has it */
}

static void a_flood_is_not_passed_on(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    for (int i = 0; i < 60; i++)
        phone_write(f, "ana", "again");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text = '#1 ana: again'"), 20);
}

static void a_text_that_waits_for_the_customers_window_is_told_of(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "#1 Hello");
    phone_pass(f, 24 * (int64_t)HOUR_MS);
    phone_write(f, "kim", "#1 It is here!");
    phone_expect(f, "kim", "#1 ana last wrote more than 24 hours ago");
    assert_string_equal(phone_said(f, "ana"), "Hello");
    phone_write(f, "ana", "hi");
    assert_string_equal(phone_said(f, "ana"), "Hello|It is here!");
}

/* Nobody comes */

static void after_take_timeout_the_customer_hears_nobody_once_and_people_are_told_again(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_pass(f, 9 * MINUTE_MS);
    phone_expect(f, "ana", "One moment.");
    phone_pass(f, 1 * MINUTE_MS);
    phone_expect(f, "ana", "Sorry there, nobody is free.");
    phone_expect(f, "kim", "Nobody has answered for 10 minutes:\n#1 ana");
    phone_pass(f, 5 * HOUR_MS);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE 'Sorry%'"), 1);
    assert_string_equal(events(f), "handoff,nobody");
    assert_string_equal(fixture_text(f, "SELECT owner || agent FROM conversation WHERE id = 1"), "agent");
    phone_write(f, "kim", "#1 Here I am");
    assert_string_equal(phone_said(f, "ana"), "Here I am");
}

/* In a savepoint of its own: the other one is carried out, and of this one nothing is, until it can be. */
static void a_case_that_fails_keeps_no_other_and_is_tried_again_after_a_minute(void **state)
{
    static const char NOBODY[] = "SELECT count(*) FROM event WHERE kind = 'nobody'";
    struct fixture *f = *state;
    struct error error = { 0 };

    phone_write(f, "ana", "a person please");
    phone_write(f, "bob", "a person please");
    must(db_run(f->desk.db, "CREATE TRIGGER fails BEFORE INSERT ON event WHEN NEW.kind = 'nobody' AND NEW.conversation = 1 "
                            "BEGIN SELECT RAISE (ABORT, 'as the test says'); END", &error), &error);
    phone_pass(f, 10 * MINUTE_MS);
    assert_int_equal(fixture_int(f, NOBODY), 1);
    phone_expect(f, "bob", "Sorry there");
    phone_expect(f, "ana", "One moment.");
    must(db_run(f->desk.db, "DROP TRIGGER fails", &error), &error);
    phone_pass(f, MINUTE_MS - 100);
    phone_expect(f, "ana", "One moment.");
    phone_pass(f, 100);
    phone_expect(f, "ana", "Sorry there");
    assert_int_equal(fixture_int(f, NOBODY), 2);
}

static void who_has_answered_is_not_nobody(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    phone_pass(f, 3 * HOUR_MS);
    assert_string_equal(events(f), "handoff,take,say");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation WHERE id = 1"), "agent");
}

static void the_next_team_is_told_and_the_first_has_it_no_more(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_expect(f, "kim", "#1 ana");
    assert_string_equal(phone_last(f, "lee"), "");
    phone_pass(f, 10 * MINUTE_MS);
    phone_expect(f, "kim", "#1 ana has gone to the team office.");
    phone_expect(f, "lee", "#1 ana (whatsapp) waits for a person:");
    assert_string_equal(fixture_text(f, "SELECT team FROM conversation WHERE id = 1"), "office");
    phone_write(f, "kim", "#1 Hello");
    assert_string_equal(phone_said(f, "ana"), "");
    phone_pass(f, 10 * MINUTE_MS);
    phone_expect(f, "ana", "Sorry.");
    phone_write(f, "lee", "Hello");
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

static void of_two_teams_only_one_says_that_nobody_comes(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_pass(f, 10 * MINUTE_MS);
    phone_expect(f, "ana", "Sorry.");
    phone_pass(f, 10 * MINUTE_MS);
    assert_string_equal(events(f), "handoff,nobody,nobody");
    phone_expect(f, "ana", "Sorry.");
}

static void a_team_without_phones_has_its_times_as_well(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_pass(f, 10 * MINUTE_MS);
    phone_expect(f, "ana", "We will write to you.");
    phone_pass(f, HOUR_MS);
    assert_string_equal(events(f), "handoff,nobody");
}

/* Nobody answers */

static void after_agent_timeout_the_bot_has_him_again(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    phone_write(f, "ana", "is it ready?");
    phone_pass(f, 20 * MINUTE_MS);
    phone_write(f, "ana", "hello?"); /* the time runs from the first that nobody has answered */
    phone_pass(f, 10 * MINUTE_MS);
    phone_expect(f, "ana", "Sorry there, nobody is free.");
    phone_expect(f, "kim", "#1 ana was not answered for 30 minutes: the bot answers again.");
    assert_string_equal(events(f), "handoff,take,say,timeout");
    phone_write(f, "kim", "it is ready");
    phone_expect(f, "kim", "Your text was not sent");
    phone_write(f, "ana", "hours");
    phone_expect(f, "ana", "From 8 to 6.");
}

static void an_answer_in_time_stops_the_clock(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    phone_write(f, "ana", "is it ready?");
    phone_pass(f, 29 * MINUTE_MS);
    phone_write(f, "kim", "Yes");
    phone_pass(f, HOUR_MS);
    assert_string_equal(events(f), "handoff,take,say,say");
}

/* Kim's texts leave, and Braze refuses them. */
static void say_in_vain(struct fixture *f, const char *text)
{
    struct call *call;

    hear(f, "kim", text);
    call = claim(f);
    assert_non_null(call);
    assert_null(call->next);
    settle(f, call, of(ANSWER_REFUSED), 400);
    phone_look(f);
}

static void an_answer_that_was_lost_is_none_and_the_time_runs_again(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    phone_write(f, "ana", "is it ready?");
    phone_pass(f, 20 * MINUTE_MS);
    say_in_vain(f, "Yes");
    phone_pass(f, 29 * MINUTE_MS);
    phone_expect(f, "ana", "Hello");
    phone_pass(f, MINUTE_MS);
    phone_expect(f, "ana", "Sorry there, nobody is free.");
    assert_string_equal(events(f), "handoff,take,say,say,timeout");
}

static void what_is_lost_of_more_than_one_answer_leaves_the_customer_answered(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    phone_write(f, "ana", "is it ready?");
    phone_write(f, "kim", "Yes");
    say_in_vain(f, "And warm");
    phone_pass(f, HOUR_MS);
    assert_string_equal(events(f), "handoff,take,say,say,say");
}

static void who_takes_and_says_nothing_does_not_keep_the_customer_for_ever(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    fixture_act(f, "take", "{'actor':'eva','conversation':1}");
    phone_pass(f, 29 * MINUTE_MS);
    assert_string_equal(events(f), "handoff,take");
    phone_pass(f, MINUTE_MS);
    assert_string_equal(events(f), "handoff,take,timeout");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation WHERE id = 1"), "bot");
}

static void without_timeouts_nobody_is_hurried(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM handover WHERE due_at IS NULL"), 1);
    phone_pass(f, 100 * HOUR_MS);
    assert_string_equal(events(f), "handoff");
    fixture_act(f, "take", "{'actor':'eva','conversation':1}");
    hear(f, "ana", "is it ready?");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM handover WHERE due_at IS NULL"), 1);
    phone_pass(f, 100 * HOUR_MS);
    assert_string_equal(events(f), "handoff,take");
}

/* Else the engine would go round and round. */
static void after_other_rules_people_are_looked_at_once(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t at;

    phone_write(f, "ana", "a person please");
    must(handover_next_at(&f->desk, &at, &error), &error);
    assert_int_equal(at, fixture_int(f, "SELECT due_at FROM handover"));
    fixture_load(f, RULES);
    must(handover_next_at(&f->desk, &at, &error), &error);
    assert_int_equal(at, 0);
    phone_look(f);
    must(handover_next_at(&f->desk, &at, &error), &error);
    assert_int_equal(at, fixture_int(f, "SELECT due_at FROM handover"));
}

/* Two hours: whoever writes in it, he or she, keeps it her present case. */
static void what_is_said_in_a_case_keeps_it_the_present_one(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    phone_pass(f, 90 * MINUTE_MS);
    phone_write(f, "ana", "is it ready?");
    phone_pass(f, 90 * MINUTE_MS);
    phone_write(f, "kim", "Nearly");
    phone_pass(f, 90 * MINUTE_MS);
    phone_write(f, "kim", "Now");
    assert_string_equal(phone_said(f, "ana"), "Hello|Nearly|Now");
    phone_pass(f, 120 * MINUTE_MS);
    phone_write(f, "kim", "Are you coming?");
    assert_string_equal(phone_said(f, "ana"), "Hello|Nearly|Now");
}

/* Closed */

static void closed_it_says_when_somebody_reads_it_and_the_time_stands_still(void **state)
{
    struct fixture *f = *state;

    f->now += 7 * HOUR_MS; /* 18:46 */
    phone_write(f, "ana", "a person please");
    phone_expect(f, "ana", "Closed; a person reads this tomorrow at 08:00.");
    phone_expect(f, "kim", "#1 ana");
    phone_pass(f, 13 * HOUR_MS); /* 07:46 */
    assert_string_equal(events(f), "handoff");
    phone_pass(f, 22 * MINUTE_MS); /* 08:08 */
    assert_string_equal(events(f), "handoff");
    phone_pass(f, 3 * MINUTE_MS);
    assert_string_equal(events(f), "handoff,nobody");
}

static void a_case_of_the_last_minutes_waits_for_the_morning_as_well(void **state)
{
    struct fixture *f = *state;

    f->now += 6 * HOUR_MS + 8 * MINUTE_MS; /* 17:54 */
    phone_write(f, "ana", "a person please");
    phone_expect(f, "ana", "One moment.");
    phone_pass(f, 11 * MINUTE_MS);
    phone_pass(f, 14 * HOUR_MS); /* 08:05 */
    assert_string_equal(events(f), "handoff");
    phone_pass(f, 6 * MINUTE_MS);
    assert_string_equal(events(f), "handoff,nobody");
}

static void a_step_that_hands_over_says_it_as_well_and_keeps_what_was_said_before(void **state)
{
    struct fixture *f = *state;

    f->now += 7 * HOUR_MS;
    phone_write(f, "ana", "complain");
    phone_write(f, "ana", "the bread");
    phone_expect(f, "ana", "Closed; a person reads this tomorrow at 08:00.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text = 'Somebody takes over.'"), 0);
    f->now += 15 * HOUR_MS;
    phone_write(f, "bob", "complain");
    phone_write(f, "bob", "the cake");
    phone_expect(f, "bob", "Somebody takes over.");
}

/* A call for help in the night still tells what to do first. */
static void a_team_without_closed_says_what_its_rule_says_at_any_hour(void **state)
{
    struct fixture *f = *state;

    f->now += 7 * HOUR_MS;
    phone_write(f, "ana", "a leak!");
    phone_expect(f, "ana", "Shut the valve.");
}

/* Rows */

static void a_restart_takes_no_time_away(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    fixture_act(f, "take", "{'actor':'eva','conversation':1}");
    assert_int_equal(fixture_int(f, "SELECT due_at FROM handover"), f->now + 30 * MINUTE_MS);
    fixture_reopen(f, true);
    assert_int_equal(fixture_int(f, "SELECT due_at FROM handover"), f->now + 30 * MINUTE_MS);
}

static void a_restart_loses_no_time(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    f->now += 5 * MINUTE_MS;
    fixture_reopen(f, true);
    phone_pass(f, 4 * MINUTE_MS);
    phone_expect(f, "ana", "One moment.");
    phone_pass(f, 1 * MINUTE_MS);
    phone_expect(f, "ana", "Sorry there, nobody is free.");
    phone_write(f, "kim", "Hello"); /* who she is is known as well */
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

static void a_clock_that_jumps_moves_the_times_along(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    const int64_t jumps[] = { 5 * HOUR_MS, -4 * HOUR_MS };

    phone_write(f, "ana", "a person please");
    for (int i = 0; i < 2; i++) {
        f->now += jumps[i];
        must(desk_begin(&f->desk, &error), &error);
        must(upkeep_clock_jumped(&f->desk, jumps[i], f->now, &error), &error);
        must(desk_commit(&f->desk, &error), &error);
        phone_look(f);
        assert_string_equal(events(f), "handoff");
    }
    phone_pass(f, 9 * MINUTE_MS);
    assert_string_equal(events(f), "handoff");
    phone_pass(f, 1 * MINUTE_MS);
    assert_string_equal(events(f), "handoff,nobody");
}

static void numbers_are_never_used_again(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "done");
    must(desk_begin(&f->desk, &error), &error);
    must(db_run(f->desk.db, "DELETE FROM handover", &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    phone_write(f, "bob", "a person please");
    phone_expect(f, "kim", "#2 bob");
}

static void a_note_is_for_the_desk_alone(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "hours");
    assert_int_equal(fixture_act(f, "note", "{'actor':'eva','conversation':1,'text':'a good customer'}"), 200);
    assert_int_equal(fixture_act(f, "note", "{'actor':'eva','conversation':1,'text':'  '}"), 400);
    assert_int_equal(fixture_act(f, "note", "{'actor':'eva','conversation':9,'text':'x'}"), 404);
    phone_look(f);
    phone_expect(f, "ana", "From 8 to 6.");
    assert_string_equal(fixture_text(f, "SELECT kind || actor || text FROM message ORDER BY id DESC LIMIT 1"),
                        "noteevaa good customer");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), "bot");
}

/* As a page of the file may come to say it. */
static void a_case_whose_state_cannot_be_read_is_over(void **state)
{
    static const char DAMAGE[] = "PRAGMA ignore_check_constraints = ON; UPDATE handover SET state = 'odd'; "
                                 "PRAGMA ignore_check_constraints = OFF";
    struct fixture *f = *state;
    struct error error = { 0 };
    struct handover handover;

    phone_write(f, "ana", "a person please");
    must(db_run(f->desk.db, DAMAGE, &error), &error);
    assert_int_equal(handover_get(f->desk.db, 1, &handover, &error), 1);
    assert_int_equal(handover.state, HANDOVER_OVER);
}

/* Likewise; the log's line about what failed has to say why. */
static void what_has_to_be_there_and_is_not_is_told_by_its_number(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct handover handover;
    struct conversation conversation;

    phone_write(f, "ana", "a person please");
    assert_int_equal(handover_require(f->desk.db, 1, &handover, &error), 0);
    assert_int_equal(conversation_require(f->desk.db, handover.conversation, &conversation, &error), 0);
    assert_string_equal(error.text, "");
    assert_int_equal(handover_require(f->desk.db, 2, &handover, &error), -1);
    assert_string_equal(error.text, "case 2 has vanished");
    assert_int_equal(conversation_require(f->desk.db, 99, &conversation, &error), -1);
    assert_string_equal(error.text, "conversation 99 has vanished");
}

#define CASE(name)            cmocka_unit_test_setup_teardown(name, setup, setup_audit)
#define CASE_OF(name, before) cmocka_unit_test_setup_teardown(name, before, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(everybody_of_the_team_is_told_and_who_answers_first_has_it),
        CASE(who_takes_it_at_the_desk_has_it),
        CASE(who_has_it_on_the_phone_has_it_before_the_desk),
        CASE_OF(who_is_told_by_phone_answers_by_whatever_id_comes_with_it, setup_by_phone),
        CASE_OF(who_is_given_an_id_meanwhile_keeps_her_case, setup_by_phone),
        CASE_OF(an_id_of_any_length_has_cases, setup_long_id),
        CASE(a_late_summary_is_not_waited_for),
        CASE(what_he_writes_before_it_is_told_is_among_the_words),
        CASE_OF(outside_her_window_without_a_template_the_text_is_held_and_goes_when_she_writes, setup_template_only),
        CASE(outside_her_window_it_goes_by_the_template),
        CASE(relayed_words_are_no_flood_of_notices),
        CASE(a_flood_is_not_passed_on),
        CASE_OF(a_text_that_waits_for_the_customers_window_is_told_of, setup_template_only),
        CASE(after_take_timeout_the_customer_hears_nobody_once_and_people_are_told_again),
        CASE(a_case_that_fails_keeps_no_other_and_is_tried_again_after_a_minute),
        CASE(who_has_answered_is_not_nobody),
        CASE_OF(the_next_team_is_told_and_the_first_has_it_no_more, setup_chain),
        CASE_OF(of_two_teams_only_one_says_that_nobody_comes, setup_both_sorry),
        CASE_OF(a_team_without_phones_has_its_times_as_well, setup_no_people),
        CASE(after_agent_timeout_the_bot_has_him_again),
        CASE(an_answer_in_time_stops_the_clock),
        CASE(an_answer_that_was_lost_is_none_and_the_time_runs_again),
        CASE(what_is_lost_of_more_than_one_answer_leaves_the_customer_answered),
        CASE(who_takes_and_says_nothing_does_not_keep_the_customer_for_ever),
        CASE(after_other_rules_people_are_looked_at_once),
        CASE_OF(without_timeouts_nobody_is_hurried, setup_no_timeouts),
        CASE_OF(what_is_said_in_a_case_keeps_it_the_present_one, setup_no_timeouts),
        CASE(closed_it_says_when_somebody_reads_it_and_the_time_stands_still),
        CASE(a_case_of_the_last_minutes_waits_for_the_morning_as_well),
        CASE(a_step_that_hands_over_says_it_as_well_and_keeps_what_was_said_before),
        CASE(a_team_without_closed_says_what_its_rule_says_at_any_hour),
        CASE(a_restart_takes_no_time_away),
        CASE(a_restart_loses_no_time),
        CASE(a_clock_that_jumps_moves_the_times_along),
        CASE(numbers_are_never_used_again),
        CASE(a_note_is_for_the_desk_alone),
        CASE(what_has_to_be_there_and_is_not_is_told_by_its_number),
        cmocka_unit_test_setup_teardown(a_case_whose_state_cannot_be_read_is_over, setup, setup_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
