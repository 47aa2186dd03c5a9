/* notice: campaigns triggered at a moment, to the customer and to people of the business. On a real file, effects by hand. */
#include "base/alloc.h"
#include "desk/carry.h"
#include "store/consult_row.h"
#include "tests/lib/calling.h"

#define ID "7f3c0000-0000-4000-8000-00000000000"
#define HOUR ((int64_t)3600 * 1000)

static const char RULES[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout, text_property) VALUES\n"
    " ('reply', 'whatsapp', '" ID "1', 'response', NULL), ('reopen', 'whatsapp', '" ID "2', 'template', NULL),\n"
    " ('thanks', 'whatsapp', '" ID "3', 'response', 'body'), ('summary', 'whatsapp', '" ID "4', 'template', 'body'),\n"
    " ('text', 'sms', '" ID "5', 'response', NULL);\n"
    "INSERT INTO team (name) VALUES ('support');\n"
    "INSERT INTO setting (name, value) VALUES ('notices_per_hour', '3'), ('replies_per_hour', '4');\n"
    "INSERT INTO rule (name, words, say, buttons) VALUES ('pick', 'pick', 'Which?', 'One, Two');\n"
    "INSERT INTO rule (name, words, say) VALUES ('hours', 'hours', 'From 8 to 6.'), ('two', '=two', 'Two it is.');\n"
    "INSERT INTO rule (name, words, action, target, say) VALUES ('person', 'human', 'handoff', 'support', 'One moment.');\n"
    "INSERT INTO rule (name, words, action, say) VALUES ('bye', 'bye', 'close', 'See you.');\n"
    "INSERT INTO rule (name, priority, words, action, say) VALUES ('out', 900, '=stop', 'opt_out', 'No more.');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

/* A notice as a rule row makes it: by name of its campaign ("" none), to somebody (NULL: the customer). */
struct told {
    const char *name, *campaign, *to, *text, *properties;
};

static void carry_told(struct fixture *f, int64_t conversation, const struct told *told, struct effect *before)
{
    struct notice notice = { .name = told->name,
                             .to = told->to,
                             .campaign = *told->campaign != '\0' ? ruleset_campaign(f->desk.rules, told->campaign) : NULL };
    struct effect effects[2] = { [1] = { .kind = EFFECT_NOTICE,
                                         .moment = "close",
                                         .notice = &notice,
                                         .text = (char *)told->text,
                                         .properties = (char *)told->properties } };
    struct decision decision = { .effects = before != NULL ? effects : effects + 1, .effect_count = before != NULL ? 2 : 1 };
    struct conversation row;
    struct carry carry = { .desk = &f->desk, .conversation = &row, .decision = &decision, .now = f->now };
    struct error error = { 0 };

    if (before != NULL)
        effects[0] = *before;
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(conversation_get(f->desk.db, conversation, &row, &error), 1);
    if (carry_out(&carry, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
}

static void tell(struct fixture *f, int64_t conversation, const struct told *told)
{
    carry_told(f, conversation, told, NULL);
}

static const struct told SUMMARY = { "summary", "summary", "owner-1", "Asked for hours.", NULL };
static const struct told THANKS = { "thanks", "thanks", NULL, "Thank you.", "{\"rating\":5}" };
static const struct told WORDLESS = { "thanks", "thanks", NULL, NULL, "{\"rating\":5}" };

static void drain(struct fixture *f)
{
    struct call *calls;

    while ((calls = claim(f)) != NULL)
        accept_all(f, calls);
}

/* The next call is the only one, goes by that campaign, and its body ends so. */
static void leaves(struct fixture *f, const char *campaign, const char *recipients)
{
    struct call *call = claim(f);
    const char *at;

    assert_non_null(call);
    assert_null(call->next);
    assert_string_equal(call->campaign, campaign);
    at = strstr(buf_text(&call->body), "\"recipients\":");
    assert_non_null(at);
    assert_string_equal(at + strlen("\"recipients\":"), recipients);
    accept_all(f, call);
}

/* Nothing leaves, and the newest text has ended so. */
static void stays(struct fixture *f, const char *fate)
{
    assert_null(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM outbox ORDER BY id DESC LIMIT 1"), fate);
}

static const char *newest_event(struct fixture *f)
{
    return fixture_text(f, "SELECT actor || ' | ' || detail FROM event WHERE kind = 'notice' ORDER BY id DESC LIMIT 1");
}

static int64_t notices(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM notice");
}

/* Whom and how */

static void the_customer_gets_his_in_the_conversation_it_is_about(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &THANKS);
    assert_string_equal(fixture_text(f, "SELECT kind || actor || conversation || coalesce(turn, '-') FROM message "
                                        "ORDER BY id DESC LIMIT 1"),
                        "outnotice thanks1-");
    assert_string_equal(newest_event(f), "close | thanks to the customer");
    leaves(f, "thanks", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"body\":\"Thank you.\",\"rating\":5}}]}");
    assert_string_equal(fixture_text(f, "SELECT state FROM turn"), "answered");
}

static void without_a_text_the_campaign_speaks_for_itself(void **state)
{
    struct fixture *f = *state;
    struct told bare = WORDLESS;

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &WORDLESS);
    leaves(f, "thanks", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"rating\":5}}]}");
    bare.properties = NULL;
    tell(f, 1, &bare);
    leaves(f, "thanks", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{}}]}");
}

