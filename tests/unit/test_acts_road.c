/* acts_road: tags, variables, cooldowns and buttons as rows, and how buttons leave. On a real file. */
#include "desk/upkeep.h"
#include "store/cooldown.h"
#include "tests/lib/calling.h"

#define ID "7f3c0000-0000-4000-8000-00000000000"

static const char RULES[] =
    "INSERT INTO campaign (name, channel, campaign_id, layout, buttons) VALUES\n"
    " ('reply', 'whatsapp', '" ID "1', 'response', NULL), ('reopen', 'whatsapp', '" ID "2', 'template', NULL),\n"
    " ('two', 'whatsapp', '" ID "3', 'response', 2), ('text', 'sms', '" ID "4', 'response', NULL);\n"
    "INSERT INTO campaign (name, channel, app_id, subscription_group_id, layout) VALUES\n"
    " ('direct', 'whatsapp', '" ID "5', '" ID "6', 'response');\n"
    "INSERT INTO rule (name, priority, action, words, target) VALUES ('vip', 900, 'tag', 'gold', 'very \"vip\"');\n"
    "INSERT INTO rule (name, pattern, say) VALUES ('size', 'size (?<size>\\w+)', 'Noted: {{ size }}.'),\n"
    " ('which', 'which', 'You said {{ size | default: \"nothing\" }}.');\n"
    "INSERT INTO rule_set (rule, name, value) VALUES ('size', 'size', '{{ size }}'), ('bye', 'size', NULL);\n"
    "INSERT INTO rule (name, words, say, action) VALUES ('bye', 'bye', 'See you.', 'close');\n"
    "INSERT INTO rule (name, words, say, cooldown) VALUES ('fact', 'fact', 'A fact.', '10 minutes');\n"
    "INSERT INTO rule (name, words, say, campaign, buttons) VALUES\n"
    " ('plain', 'plain', 'Pick', NULL, 'One, Two, Three'), ('some', 'some', 'Pick', 'two', 'One, Two, Three'),\n"
    " ('all', 'all', 'Pick', 'direct', 'One, Two, Three'), ('none', 'none', 'Pick', 'direct', NULL),\n"
    " ('few', 'few', 'Pick', 'direct', '{{ first_name | default: \"One\" }}, Two'),\n"
    " ('long', 'long', '{{ field.long }}', 'two', 'One, Two, Three');\n"
    "INSERT INTO rule (name, words, say) VALUES ('three', '=three', 'Three it is.');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

static const char *newest_out(struct fixture *f)
{
    return fixture_text(f, "SELECT text FROM message WHERE kind = 'out' ORDER BY id DESC LIMIT 1");
}

static void drain(struct fixture *f)
{
    for (int i = 0; i < 5; i++)
        accept_all(f, claim(f));
}

static int act_on_newest(struct fixture *f, const char *act)
{
    char json[60];

    snprintf(json, sizeof json, "{'conversation':%lld,'actor':'mia'}",
             (long long)fixture_int(f, "SELECT max(id) FROM conversation"));
    return fixture_act(f, act, json);
}

static void what_was_to_be_said_before_a_good_bye_still_goes_but_never_over_a_colleague(void **state)
{
    static const char FATES[] = "SELECT group_concat(state, ' ') FROM (SELECT state FROM outbox WHERE kind = 'send' ORDER BY id)";
    struct fixture *f = *state;

    hear(f, "ana", "size XL");
    hear(f, "ana", "bye");
    drain(f);
    assert_string_equal(fixture_text(f, FATES), "accepted accepted");

    hear(f, "ana", "size XL");
    hear(f, "ana", "bye");
    hear(f, "ana", "one more thing");
    assert_int_equal(act_on_newest(f, "take"), 200);
    drain(f);
    assert_string_equal(fixture_text(f, FATES), "accepted accepted withheld withheld");

    hear(f, "bob", "size XL");
    assert_int_equal(act_on_newest(f, "close"), 200);
    drain(f);
    assert_string_equal(fixture_text(f, FATES), "accepted accepted withheld withheld withheld");
}

