/* handover: who has a case when the customer gets another name meanwhile, or the rules other people. */
#include "desk/erasure.h"
#include "desk/handover.h"
#include "store/listing.h"
#include "store/message.h"
#include "store/search.h"
#include "tests/lib/phone.h"

static const char RULES[] = PHONE_SHOP
    "INSERT INTO team (name, notify_user) VALUES ('support', 'kim, lee');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('complain', 'complain', 'flow', 'complaint');\n"
    "INSERT INTO flow (name) VALUES ('complaint');\n"
    "INSERT INTO step (name, say, ask) VALUES ('complaint.what', 'What about?', 'text');\n"
    "INSERT INTO step (name, say) VALUES ('complaint.thanks', 'Noted.');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static const char *events(struct fixture *f)
{
    return fixture_text(f, "SELECT group_concat(kind) FROM event WHERE conversation = 1 AND kind NOT IN ('told', 'summary')");
}

/* Of who has a conversation, with who did it and what was noted. */
static void assert_ledger(struct fixture *f, int conversation, const char *wanted)
{
    char sql[300];

    snprintf(sql, sizeof sql,
             "SELECT group_concat(trim(kind || ' ' || actor || ' ' || detail), ', ') FROM (SELECT * FROM event "
             "WHERE conversation = %d AND kind IN ('handoff', 'take', 'close') ORDER BY id)", conversation);
    assert_string_equal(fixture_text(f, sql), wanted);
}

/* Customers */

/* He wrote by a phone that nobody knew, and now comes with the id under which the bot has talked with him before. */
static void who_turns_out_to_be_known_stays_with_the_person_who_has_him(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "hours");
    hear_from(f, "'user_id':'','phone_number':'+34600999888'", "a person please");
    phone_look(f);
    phone_write(f, "kim", "Hello, Kim here");
    hear_from(f, "'user_id':'ana','phone_number':'+34600999888'", "hours?");
    phone_look(f);
    phone_expect(f, "ana", "From 8 to 6.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox o JOIN message m ON m.id = o.message WHERE m.text = 'From 8 to 6.'"), 1);
    phone_expect(f, "kim", "#1 ana: hours?");
    phone_write(f, "kim", "Eight to six.");
    phone_expect(f, "ana", "Eight to six.");
    assert_string_equal(fixture_text(f, "SELECT group_concat(owner || agent) FROM conversation WHERE id IN (1, 2)"),
                        "agentkim,closed");
    assert_ledger(f, 1, "take kim");
    assert_ledger(f, 2, "handoff rule person support, take kim, close kim goes on in conversation 1");
    phone_write(f, "kim", "done");
    phone_write(f, "ana", "hours");
    phone_expect(f, "ana", "From 8 to 6.");
}

/* Nobody has answered yet; and the bot is in the middle of a dialogue with him there. */
static void and_so_does_who_waits_for_one(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "complain");
    hear_from(f, "'user_id':'','phone_number':'+34600999888'", "a person please");
    phone_look(f);
    hear_from(f, "'user_id':'ana','phone_number':'+34600999888'", "the cake was dry");
    phone_look(f);
    phone_expect(f, "ana", "What about?");
    phone_expect(f, "kim", "#1 ana: the cake was dry");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM run"), 0);
    phone_write(f, "kim", "Sorry, Ana!");
    phone_expect(f, "ana", "Sorry, Ana!");
    assert_string_equal(fixture_text(f, "SELECT number || state FROM handover"), "1taken");
    assert_ledger(f, 1, "handoff daemon support, take kim");
    assert_ledger(f, 2, "handoff rule person support, close daemon goes on in conversation 1");
}

static void and_whom_two_have_under_his_two_names_both_keep(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "lee", "Hello, Lee here");
    hear_from(f, "'user_id':'','phone_number':'+34600999888'", "a person please");
    phone_look(f);
    phone_write(f, "kim", "#2 Hello, Kim here");
    hear_from(f, "'user_id':'ana','phone_number':'+34600999888'", "it is me");
    phone_look(f);
    phone_expect(f, "lee", "#1 ana: it is me");
    assert_string_equal(fixture_text(f, "SELECT group_concat(agent) FROM conversation WHERE owner = 'agent'"), "lee,kim");
}