static void the_default_campaign_carries_a_text(void **state)
{
    struct fixture *f = *state;
    struct told plain = { "bye", "", NULL, "Until soon.", NULL };

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &plain);
    leaves(f, "reply", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"external_system_msg_body\":\"Until soon.\"}}]}");
}

static void a_person_of_the_business_need_never_have_written(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &SUMMARY);
    assert_string_equal(fixture_text(f, "SELECT owner || last_in_at || channel || closed_by FROM conversation WHERE id = 2"),
                        "closed0whatsappnotice");
    assert_string_equal(newest_event(f), "close | summary to owner-1");
    leaves(f, "summary", "[{\"external_user_id\":\"owner-1\",\"trigger_properties\":{\"body\":\"Asked for hours.\"}}]}");
    tell(f, 1, &SUMMARY);
    leaves(f, "summary", "[{\"external_user_id\":\"owner-1\",\"trigger_properties\":{\"body\":\"Asked for hours.\"}}]}");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM conversation"), 2);
    hear(f, "owner-1", "hours"); /* who writes afterwards is the same contact, in a conversation of its own */
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 2);
    assert_string_equal(fixture_text(f, "SELECT owner || contact FROM conversation ORDER BY id DESC LIMIT 1"), "bot2");
}

static void it_goes_on_the_campaigns_channel(void **state)
{
    struct fixture *f = *state;
    struct told sms = { "sms", "text", NULL, "Thanks.", NULL };

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &sms);
    leaves(f, "text", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"external_system_msg_body\":\"Thanks.\"}}]}");
    assert_string_equal(fixture_text(f, "SELECT channel || owner FROM conversation WHERE id = 2"), "smsclosed");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM contact"), 1);
}

/* What a customer wrote is data, wherever it is quoted. */
static void a_hostile_summary_leaves_as_text_on_one_line(void **state)
{
    struct fixture *f = *state;
    struct told hostile = { "summary", "summary", "owner-1", "Asked: {{${email_address}}}\nset vip\t{% if x %}\x1b[2J",
                            "{\"asked\":\"{{ 1 }}\\nB\"}" };

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &hostile);
    leaves(f, "summary",
           "[{\"external_user_id\":\"owner-1\",\"trigger_properties\":{\"body\":\"Asked: { {${email_address} } } set vip "
           "{ % if x % }[2J\",\"asked\":\"{ { 1 } } B\"}}]}");
}

static void a_long_one_is_cut_for_the_template_that_carries_it(void **state)
{
    struct fixture *f = *state;
    struct buf text = { 0 };
    struct told told = SUMMARY;

    for (int i = 0; i < 300; i++)
        buf_add_text(&text, "word ");
    told.text = buf_text(&text);
    hear(f, "owner-1", "hours"); /* her window is open, and a template takes no more for that */
    hear(f, "ana", "hours");
    drain(f);
    tell(f, 2, &told);
    buf_release(&text);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM notice n JOIN message m ON m.id = n.message WHERE length(m.text) <= 1024"),
                     2);
    drain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'summary' AND state = 'accepted'"), 2);
}