static void tags_are_kept_and_noted(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "a gold fact");
    hear(f, "ana", "gold");
    hear(f, "ana", "qwerty");
    assert_string_equal(fixture_text(f, "SELECT group_concat(tags, '|') FROM message WHERE kind = 'in'"),
                        "[\"very \\\"vip\\\"\"]|[\"very \\\"vip\\\"\"]|[]");
    assert_string_equal(fixture_text(f, "SELECT actor || ': ' || detail FROM event WHERE kind = 'tag'"),
                        "rule vip: very \"vip\"");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'tag'"), 2);
    assert_string_equal(fixture_text(f, "SELECT group_concat(coalesce(rule, '-')) FROM decision"), "fact,-,-");
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM turn WHERE state <> 'open'"),
                        "unanswered,unanswered");
}

static void variables_live_as_long_as_the_conversation(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "which");
    assert_string_equal(newest_out(f), "You said nothing.");
    hear(f, "ana", "size XL");
    hear(f, "ben", "which");
    assert_string_equal(newest_out(f), "You said nothing.");
    fixture_load(f, RULES);
    fixture_reopen(f, true);
    hear(f, "ana", "which");
    assert_string_equal(newest_out(f), "You said XL.");
    assert_string_equal(fixture_text(f, "SELECT json_extract(state, '$.variables.size') FROM decision "
                                        "ORDER BY message DESC LIMIT 1"),
                        "XL");
    hear(f, "ana", "size S");
    hear(f, "ana", "bye");
    assert_string_equal(fixture_text(f, "SELECT variables FROM conversation WHERE id = 1"), "{}");
    hear(f, "ana", "which");
    assert_string_equal(newest_out(f), "You said nothing.");
}

static void a_rule_rests_for_its_contact_over_reloads(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "fact");
    hear_on(f, "sms", "ana", "fact");
    hear(f, "ben", "fact");
    fixture_load(f, RULES);
    f->now += 10 * 60 * 1000 - 1;
    hear(f, "ana", "fact");
    assert_string_equal(fixture_text(f, "SELECT group_concat(coalesce(rule, '-')) FROM decision"), "fact,-,fact,-");
    f->now += 1;
    hear(f, "ana", "fact");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision WHERE rule = 'fact'"), 3);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM cooldown"), 2);
}

