/* colleague: what a person is told on her own phone, and what her work on it is not. */
#include "store/queue.h"
#include "tests/lib/phone.h"

static const char RULES[] = PHONE_SHOP
    "INSERT INTO team (name, notify_user) VALUES ('support', 'kim');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

/* Its texts' time is over before they could leave. */
static void let_expire(struct fixture *f)
{
    struct error error = { 0 };

    f->now += 25 * (int64_t)HOUR_MS;
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    phone_drain(f);
}

/* The case is told, with that number. */
static void ask_for_person(struct fixture *f, const char *user)
{
    phone_write(f, user, "a person please");
}

/* By which campaign she was told last. */
static const char *told_by(struct fixture *f)
{
    return fixture_text(f, "SELECT o.sent_by FROM outbox o JOIN identity i ON i.contact = o.contact WHERE i.value = 'kim' "
                           "AND o.state = 'accepted' ORDER BY o.seq DESC LIMIT 1");
}

#define OWN_CAMPAIGN(layout)                                                                                              \
    PHONE_SHOP "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"                                       \
               " ('own', 'whatsapp', '7f3c0000-0000-4000-8000-000000000003', '" layout "');\n"                            \
               "INSERT INTO team (name, notify_user, campaign) VALUES ('support', 'kim', 'own');\n"

/* A template of the team's is for when nothing else reaches her; a campaign for free text is hers whenever that does. */
static void a_campaign_of_the_teams_carries_her_cases(void **state)
{
    static const struct {
        const char *rules, *open, *closed;
    } CASES[] = { { OWN_CAMPAIGN("template"), "reply", "own" }, { OWN_CAMPAIGN("response"), "own", "reopen" } };

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct fixture own, *f = &own;

        (void)state;
        fixture_open(f, CASES[i].rules);
        phone_write(f, "kim", "hours");
        ask_for_person(f, "ana");
        assert_string_equal(told_by(f), CASES[i].open);
        f->now += 25 * (int64_t)HOUR_MS;
        ask_for_person(f, "bob");
        assert_string_equal(told_by(f), CASES[i].closed);
        fixture_close(f);
    }
}

/* And not in the customer's. */
static void each_is_told_in_her_own_language(void **state)
{
    struct fixture *f = *state;

    hear_from(f, "'user_id':'kim','language':'es'", "hours");
    hear_from(f, "'user_id':'ana','language':'ko'", "a person please");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana (whatsapp) espera a una persona:");
    assert_string_equal(fixture_text(f, "SELECT actor FROM message WHERE text LIKE '#1 ana (whatsapp)%'"), "case 1");
}

/* Braze gives them as a message without words, and often without an address. */
static void a_sticker_of_hers_is_no_answer_and_she_is_told(void **state)
{
    static const char *const TEXTS[] = { "", "  ", "\xe2\x80\x8b" };
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        phone_write(f, "kim", TEXTS[i]);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE 'Pictures and files are not passed on%'"), i + 1);
    }
    assert_string_equal(fixture_text(f, "SELECT owner || agent FROM conversation WHERE contact = 1"), "agent");
}

static void a_voice_note_that_asks_for_a_person_and_a_sticker_meanwhile_are_told_of(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'','media_urls':['https://cdn.example/v.ogg']}");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'a person please'}");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana (whatsapp) waits for a person:\n(sent https://cdn.example/v.ogg)\n> a person please\nSummary: ");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':''}");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana: \n(sent something without words)");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'','media_urls':['https://cdn.example/w.ogg']}");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana: \n(sent https://cdn.example/w.ogg)");
}

static void a_text_of_hers_that_is_refused_is_told_of(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    ask_for_person(f, "ana");
    hear(f, "kim", "Hello\nAna");
    call = claim(f);
    assert_null(call->next);
    settle(f, call, of(ANSWER_REFUSED), 400);
    phone_look(f);
    phone_expect(f, "kim", "#1 ana has probably not got this text of yours; see frontdesk outbox list:\n> Hello\n> Ana");
    assert_string_equal(phone_said(f, "ana"), "");
}

/* Braze takes nothing until its time is over, and all again afterwards. */
static void a_text_of_hers_whose_time_is_over_in_the_queue_is_told_of(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    hear(f, "kim", "Hello Ana");
    hear(f, "bob", "hours");
    let_expire(f);
    phone_expect(f, "kim", "#1 ana has probably not got this text of yours; see frontdesk outbox list:\n> Hello Ana");
    assert_string_equal(phone_said(f, "ana"), "");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE '%has probably not got this text%'"), 1);
}