/* Windows */

static void outside_her_window_a_template_is_needed(void **state)
{
    struct fixture *f = *state;
    struct told told = { "thanks", "thanks", "owner-1", NULL, "{\"n\":1}" };

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &told);
    stays(f, "held: the 24-hour window is closed, it has no text of its own, and channel whatsapp has no campaign row "
             "thanks of layout 'template'");
    told.text = "For you.";
    tell(f, 1, &told); /* a text goes by the channel's template, which knows nothing of the properties */
    leaves(f, "reopen", "[{\"external_user_id\":\"owner-1\",\"trigger_properties\":{\"external_system_msg_body\":\"For you.\"}}]}");
    hear(f, "owner-1", "qwerty"); /* her window is open now: what was held goes */
    leaves(f, "thanks", "[{\"external_user_id\":\"owner-1\",\"trigger_properties\":{\"n\":1}}]}");
}

static void without_any_template_it_is_held(void **state)
{
    struct fixture *f = *state;
    struct told told = { "thanks", "thanks", "owner-1", "For you.", NULL };

    fixture_load(f, "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
                    " ('reply', 'whatsapp', '" ID "1', 'response'), ('thanks', 'whatsapp', '" ID "3', 'response');\n");
    hear(f, "ana", "hours");
    tell(f, 1, &told);
    stays(f, "held: the 24-hour window is closed and channel whatsapp has no campaign row of layout 'template'");
}

static void a_newer_conversation_opens_the_window_of_a_closed_one(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "bye");
    drain(f);
    f->now += 25 * HOUR;
    tell(f, 1, &WORDLESS);
    stays(f, "held: the 24-hour window is closed, it has no text of its own, and channel whatsapp has no campaign row "
             "thanks of layout 'template'");
    f->now += HOUR;
    hear(f, "ana", "qwerty");
    assert_int_equal(fixture_int(f, "SELECT max(id) FROM conversation"), 2);
    leaves(f, "thanks", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"rating\":5}}]}");
    tell(f, 1, &THANKS);
    leaves(f, "thanks", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"body\":\"Thank you.\",\"rating\":5}}]}");
    assert_int_equal(fixture_int(f, "SELECT min(conversation) FROM notice"), 1);
}

/* Who is not to be written to */

static void who_has_opted_out_hears_none(void **state)
{
    struct fixture *f = *state;

    hear(f, "owner-1", "stop");
    hear(f, "ana", "hours");
    drain(f);
    tell(f, 2, &SUMMARY);
    stays(f, "withheld: the contact opted out before it left");
    tell(f, 1, &THANKS);
    stays(f, "withheld: the contact opted out before it left");
    hear(f, "ana", "stop"); /* of which the owner may be told */
    drain(f);
    tell(f, 2, &(struct told){ "gone", "summary", "owner-2", "ana left.", NULL });
    leaves(f, "summary", "[{\"external_user_id\":\"owner-2\",\"trigger_properties\":{\"body\":\"ana left.\"}}]}");
}

static void a_person_who_takes_over_stops_those_to_the_customer(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &THANKS);
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'mia'}"), 200);
    stays(f, "withheld: the conversation changed hands before it left");
    tell(f, 1, &THANKS); /* decided while she has it */
    stays(f, "withheld: a person has the conversation with the contact");
}

static void so_does_one_who_has_a_newer_conversation(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "bye");
    hear(f, "ana", "human");
    drain(f);
    tell(f, 1, &THANKS); /* he waits for a person there */
    stays(f, "withheld: a person has the conversation with the contact");
}

static void the_business_is_told_whoever_has_her_own_conversation(void **state)
{
    struct fixture *f = *state;

    hear(f, "owner-1", "hours");
    hear(f, "ana", "hours");
    drain(f);
    tell(f, 2, &SUMMARY);
    assert_int_equal(fixture_act(f, "take", "{'conversation':1,'actor':'mia'}"), 200);
    leaves(f, "summary", "[{\"external_user_id\":\"owner-1\",\"trigger_properties\":{\"body\":\"Asked for hours.\"}}]}");
}

