/* road: from the webhook to the rows, on a real file. */
#include "braze/inbound.h"
#include "tests/lib/setup.h"

#define SAY(f, user, id, text) \
    fixture_receive(f, "whatsapp", "{'user_id':'" user "','dispatch_id':'" id "','message':'" text "'}")

static void a_message_becomes_rows(void **state)
{
    struct fixture *f = *state;
    struct receipt receipt = SAY(f, "ana", "d1", "your hours?");

    assert_int_equal(receipt.kind, RECEIPT_ACCEPTED);
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE kind = 'in'"), "your hours?");
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE kind = 'out'"),
                        "We are open from 8 to 6.");
    assert_string_equal(fixture_text(f, "SELECT actor FROM message WHERE kind = 'out'"), "hours");
    assert_string_equal(fixture_text(f, "SELECT rule FROM decision"), "hours");
    assert_int_equal(fixture_int(f, "SELECT ruleset FROM decision"), f->desk.rules->number);
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox"), "due");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn"), "open");
    assert_string_equal(fixture_text(f, "SELECT state FROM webhook"), "read");
    assert_int_equal(fixture_int(f, "SELECT message FROM webhook"), receipt.message);
}

static void a_message_row_keeps_what_came_with_it(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp",
                    "{'user_id':'ana','message':'hours','message':'stop','sent_at':'2026-05-11T11:46:37Z','campaign':'c1',"
                    "'media_urls':['https://files.example/a.jpg'],'shop':'north'}");
    assert_string_equal(fixture_text(f, "SELECT text || ' ' || campaign FROM message WHERE kind = 'in'"), "hours c1");
    assert_int_equal(fixture_int(f, "SELECT sent_at FROM message WHERE kind = 'in'"), 1778499997000);
    assert_int_equal(fixture_int(f, "SELECT at FROM message WHERE kind = 'in'"), 1778500000000);
    assert_string_equal(fixture_text(f, "SELECT media FROM message WHERE kind = 'in'"), "[\"https://files.example/a.jpg\"]");
    assert_string_equal(fixture_text(f, "SELECT fields FROM message WHERE kind = 'in'"), "{\"shop\":\"north\"}");
    assert_int_equal(fixture_int(f, "SELECT flags FROM message WHERE kind = 'in'"), INBOUND_DUPLICATE_KEY);
}

/* What the turn began under: the rules in force, whose the conversation was, and for how long an answer is worth sending. */
static void a_turn_row_says_what_it_began_under(void **state)
{
    struct fixture *f = *state;

    SAY(f, "ana", "", "a human please");
    fixture_load(f, FIXTURE_RULES);
    f->now += 1000;
    SAY(f, "ana", "", "hours");
    assert_int_equal(fixture_int(f, "SELECT ruleset FROM turn ORDER BY id DESC LIMIT 1"), 2);
    assert_int_equal(fixture_int(f, "SELECT epoch FROM turn ORDER BY id LIMIT 1"), 1);
    assert_int_equal(fixture_int(f, "SELECT epoch FROM turn ORDER BY id DESC LIMIT 1"), 2);
    assert_int_equal(fixture_int(f, "SELECT opened_at FROM turn ORDER BY id DESC LIMIT 1"), 1778500001000);
    assert_int_equal(fixture_int(f, "SELECT deadline_at - opened_at FROM turn ORDER BY id DESC LIMIT 1"), 24 * 3600 * 1000);
}

static void fates_that_need_no_reply(void **state)
{
    struct fixture *f = *state;
    struct {
        const char *json, *turn, *action;
    } cases[] = {
        { "{'user_id':'a','message':'psst'}", "silenced", "ignore" },
        { "{'user_id':'b','message':'qwerty'}", "unanswered", "none" },
        { "{'user_id':'c','message':'a person please'}", "agent", "handoff" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_receive(f, "whatsapp", cases[i].json);
        assert_string_equal(fixture_text(f, "SELECT state FROM turn ORDER BY id DESC LIMIT 1"),
                            cases[i].turn);
        assert_string_equal(fixture_text(f, "SELECT action FROM decision ORDER BY message DESC LIMIT 1"),
                            cases[i].action);
    }
}

static void a_duplicate_has_no_effect(void **state)
{
    struct fixture *f = *state;
    struct receipt first = SAY(f, "ana", "d1", "hours"), second = SAY(f, "ana", "d1", "hours");

    assert_int_equal(second.kind, RECEIPT_DUPLICATE);
    assert_int_equal(second.message, first.message);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM webhook WHERE state = 'duplicate'"), 1);
}

static void what_is_no_duplicate(void **state)
{
    struct fixture *f = *state;

    SAY(f, "ana", "d1", "hours");
    assert_int_equal(SAY(f, "ben", "d1", "hours").kind, RECEIPT_ACCEPTED);
    assert_int_equal(SAY(f, "ana", "d2", "hours").kind, RECEIPT_ACCEPTED);
    assert_int_equal(fixture_receive(f, "sms", "{'user_id':'ana','dispatch_id':'d1','message':'hours'}").kind,
                     RECEIPT_ACCEPTED);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(SAY(f, "ana", "dispatch_id_for_unsent_campaign", "hours").kind, RECEIPT_ACCEPTED);
        assert_int_equal(SAY(f, "ana", "", "hours").kind, RECEIPT_ACCEPTED);
    }
}