/* He shows himself by SMS; on WhatsApp he has said nothing for a day, and only a template would reach him. */
static void the_window_of_a_channel_goes_along_with_the_case(void **state)
{
    struct fixture *f = *state;
    int64_t heard_at = f->now;

    hear_from(f, "'user_id':'','phone_number':'+34600999888'", "a person please");
    phone_look(f);
    phone_write(f, "kim", "Hello");
    f->now += 25 * (int64_t)HOUR_MS;
    phone_write(f, "ana", "hours");
    fixture_receive(f, "sms", "{'user_id':'ana','phone_number':'+34600999888','message':'hours'}");
    phone_look(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation WHERE channel = 'whatsapp' AND agent = 'kim'"), 1);
    assert_true(fixture_int(f, "SELECT max(last_in_at) FROM conversation WHERE channel = 'whatsapp' AND agent = 'kim'") > heard_at);
    fixture_receive(f, "sms", "{'user_id':'','phone_number':'+34600999777','message':'a person please'}");
    phone_look(f);
    f->now += 25 * (int64_t)HOUR_MS;
    heard_at = fixture_int(f, "SELECT last_in_at FROM conversation WHERE channel = 'sms' ORDER BY id DESC LIMIT 1");
    phone_write(f, "bea", "hours");
    hear_from(f, "'user_id':'bea','phone_number':'+34600999777'", "hours");
    phone_look(f);
    assert_int_equal(fixture_int(f, "SELECT last_in_at FROM conversation WHERE channel = 'sms' AND owner = 'agent'"), heard_at);
}

static const char *answer_to_phone(struct fixture *f)
{
    return fixture_text(f, "SELECT iif(state = 'accepted', state, reason) FROM outbox o JOIN message m ON m.id = o.message "
                           "WHERE o.contact = 2 AND m.text = 'From 8 to 6.'");
}

/* What he asked by the phone alone waits to leave while it turns out who he is. */
static void ask_by_phone(struct fixture *f)
{
    phone_write(f, "ana", "hours");
    hear_from(f, "'user_id':'','phone_number':'+34600999888'", "hours");
    hear_from(f, "'user_id':'ana','phone_number':'+34600999888'", "hello");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation WHERE owner = 'bot'"), 2);
}

static void what_the_bot_owes_him_by_his_phone_still_comes(void **state)
{
    struct fixture *f = *state;

    ask_by_phone(f);
    phone_look(f);
    assert_string_equal(answer_to_phone(f), "accepted");
}

static void behind_a_take_the_bot_is_silent_on_his_phone_as_well(void **state)
{
    struct fixture *f = *state;

    ask_by_phone(f);
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'mia'}"), 200);
    phone_look(f);
    assert_string_equal(answer_to_phone(f), "a person has the conversation with the contact");
}

static void who_wants_to_hear_nothing_hears_nothing_on_his_phone_either(void **state)
{
    struct fixture *f = *state;

    ask_by_phone(f);
    hear(f, "ana", "stop");
    phone_look(f);
    phone_expect(f, "ana", "No more.");
    assert_string_equal(answer_to_phone(f), "the contact opted out before it left");
}

/* People who leave */

#define TEAM(people) PHONE_SHOP "INSERT INTO team (name, notify_user) VALUES ('support', " people ");\n"

static void who_leaves_the_team_hears_no_more_and_what_she_had_goes_to_who_is_left(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "kim", "Hello");
    fixture_load(f, TEAM("'lee, max'"));
    phone_look(f);
    phone_expect(f, "kim", "#1 ana: over, without your doing.");
    phone_expect(f, "lee", "#1 ana (whatsapp) waits for a person:");
    phone_expect(f, "max", "#1 ana (whatsapp) waits for a person:");
    assert_string_equal(fixture_text(f, "SELECT owner || agent FROM conversation WHERE id = 1"), "agent");
    phone_write(f, "ana", "my address is Rue 4");
    phone_expect(f, "kim", "#1 ana: over, without your doing.");
    phone_expect(f, "max", "#1 ana: my address is Rue 4");
    phone_write(f, "kim", "send it to me");
    phone_expect(f, "kim", "Your text was not sent: the case is over");
    phone_write(f, "kim", "#1 send it to me");
    phone_write(f, "lee", "#1 It is on its way.");
    assert_string_equal(phone_said(f, "ana"), "Hello|It is on its way.");
    assert_string_equal(events(f), "handoff,take,say,handoff,take,say");
}