/* As the hand-over's own sentence does. */
static void what_comes_with_the_hand_over_still_goes(void **state)
{
    struct fixture *f = *state;
    struct effect handoff = { .kind = EFFECT_HANDOFF, .moment = "handoff", .team = &f->desk.rules->teams[0] };

    hear(f, "ana", "hours");
    drain(f);
    carry_told(f, 1, &THANKS, &handoff);
    assert_string_equal(fixture_text(f, "SELECT owner FROM conversation"), "agent");
    leaves(f, "thanks", "[{\"external_user_id\":\"ana\",\"trigger_properties\":{\"body\":\"Thank you.\",\"rating\":5}}]}");
}

static void nobody_is_told_of_his_own_conversation(void **state)
{
    struct fixture *f = *state;

    hear(f, "owner-1", "hours");
    drain(f);
    tell(f, 1, &SUMMARY);
    assert_null(claim(f));
    assert_int_equal(notices(f), 0);
    assert_string_equal(newest_event(f), "close | summary to owner-1, left out: nobody is told of his own conversation");
}

static void what_came_out_empty_is_left_out(void **state)
{
    struct fixture *f = *state;
    struct told told = SUMMARY;

    hear(f, "ana", "hours");
    drain(f);
    told.text = " \n ";
    tell(f, 1, &told);
    tell(f, 1, &(struct told){ "none", "", NULL, NULL, NULL });
    assert_null(claim(f));
    assert_int_equal(notices(f), 0);
    assert_string_equal(newest_event(f), "close | none to the customer, left out: its text came out empty");
}

/* Limits */

static void beyond_the_limit_they_are_withheld_for_all_to_see(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    drain(f);
    for (int i = 0; i < 4; i++)
        tell(f, 1, &SUMMARY);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE state = 'withheld' "
                                    "AND reason = 'more than 3 notices an hour'"),
                     1);
    assert_string_equal(newest_event(f), "close | summary to owner-1, withheld: more than 3 notices an hour");
    drain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'summary' AND state = 'accepted'"), 3);
    tell(f, 1, &(struct told){ "other", "summary", "owner-2", "x", NULL }); /* her limit is her own */
    drain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'summary' AND state = 'accepted'"), 4);
    assert_int_equal(fixture_act(f, "outbox-retry", "{'id':5,'actor':'mia'}"), 200); /* a person may still want it */
    drain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'summary' AND state = 'accepted'"), 5);
    f->now += HOUR;
    tell(f, 1, &SUMMARY);
    drain(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE sent_by = 'summary' AND state = 'accepted'"), 6);
}

static void a_long_notice_counts_as_one(void **state)
{
    static const char WITHHELD[] = "SELECT count(*) FROM notice WHERE is_over = 1";
    struct fixture *f = *state;
    char text[5000] = "";

    while (strlen(text) < sizeof text - 10)
        strcat(text, "nine of x ");
    hear(f, "ana", "hours");
    for (int i = 0; i < 3; i++)
        tell(f, 1, &(struct told){ "summary", "summary", "owner-1", text, NULL });
    assert_true(notices(f) >= 6); /* parts */
    assert_int_equal(fixture_int(f, WITHHELD), 0);
    tell(f, 1, &SUMMARY);
    assert_int_equal(fixture_int(f, WITHHELD), 1);
}

static void those_to_the_customer_count_as_replies(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    hear(f, "ana", "hours");
    tell(f, 1, &THANKS);
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation"), 3);
    hear(f, "ana", "hours");
    tell(f, 1, &THANKS);
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM outbox ORDER BY id DESC LIMIT 1"),
                        "withheld: more than 4 replies an hour");
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation"), 4);
    tell(f, 1, &SUMMARY); /* which is none of his */
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1"), "due");
}