static struct receipt twin(struct fixture *f, const char *campaign)
{
    char json[200];

    snprintf(json, sizeof json, "{'user_id':'ana','campaign':'%s','message':'hello hours'}", campaign);
    return fixture_receive(f, "whatsapp", json);
}

static void twins_of_two_campaigns_are_one(void **state)
{
    struct fixture *f = *state;
    struct receipt first = twin(f, "c1");

    f->now += 9000;
    assert_int_equal(twin(f, "c2").kind, RECEIPT_DUPLICATE);
    assert_int_equal(twin(f, "c2").message, first.message);
    assert_int_equal(twin(f, "c1").kind, RECEIPT_ACCEPTED);
    f->now += 10001;
    assert_int_equal(twin(f, "c2").kind, RECEIPT_ACCEPTED);
}

static void one_contact_by_phone_then_id(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp", "{'user_id':'','phone_number':'+821012345678','message':'hours'}");
    assert_string_equal(fixture_text(f, "SELECT address_kind FROM contact"), "phone");
    fixture_receive(f, "whatsapp", "{'user_id':'u9','phone_number':'+821012345678','message':'hours'}");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 1);
    assert_string_equal(fixture_text(f, "SELECT address_kind || ' ' || address FROM contact"), "external u9");
    fixture_receive(f, "whatsapp", "{'user_id':'u10','phone_number':'+821012345678','message':'hours'}");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM identity WHERE kind = 'phone'"), 2);
}

/* STOP came without an id; when the id shows that phone, it is the same person who said it. */
static void an_opt_out_follows_the_person(void **state)
{
    struct fixture *f = *state;

    SAY(f, "mm1", "", "hours");
    fixture_receive(f, "whatsapp", "{'user_id':'','phone_number':'+7001','message':'stop'}");
    fixture_receive(f, "whatsapp", "{'user_id':'mm1','phone_number':'+7001','message':'hours'}");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact WHERE opted_out_at IS NOT NULL"), 2);
    assert_string_equal(fixture_text(f, "SELECT state FROM turn ORDER BY id DESC LIMIT 1"), "silenced");
    fixture_receive(f, "whatsapp", "{'user_id':'','phone_number':'+7001','message':'start'}");
    assert_int_equal(
        fixture_int(f, "SELECT opted_out_at IS NULL FROM contact WHERE address = '+7001' ORDER BY id"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM identity WHERE kind = 'phone'"), 1);
}

/* Two profiles of Braze that have shown one phone each by itself. */
static void write_twice_without_id(struct fixture *f, const char *second)
{
    fixture_receive(f, "whatsapp", "{'user_id':'','braze_id':'b-1','phone_number':'+82101','message':'hours'}");
    fixture_receive(f, "whatsapp", "{'user_id':'','braze_id':'b-2','message':'your hours'}");
    fixture_receive(f, "whatsapp", second);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM identity WHERE kind = 'phone' AND value = '+82101'"), 2);
}

static void all_who_are_known_by_a_phone_alone_are_the_person_whose_id_comes_with_it(void **state)
{
    struct fixture *f = *state;

    write_twice_without_id(f, "{'user_id':'','braze_id':'b-2','phone_number':'+82101','message':'STOP'}");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'hours please'}");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','phone_number':'+82101','message':'the hours?'}");
    assert_string_equal(fixture_text(f, "SELECT group_concat(e.value) FROM identity p JOIN identity e ON e.contact = p.contact "
                                        "AND e.kind = 'external' WHERE p.kind = 'phone' AND p.value = '+82101'"), "ana");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM identity WHERE kind = 'phone'"), 1);
    assert_int_equal(fixture_int(f, "SELECT opted_out_at IS NOT NULL FROM contact ORDER BY id DESC LIMIT 1"), 1);
}