static void a_case_that_nobody_is_told_of_any_more_is_told_anew(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    fixture_load(f, TEAM("'max'"));
    phone_look(f);
    phone_expect(f, "lee", "#1 ana: over, without your doing.");
    phone_expect(f, "max", "#1 ana (whatsapp) waits for a person:");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM told"), 1);
}

static void who_stays_in_any_team_keeps_her_cases(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    fixture_load(f, TEAM("'lee'") "INSERT INTO team (name, notify_user) VALUES ('kitchen', 'kim');\n");
    phone_look(f);
    phone_write(f, "kim", "Hello");
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

static void a_change_of_the_rules_while_the_desk_was_down_counts_as_well(void **state)
{
    struct fixture *f = *state;
    int64_t at;
    struct error error = { 0 };

    phone_write(f, "ana", "a person please");
    fixture_load(f, TEAM("'max'"));
    fixture_reopen(f, true);
    must(handover_next_at(&f->desk, &at, &error), &error);
    assert_int_equal(at, 0);
    phone_look(f);
    phone_expect(f, "kim", "#1 ana: over, without your doing.");
}

static const char TEAMLESS[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
    " ('reply', 'whatsapp', '7f3c0000-0000-4000-8000-000000000001', 'response');\n"
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.');\n";

/* Nobody is told of it then, and what the team would have said is gone with its row: the house's own sentence stands in. */
static void whose_team_has_left_the_rules_hears_within_its_time_that_nobody_comes(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    fixture_load(f, TEAMLESS);
    phone_look(f);
    phone_pass(f, 9 * MINUTE_MS);
    phone_expect(f, "ana", "One moment.");
    phone_pass(f, 1 * MINUTE_MS);
    phone_expect(f, "ana", "I am sorry, I cannot answer this right now.");
    phone_pass(f, 5 * HOUR_MS);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE 'I am sorry%'"), 1);
    assert_string_equal(fixture_text(f, "SELECT owner || agent FROM conversation WHERE id = 1"), "agent");
}

/* She has promised to be there; nobody's rules say what is said for her. */
static void whom_a_person_took_unasked_and_left_alone_hears_it_as_well(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "hours");
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'mia'}"), 200);
    phone_write(f, "ana", "is anybody there?");
    phone_pass(f, 2 * HOUR_MS);
    phone_expect(f, "ana", "I am sorry, I cannot answer this right now.");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation WHERE id = 1"), "bot");
}

/* Numbers */

static int64_t found_by(struct fixture *f, const char *typed)
{
    struct error error = { 0 };
    int64_t id = 0;

    return listing_find(f->desk.db, typed, &id, &error) == 1 ? id : 0;
}

/* She read "#1" on her phone, and sits down at the desk: conversation 1 is somebody else's. */
static void the_number_of_a_case_finds_its_conversation_at_the_desk_as_well(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "bob", "hours");
    phone_write(f, "ana", "a person please");
    assert_int_equal(found_by(f, "#1"), fixture_int(f, "SELECT conversation FROM handover WHERE number = 1"));
    assert_int_equal(found_by(f, "#1"), 2);
    assert_int_equal(found_by(f, "1"), 1);
    assert_int_equal(found_by(f, "#2"), 0);
    assert_int_equal(found_by(f, "#"), 0);
}

/* Erasure */

static void what_an_erased_customer_said_stands_in_no_list_and_what_she_was_answered_in_no_other_thread(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please, zebra");
    phone_write(f, "bob", "a person please");
    phone_write(f, "kim", "#list");
    phone_write(f, "kim", "your zebra is here");
    phone_write(f, "kim", "#1");
    phone_write(f, "kim", "#1 a second zebra, too");
    phone_write(f, "kim", "#2 Hello Bob");
    assert_int_equal(fixture_int(f, "SELECT count(*) > 6 FROM message WHERE text LIKE '%zebra%'"), 1);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli'}"), 200);
    for (int i = 0; i < 20; i++)
        phone_pass(f, 1 * SECOND_MS);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE '%zebra%' OR text LIKE '%ana%'"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM webhook WHERE instr(body, 'zebra') > 0"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision WHERE state || trace LIKE '%zebra%'"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE '%Hello Bob%'"), 2);
}