/* A close, and his next message has opened another: what follows from the old one counts there. */
static void it_counts_where_the_customer_is_now(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "bye");
    hear(f, "ana", "hours");
    tell(f, 1, &THANKS);
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation WHERE id = 2"), 3);
    assert_int_equal(fixture_int(f, "SELECT tally_said FROM conversation WHERE id = 1"), 1);
}

static void zero_is_no_limit(void **state)
{
    struct fixture *f = *state;

    fixture_load(f, "INSERT INTO setting (name, value) VALUES ('notices_per_hour', '0'), ('replies_per_hour', '0');\n"
                    "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES\n"
                    " ('summary', 'whatsapp', '" ID "4', 'template'), ('thanks', 'whatsapp', '" ID "3', 'response');\n");
    hear(f, "ana", "hours");
    for (int i = 0; i < 70; i++) {
        tell(f, 1, &SUMMARY);
        tell(f, 1, &THANKS);
    }
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE state = 'withheld'"), 0);
    assert_int_equal(notices(f), 140);
}

/* In the midst of things */

static void a_kill_in_flight_sends_it_once_more_and_no_more(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "hours");
    drain(f);
    tell(f, 1, &SUMMARY);
    for (int i = 0; i < 2; i++) {
        struct call *call = claim(f);

        assert_non_null(call);
        call_free(call);
        fixture_reopen(f, true);
    }
    assert_null(claim(f));
    assert_string_equal(fixture_text(f, "SELECT state FROM outbox WHERE id = 2"), "unknown");
    assert_int_equal(notices(f), 1);
}

static void it_hides_nothing_that_the_bot_has_offered(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "pick");
    tell(f, 1, &THANKS);
    drain(f);
    hear(f, "ana", "2");
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE kind = 'out' ORDER BY id DESC LIMIT 1"), "Two it is.");
}

static bool gather(void *context, const char *kind, bool is_of_turn, const char *text)
{
    (void)is_of_turn;
    buf_addf(context, "%s %s; ", kind, text);
    return true;
}

/* Of other customers the bot has said nothing to her, and their words must not stand in its mouth. */
static void what_she_was_told_of_others_is_nothing_for_a_backend(void **state)
{
    struct fixture *f = *state;
    struct buf lines = { 0 };

    hear(f, "owner-1", "hours");
    hear(f, "ana", "hours");
    tell(f, 2, &SUMMARY);
    tell(f, 1, &THANKS);
    tell(f, 1, &WORDLESS);
    assert_int_equal(consult_lines(f->desk.db, 1, 0, gather, &lines, NULL), 0);
    assert_string_equal(buf_text(&lines), "out Thank you.; out From 8 to 6.; in hours; ");
    buf_release(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)
        TEST(the_customer_gets_his_in_the_conversation_it_is_about),
        TEST(without_a_text_the_campaign_speaks_for_itself),
        TEST(the_default_campaign_carries_a_text),
        TEST(a_person_of_the_business_need_never_have_written),
        TEST(it_goes_on_the_campaigns_channel),
        TEST(a_hostile_summary_leaves_as_text_on_one_line),
        TEST(a_long_one_is_cut_for_the_template_that_carries_it),
        TEST(outside_her_window_a_template_is_needed),
        TEST(without_any_template_it_is_held),
        TEST(a_newer_conversation_opens_the_window_of_a_closed_one),
        TEST(who_has_opted_out_hears_none),
        TEST(a_person_who_takes_over_stops_those_to_the_customer),
        TEST(so_does_one_who_has_a_newer_conversation),
        TEST(the_business_is_told_whoever_has_her_own_conversation),
        TEST(what_comes_with_the_hand_over_still_goes),
        TEST(nobody_is_told_of_his_own_conversation),
        TEST(what_came_out_empty_is_left_out),
        TEST(beyond_the_limit_they_are_withheld_for_all_to_see),
        TEST(a_long_notice_counts_as_one),
        TEST(those_to_the_customer_count_as_replies),
        TEST(it_counts_where_the_customer_is_now),
        TEST(zero_is_no_limit),
        TEST(a_kill_in_flight_sends_it_once_more_and_no_more),
        TEST(it_hides_nothing_that_the_bot_has_offered),
        TEST(what_she_was_told_of_others_is_nothing_for_a_backend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