static void the_one_who_is_promoted_is_the_others_too(void **state)
{
    struct fixture *f = *state;

    write_twice_without_id(f, "{'user_id':'','braze_id':'b-2','phone_number':'+82101','message':'STOP'}");
    fixture_receive(f, "whatsapp", "{'user_id':'ana','braze_id':'b-1','phone_number':'+82101','message':'the hours?'}");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM identity WHERE kind = 'phone'"), 1);
    assert_int_equal(fixture_int(f, "SELECT c.opted_out_at IS NOT NULL FROM contact c JOIN identity i ON i.contact = c.id "
                                    "WHERE i.value = 'ana'"), 1);
}

static void a_braze_id_alone_takes_no_address_away(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp",
                    "{'user_id':'vic','braze_id':'BZ','phone_number':'+82998','message':'hours'}");
    fixture_receive(f, "whatsapp", "{'braze_id':'BZ','message':'hours'}");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 1);
    assert_string_equal(fixture_text(f, "SELECT address_kind || ' ' || address FROM contact"),
                        "external vic");
}

static void a_twin_is_known_when_it_comes_late(void **state)
{
    struct fixture *f = *state;
    struct receipt first = fixture_receive(
        f, "whatsapp", "{'user_id':'a','dispatch_id':'dA','campaign':'cA','message':'hours'}");

    for (int i = 0; i < 2; i++) {
        struct receipt twin_receipt = fixture_receive(
            f, "whatsapp", "{'user_id':'a','dispatch_id':'dB','campaign':'cB','message':'hours'}");

        assert_int_equal(twin_receipt.kind, RECEIPT_DUPLICATE);
        assert_int_equal(twin_receipt.message, first.message);
        f->now += 60 * 1000;
    }
}

static void a_line_has_one_head(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 5; i++)
        SAY(f, "ana", "", "hours");
    SAY(f, "ben", "", "hours");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE state = 'due'"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), 4);
    assert_int_equal(fixture_int(f, "SELECT count(DISTINCT seq) FROM outbox WHERE contact = 1"), 5);
}

static void a_handover_carries_the_new_epoch(void **state)
{
    struct fixture *f = *state;

    SAY(f, "ana", "", "hours");
    SAY(f, "ana", "", "a human please");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), "agent");
    assert_int_equal(fixture_int(f, "SELECT epoch FROM conversation"), 2);
    assert_int_equal(fixture_int(f, "SELECT epoch FROM outbox ORDER BY id LIMIT 1"), 1);
    assert_int_equal(fixture_int(f, "SELECT epoch FROM outbox ORDER BY id DESC LIMIT 1"), 2);
    SAY(f, "ana", "", "hours");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox"), 2);
    assert_string_equal(fixture_text(f, "SELECT state FROM turn ORDER BY id DESC LIMIT 1"), "agent");
    SAY(f, "ana", "", "stop");
    assert_int_equal(fixture_int(f, "SELECT opted_out_at IS NOT NULL FROM contact"), 1);
}

static void opted_out_means_silence(void **state)
{
    struct fixture *f = *state;

    SAY(f, "ana", "", "stop");
    assert_int_equal(fixture_int(f, "SELECT is_consent FROM outbox"), 1);
    SAY(f, "ana", "", "hours");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox"), 1);
    assert_string_equal(fixture_text(f, "SELECT state FROM turn ORDER BY id DESC LIMIT 1"), "silenced");
    SAY(f, "ana", "", "start");
    SAY(f, "ana", "", "hours");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox"), 3);
}

static void closed_conversations_stay_closed(void **state)
{
    struct fixture *f = *state;

    SAY(f, "ana", "", "bye");
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), "closed");
    SAY(f, "ana", "", "hours");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 2);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 1);
}

/* A fact of the newest decision, as text; "" when it was left out. */
#define FACT(f, name)                                                                                        \
    fixture_text(f, "SELECT json_extract(state, '$." name "') FROM decision ORDER BY message DESC LIMIT 1")