static void run_upkeep(struct fixture *f)
{
    struct error error = { 0 };

    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(upkeep_run(&f->desk, f->now, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
}

static void old_cooldowns_are_dropped(void **state)
{
    struct fixture *f = *state;

    run_upkeep(f); /* the timers are due at the start */
    hear(f, "ana", "fact");
    f->now += 55 * 60 * 1000;
    hear(f, "ben", "fact");
    f->now += 5 * 60 * 1000;
    run_upkeep(f);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM cooldown"), 1);
    assert_int_equal(fixture_int(f, "SELECT contact FROM cooldown"), 2);
}

static void a_clock_set_back_makes_nobody_rest_longer(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };

    hear(f, "ana", "fact");
    f->now -= 3600 * 1000;
    assert_int_equal(desk_begin(&f->desk, &error), 0);
    assert_int_equal(upkeep_clock_jumped(&f->desk, -3600 * 1000, f->now, &error), 0);
    assert_int_equal(desk_commit(&f->desk, &error), 0);
    assert_int_equal(fixture_int(f, "SELECT until_at FROM cooldown"), f->now + 10 * 60 * 1000);
    f->now -= (int64_t)400 * 24 * 3600 * 1000; /* and once more, while nobody ran */
    fixture_reopen(f, false);
    assert_int_equal(fixture_int(f, "SELECT until_at FROM cooldown"), f->now);
}

/* Buttons on their way out */

static void leaves_with(struct fixture *f, const char *channel, const char *text, const char *piece)
{
    struct call *call;

    hear_on(f, channel, "ana", text);
    call = claim(f);
    assert_non_null(call);
    if (strstr(buf_text(&call->body), piece) == NULL)
        fail_msg("%s: %s\nis not in %s", text, piece, buf_text(&call->body));
    accept_all(f, call);
}

static void what_no_layout_shows_goes_out_as_lines(void **state)
{
    struct fixture *f = *state;

    leaves_with(f, "whatsapp", "plain", "{\"external_system_msg_body\":\"Pick\\n\\n1. One\\n2. Two\\n3. Three\"}");
    leaves_with(f, "whatsapp", "some",
                "{\"external_system_msg_body\":\"Pick\\n\\n3. Three\",\"button_1\":\"One\",\"button_2\":\"Two\"}");
    leaves_with(f, "sms", "some", "{\"external_system_msg_body\":\"Pick\\n\\n1. One\\n2. Two\\n3. Three\"}");
    leaves_with(f, "whatsapp", "all",
                "\"quick_reply_response_message\",\"message\":{\"body\":\"Pick\",\"buttons\":[{\"text\":\"One\"},"
                "{\"text\":\"Two\"},{\"text\":\"Three\"}]}");
    leaves_with(f, "whatsapp", "none", "\"text_response_message\",\"message\":{\"body\":\"Pick\"}");
    assert_string_equal(fixture_text(f, "SELECT buttons FROM message WHERE kind = 'out' ORDER BY id LIMIT 1"),
                        "[\"One\",\"Two\",\"Three\"]");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE buttons <> '[]'"), 4);
}

/* The window closes before they leave: a template shows none, and takes no line break. */
static void in_a_template_they_are_text(void **state)
{
    struct fixture *f = *state;
    struct call *call;

    hear(f, "ana", "some");
    f->now += (int64_t)23 * 3600 * 1000 + 55 * 60 * 1000;
    call = claim(f);
    assert_non_null(call);
    assert_string_equal(call->campaign, "reopen");
    assert_non_null(strstr(buf_text(&call->body), "\"Pick  1. One 2. Two 3. Three\""));
    accept_all(f, call);
}

static void only_equal_messages_share_a_request(void **state)
{
    struct fixture *f = *state;
    struct call *calls;
    size_t count = 0;

    hear(f, "u1", "all");
    hear(f, "u2", "all");
    hear(f, "u3", "none");
    hear(f, "u4", "few");
    fixture_receive(f, "whatsapp", "{'user_id':'u5','message':'few','first_name':'Uno'}");
    calls = claim(f);
    for (struct call *call = calls; call != NULL; call = call->next)
        count += call->count == (count == 0 ? 2 : 1);
    assert_int_equal(count, 4);
    accept_all(f, calls);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM turn WHERE state = 'answered'"), 5);
}

static void a_split_reply_has_them_below_its_last_part(void **state)
{
    struct fixture *f = *state;
    struct buf json = { 0 };

    buf_add_text(&json, "{'user_id':'ana','message':'long','long':'");
    for (int i = 0; i < 400; i++)
        buf_add_text(&json, "word ");
    buf_add_text(&json, "'}");
    fixture_receive(f, "whatsapp", buf_text(&json));
    buf_release(&json);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE kind = 'out'"), 2);
    assert_string_equal(fixture_text(f, "SELECT group_concat(buttons, ';') FROM message WHERE kind = 'out'"),
                        "[];[\"One\",\"Two\",\"Three\"]");
    assert_true(fixture_int(f, "SELECT max(length(text)) FROM message WHERE kind = 'out'") <= 1024 - 24);
}

/* The third stood as a line, "3. Three"; the first two were buttons and have no number. */
static void a_number_is_understood_where_there_was_one(void **state)
{
    struct fixture *f = *state;

    leaves_with(f, "whatsapp", "some", "3. Three");
    hear(f, "ana", "1");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision WHERE rule IS NULL"), 1);
    hear(f, "ana", "3");
    assert_string_equal(newest_out(f), "Three it is.");
    assert_string_equal(fixture_text(f, "SELECT text FROM message WHERE kind = 'in' ORDER BY id DESC LIMIT 1"), "3");
    hear(f, "ana", "3"); /* the bot's last words offer nothing any more */
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision WHERE rule IS NULL"), 2);
    hear(f, "ana", "Three");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM decision WHERE rule = 'three'"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, setup_close)
        TEST(tags_are_kept_and_noted),
        TEST(variables_live_as_long_as_the_conversation),
        TEST(a_rule_rests_for_its_contact_over_reloads),
        TEST(old_cooldowns_are_dropped),
        TEST(a_clock_set_back_makes_nobody_rest_longer),
        TEST(what_no_layout_shows_goes_out_as_lines),
        TEST(in_a_template_they_are_text),
        TEST(only_equal_messages_share_a_request),
        TEST(a_split_reply_has_them_below_its_last_part),
        TEST(a_number_is_understood_where_there_was_one),
        TEST(what_was_to_be_said_before_a_good_bye_still_goes_but_never_over_a_colleague),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