/* The index comes to a text at the worst moment: when all but the texts of what colleagues were told has been emptied. */
static void a_text_that_was_not_in_the_index_yet_does_not_get_there_while_it_is_erased(void **state)
{
    struct fixture *f = *state;
    struct message note = { .conversation = 1, .at = f->now, .kind = "note", .text = "plum", .actor = "mia" };
    struct error error = { 0 };

    hear(f, "bob", "hours");
    hear(f, "ana", "a person please, zebra");
    f->desk.index_at = INT64_MAX;
    phone_look(f);
    phone_look(f);
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli'}"), 200);
    for (int i = 0; i < 100 && fixture_int(f, "SELECT count(*) FROM erasure WHERE stage = 4") == 0; i++) {
        must(desk_begin(&f->desk, &error), &error);
        f->desk.erasure_at = 0;
        must(erasure_run(&f->desk, f->now, &error), &error);
        must(desk_commit(&f->desk, &error), &error);
    }
    assert_int_equal(fixture_int(f, "SELECT count(*) > 0 FROM message WHERE instr(text, 'zebra') > 0"), 1);
    must(desk_begin(&f->desk, &error), &error);
    for (int i = 0; i < 1100; i++, note.id = 0)
        must(message_put(f->desk.db, &note, &error), &error);
    while (search_fill(f->desk.db, &error) == 1)
        ;
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) > 0 FROM search_leaf WHERE instr(words, CAST('zebra' AS BLOB)) > 0"), 1);
    must(erasure_finish(&f->desk, f->now, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE instr(text, 'zebra') > 0"), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM search_leaf WHERE instr(words, CAST('zebra' AS BLOB)) > 0"), 0);
}

/* Also when Braze, which has to empty her profile, does not answer for hours: her customers do not wait for that. */
static void what_an_erased_colleague_had_is_told_at_once_to_who_is_left_and_not_to_her(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "ana", "a person please");
    phone_write(f, "bob", "a person please");
    phone_write(f, "kim", "#1 Hello");
    assert_int_equal(fixture_act(f, "erase", "{'user':'kim','actor':'cli'}"), 200);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM told t JOIN erasure_contact e ON e.contact = t.contact"), 0);
    phone_look(f);
    phone_expect(f, "lee", "#1 ana (whatsapp) waits for a person:");
    phone_write(f, "ana", "my address is Rue 4");
    phone_expect(f, "lee", "#1 ana: my address is Rue 4");
    phone_write(f, "lee", "#1 It is on its way.");
    assert_string_equal(phone_said(f, "ana"), "Hello|It is on its way.");
    phone_write(f, "bob", "and mine is Rue 5");
    phone_expect(f, "lee", "#2 bob: and mine is Rue 5");
    assert_string_equal(events(f), "handoff,take,say,handoff,take,say");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox o JOIN message m ON m.id = o.message WHERE m.text LIKE '%Rue%' "
                                    "AND o.contact IN (SELECT contact FROM erasure_contact)"), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(who_turns_out_to_be_known_stays_with_the_person_who_has_him),
        CASE(and_so_does_who_waits_for_one),
        CASE(and_whom_two_have_under_his_two_names_both_keep),
        CASE(the_window_of_a_channel_goes_along_with_the_case),
        CASE(what_the_bot_owes_him_by_his_phone_still_comes),
        CASE(behind_a_take_the_bot_is_silent_on_his_phone_as_well),
        CASE(who_wants_to_hear_nothing_hears_nothing_on_his_phone_either),
        CASE(who_leaves_the_team_hears_no_more_and_what_she_had_goes_to_who_is_left),
        CASE(a_case_that_nobody_is_told_of_any_more_is_told_anew),
        CASE(who_stays_in_any_team_keeps_her_cases),
        CASE(a_change_of_the_rules_while_the_desk_was_down_counts_as_well),
        CASE(whose_team_has_left_the_rules_hears_within_its_time_that_nobody_comes),
        CASE(whom_a_person_took_unasked_and_left_alone_hears_it_as_well),
        CASE(the_number_of_a_case_finds_its_conversation_at_the_desk_as_well),
        CASE(what_an_erased_customer_said_stands_in_no_list_and_what_she_was_answered_in_no_other_thread),
        CASE(a_text_that_was_not_in_the_index_yet_does_not_get_there_while_it_is_erased),
        CASE(what_an_erased_colleague_had_is_told_at_once_to_who_is_left_and_not_to_her),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