static void a_decision_keeps_what_it_knew_of_before(void **state)
{
    struct fixture *f = *state;

    fixture_receive(f, "whatsapp",
                    "{'user_id':'ana','phone_number':'+82 10-1234-5678','message':'hours','campaign':'in',"
                    "'sent_at':'2026-05-11T11:45:00Z','shop':'north'}");
    assert_string_equal(FACT(f, "is_first_contact"), "1");
    assert_string_equal(FACT(f, "message_count"), "1");
    assert_string_equal(FACT(f, "country"), "KR");
    assert_string_equal(FACT(f, "campaign"), "in");
    assert_string_equal(FACT(f, "sent_at"), "1778499900000");
    assert_string_equal(FACT(f, "fields.shop"), "north");
    assert_string_equal(FACT(f, "last_rule"), "");
    assert_string_equal(FACT(f, "last_in_at"), "");

    f->now += 90 * 1000;
    SAY(f, "ana", "d2", "qwerty");
    assert_string_equal(FACT(f, "is_first_contact"), "");
    assert_string_equal(FACT(f, "message_count"), "2");
    assert_string_equal(FACT(f, "last_rule"), "hours");
    assert_string_equal(FACT(f, "last_in_at"), "1778500000000");
    assert_string_equal(FACT(f, "country"), "");
    assert_int_equal(fixture_int(f, "SELECT message_count FROM conversation"), 2);

    SAY(f, "ana", "d3", "bye");
    assert_string_equal(FACT(f, "last_rule"), ""); /* none took the one before */
    assert_string_equal(FACT(f, "last_in_at"), "1778500090000");

    f->now += 60 * 1000;
    SAY(f, "ana", "d4", "hours"); /* a new conversation: what the rules said is over, the person is known */
    assert_string_equal(FACT(f, "last_rule"), "");
    assert_string_equal(FACT(f, "message_count"), "1");
    assert_string_equal(FACT(f, "last_in_at"), "1778500090000");
    assert_string_equal(FACT(f, "is_first_contact"), "");
    assert_int_equal(fixture_int(f, "SELECT last_in_at FROM conversation ORDER BY id DESC LIMIT 1"), f->now);
}

static void a_condition_that_breaks_off_disables_its_rule(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, "INSERT INTO rule (name, words, only_if, say) VALUES\n"
                    "('broken', 'ping', 'abs(0 * :hour - 9223372036854775807 - 1) > 0', 's'), ('rest', 'ping', NULL, 'pong');");
    SAY(f, "ana", "d1", "ping");
    assert_string_equal(fixture_text(f, "SELECT rule FROM decision"), "rest");
    assert_int_equal(fixture_int(f, "SELECT limit_hits FROM rule_trouble WHERE rule = 'broken'"), 1);
    for (int hits = 2; hits <= 20; hits++) {
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'rule_disabled'"), 0);
        fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'ping'}");
    }
    assert_int_equal(fixture_int(f, "SELECT limit_hits FROM rule_trouble WHERE disabled_at IS NOT NULL"), 20);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'rule_disabled'"), 1);
    fixture_receive(f, "whatsapp", "{'user_id':'ana','message':'ping'}");
    assert_string_equal(fixture_text(f, "SELECT json_extract(trace, '$.passed_over[0].why') FROM decision "
                                        "ORDER BY message DESC LIMIT 1"), "disabled");
}

static void unreadable_is_kept(void **state)
{
    struct fixture *f = *state;
    struct receipt receipt = fixture_receive(f, "whatsapp", "no json at all");

    assert_int_equal(receipt.kind, RECEIPT_UNREADABLE);
    assert_string_equal(fixture_text(f, "SELECT CAST(body AS TEXT) FROM webhook WHERE state = 'unreadable'"),
                        "no json at all");
    assert_true(strlen(fixture_text(f, "SELECT reason FROM webhook")) > 10);
    assert_int_equal(fixture_act(f, "webhook-replay", "{'id':1,'actor':'test'}"), 200);
    assert_int_equal(fixture_act(f, "webhook-replay", "{'id':99,'actor':'test'}"), 404);
}

/* Three deaths while it is decided, then it is set aside; the sender's repetition of it too, at once. */
static void poison_is_set_aside(void **state)
{
    struct fixture *f = *state;
    const char *body = "{\"user_id\":\"ana\",\"message\":\"hours\"}";
    struct webhook webhook = {
        .received_at = 1, .channel = "whatsapp", .content_type = "", .body = body, .body_len = strlen(body)
    };
    struct webhook again = webhook;
    struct error error = { 0 };
    struct receipt receipt;

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(road_store(&f->desk, &webhook, &error), 0);
    for (int i = 0; i < WEBHOOK_TRIES_MAX; i++)
        assert_int_equal(road_count(&f->desk, &webhook, &receipt, &error), 1);
    assert_int_equal(road_count(&f->desk, &webhook, &receipt, &error), 0);
    assert_int_equal(road_store(&f->desk, &again, &error), 0);
    assert_int_equal(road_count(&f->desk, &again, &receipt, &error), 0);
    assert_int_equal(receipt.webhook, again.id);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM webhook WHERE state = 'aside'"), 2);
}