/* The program ends while it is with Braze, and so it does when it goes once more. */
static void a_text_of_hers_of_which_nobody_can_tell_is_told_of(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    hear(f, "kim", "Hello Ana");
    for (int i = 0; i < 2; i++) {
        struct call *call = claim(f);

        assert_non_null(call);
        assert_null(call->next);
        call_free(call);
        fixture_reopen(f, true);
        f->now += 60 * SECOND_MS;
    }
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox o JOIN message m ON m.id = o.message WHERE m.kind = 'agent'"),
                        "unknown");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana has probably not got this text of yours; see frontdesk outbox list:\n> Hello Ana");
    fixture_reopen(f, true);
    phone_look(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE '%has probably not got this text%'"), 1);
}

struct shown {
    int64_t waits_since;
    char trouble[200];
};

static void see(void *context, const struct queue_row *row)
{
    struct shown *shown = context;

    shown->waits_since = row->waits_since;
    snprintf(shown->trouble, sizeof shown->trouble, "%s", row->trouble);
}

/* Who answers from the desk reads it there. */
static void whose_answer_never_left_waits_for_one_in_the_queue(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct shown shown = { .waits_since = -1 };

    fixture_load(f, PHONE_SHOP "INSERT INTO team (name) VALUES ('support');\n");
    ask_for_person(f, "ana");
    assert_int_equal(fixture_act(f, "say", "{'conversation':1,'actor':'mia','text':'Hello'}"), 200);
    assert_int_equal(queue_list(f->desk.db, &(struct queue_filter){ 0 }, see, &shown, &error), 1);
    assert_int_equal(shown.waits_since, 0);
    assert_string_equal(shown.trouble, "");
    let_expire(f);
    assert_int_equal(queue_list(f->desk.db, &(struct queue_filter){ 0 }, see, &shown, &error), 1);
    assert_int_equal(shown.waits_since, fixture_int(f, "SELECT at FROM handover"));
    assert_string_equal(shown.trouble, "the answer: expired: its deadline passed before it could leave");
    assert_int_equal(queue_list(f->desk.db, &(struct queue_filter){ .is_untold = true }, see, &shown, &error), 0);
}

static void a_list_that_is_cut_says_how_many_there_are_more(void **state)
{
    struct fixture *f = *state;
    const char *list;

    for (int i = 1; i <= 23; i++) {
        char user[16];

        snprintf(user, sizeof user, "u%d", i);
        ask_for_person(f, user);
    }
    phone_write(f, "kim", "#list");
    list = phone_last(f, "kim");
    assert_non_null(strstr(list, "#20 u20: a person please\n… +3"));
    assert_string_equal(strstr(list, "… +"), "… +3");
}

static void her_work_is_not_summed_up_and_she_is_no_customer_when_it_ends(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, PHONE_SHOP "INSERT INTO team (name, notify_user) VALUES ('support', 'kim');\n"
                    "INSERT INTO setting (name, value) VALUES ('idle_close', '10 minutes');\n"
                    "INSERT INTO attribute (name, at, value) VALUES ('last', 'close', '{{ summary }}');\n"
                    "INSERT INTO notice (name, at, campaign, say) VALUES ('bye', 'close', 'reply', 'How was it?');\n");
    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello Ana, about your card");
    for (int i = 0; i < 20; i++)
        phone_pass(f, 2 * MINUTE_MS);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation WHERE owner = 'closed' AND closed_by = 'idle' AND summary = '' "
                                    "AND outcome = '' AND summary_at IS NOT NULL"), 1);
    phone_expect(f, "kim", "#1 ana");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM profile"), 0);
    phone_write(f, "kim", "#1 done");
    phone_write(f, "bob", "hours");
    for (int i = 0; i < 20; i++)
        phone_pass(f, 2 * MINUTE_MS);
    phone_expect(f, "bob", "How was it?");
    phone_expect(f, "ana", "How was it?");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_is_told_in_her_own_language),
        CASE(a_campaign_of_the_teams_carries_her_cases),
        CASE(a_sticker_of_hers_is_no_answer_and_she_is_told),
        CASE(a_voice_note_that_asks_for_a_person_and_a_sticker_meanwhile_are_told_of),
        CASE(a_text_of_hers_that_is_refused_is_told_of),
        CASE(a_text_of_hers_whose_time_is_over_in_the_queue_is_told_of),
        CASE(a_text_of_hers_of_which_nobody_can_tell_is_told_of),
        CASE(whose_answer_never_left_waits_for_one_in_the_queue),
        CASE(a_list_that_is_cut_says_how_many_there_are_more),
        CASE(her_work_is_not_summed_up_and_she_is_no_customer_when_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