static void set_aside(struct fixture *f, const char *body)
{
    struct webhook webhook = {
        .received_at = f->now, .channel = "whatsapp", .content_type = "", .body = body, .body_len = strlen(body)
    };
    struct error error = { 0 };
    struct receipt receipt;

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(road_store(&f->desk, &webhook, &error), 0);
    assert_int_equal(road_set_aside(&f->desk, &webhook, "as the test says", &receipt, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
}

/* The window of 24 hours is WhatsApp's: it opened when he wrote, however late his words are read. */
static void what_is_read_late_was_heard_when_it_came(void **state)
{
    static const char LAST_IN[] = "SELECT last_in_at FROM conversation ORDER BY id DESC LIMIT 1";
    struct fixture *f = *state;
    int64_t came_at = f->now;

    set_aside(f, "{\"user_id\":\"ana\",\"message\":\"hours\"}");
    set_aside(f, "{\"user_id\":\"bob\",\"message\":\"hours\"}");
    f->now += (int64_t)25 * 3600 * 1000;
    assert_int_equal(fixture_act(f, "webhook-replay", "{'id':1,'actor':'test'}"), 200);
    assert_int_equal(fixture_int(f, LAST_IN), came_at);
    assert_int_equal(fixture_int(f, "SELECT at FROM message WHERE kind = 'in'"), f->now);

    SAY(f, "bob", "d1", "hours"); /* who has written since */
    f->now += 1000;
    assert_int_equal(fixture_act(f, "webhook-replay", "{'id':2,'actor':'test'}"), 200);
    assert_int_equal(fixture_int(f, LAST_IN), f->now - 1000);

    /* … also in a conversation that is over, before the one that the replay opens. */
    set_aside(f, "{\"user_id\":\"bob\",\"message\":\"hours\"}");
    f->now += (int64_t)25 * 3600 * 1000;
    SAY(f, "bob", "d2", "hours");
    assert_int_equal(fixture_act(f, "close", "{'conversation':2,'actor':'test'}"), 200);
    f->now += 1000;
    assert_int_equal(fixture_act(f, "webhook-replay", "{'id':4,'actor':'test'}"), 200);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 3);
    assert_int_equal(fixture_int(f, LAST_IN), f->now - 1000);

    /* A clock that was set back: nobody has written in the future. */
    set_aside(f, "{\"user_id\":\"cy\",\"message\":\"hours\"}");
    f->now -= 7200 * 1000;
    assert_int_equal(fixture_act(f, "webhook-replay", "{'id':6,'actor':'test'}"), 200);
    assert_int_equal(fixture_int(f, LAST_IN), f->now);
}

static void after_a_kill_it_goes_carefully(void **state)
{
    struct fixture *f = *state;

    assert_false(f->desk.was_unclean);
    fixture_reopen(f, false);
    assert_false(f->desk.was_unclean);
    fixture_reopen(f, true);
    assert_true(f->desk.was_unclean);
    assert_true(f->desk.careful_until > f->now);
    assert_int_equal(f->desk.rules->number, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_usual, setup_close)
        TEST(a_message_becomes_rows),
        TEST(a_message_row_keeps_what_came_with_it),
        TEST(a_turn_row_says_what_it_began_under),
        TEST(fates_that_need_no_reply),
        TEST(a_duplicate_has_no_effect),
        TEST(what_is_no_duplicate),
        TEST(twins_of_two_campaigns_are_one),
        TEST(one_contact_by_phone_then_id),
        TEST(an_opt_out_follows_the_person),
        TEST(all_who_are_known_by_a_phone_alone_are_the_person_whose_id_comes_with_it),
        TEST(the_one_who_is_promoted_is_the_others_too),
        TEST(a_braze_id_alone_takes_no_address_away),
        TEST(a_twin_is_known_when_it_comes_late),
        TEST(a_line_has_one_head),
        TEST(a_handover_carries_the_new_epoch),
        TEST(opted_out_means_silence),
        TEST(closed_conversations_stay_closed),
        TEST(a_decision_keeps_what_it_knew_of_before),
        TEST(a_condition_that_breaks_off_disables_its_rule),
        TEST(unreadable_is_kept),
        TEST(poison_is_set_aside),
        TEST(what_is_read_late_was_heard_when_it_came),
        TEST(after_a_kill_it_goes_carefully),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
